//! One machine as guarded commands: everything that can happen in it, compiled.

use spec_model::model::{
    Book, Change, Claim, DeviceKind, Edition, Invariant, Mover, Scope, Side, Variant,
};

use crate::effect::Effect;
use crate::flows;
use crate::formula::{ABSENT, Formula, MOST_DEVICES};
use crate::layout::{self, Layout};
use crate::program::Program;
use crate::symmetry::Symmetry;
use crate::words::{Subject, Words};

mod mids;
mod road;
mod vmm;

pub(crate) use mids::Mid;

/// What a command is, for people and for liveness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A row of `moves`, by its place.
    Move(usize, Subject),
    /// The VMM begins with a row: flow and step.
    Begin(usize, u32),
    /// The VMM goes on with a row of this flow, wherever it was.
    Turn(usize, u32),
    /// The VMM asks a device in one register state for another.
    Request(usize, u32, u32),
    /// A part of a request that takes several; the first is that of the VMM.
    Part {
        device: usize,
        from: u32,
        to: u32,
        stage: usize,
        /// The actions or arcs.
        does: Vec<String>,
    },
    /// The guest has reset or removed the device in the midst of a request.
    Overtaken(usize, u32, u32),
    /// As a request, and the device ends in the last one.
    Failure(usize, u32, u32, u32),
    /// The VMM resets a device.
    Reset(usize),
    /// The VMM does work.
    Work(String),
    /// The VMM changes conditions after the devices are there.
    Conditions,
    /// The VMM is through with a flow: the machine runs.
    Through,
}

impl Act {
    /// The device that the VMM has to do with.
    pub(crate) const fn device(&self) -> Option<usize> {
        match *self {
            Self::Request(device, ..)
            | Self::Part { device, .. }
            | Self::Overtaken(device, ..)
            | Self::Failure(device, ..)
            | Self::Reset(device) => Some(device),
            _ => None,
        }
    }
}

/// When something can happen, and what it changes.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) when: Formula,
    pub(crate) effect: Effect,
    pub(crate) act: Act,
    /// The guest, the operator or a failure does it: the VMM cannot count on it.
    pub(crate) hostile: bool,
    /// The guest does it.
    pub(crate) guest: bool,
}

/// A claim about the machine.
#[derive(Clone, Debug)]
pub(crate) struct Compiled<'a> {
    pub(crate) row: &'a Invariant,
    /// Never: where it is broken. Can: where the goal is.
    pub(crate) formula: Formula,
}

/// A machine, ready to be explored.
pub(crate) struct Machine<'a> {
    pub(crate) edition: &'a Edition,
    pub(crate) words: Words<'a>,
    pub(crate) program: Program,
    /// What can happen wherever the VMM is.
    pub(crate) anywhere: Vec<Command>,
    /// What the VMM can do, by its place in the program.
    pub(crate) program_commands: Vec<Vec<Command>>,
    /// The row of each place in the program, but for those in the midst of requests, which come last.
    pub(crate) places: Vec<usize>,
    pub(crate) mids: Vec<Mid>,
    pub(crate) claims: Vec<Compiled<'a>>,
    pub(crate) initial: Vec<u64>,
    pub(crate) symmetry: Symmetry,
}

impl<'a> Machine<'a> {
    /// The machine of an edition with these devices, and one protection broken or none. `None` where the
    /// edition does not describe a system.
    pub(crate) fn new(
        edition: &'a Edition,
        devices: &[&'a DeviceKind],
        variant: Option<&'a Variant>,
    ) -> Option<Self> {
        let fits = !edition.system.is_empty() && (1..=MOST_DEVICES).contains(&devices.len());
        let words = Words::new(edition, devices.to_vec(), variant).filter(|_| fits)?;
        let program = Program::new(flows::plans(&words));
        let mut machine = Self {
            edition,
            anywhere: anywhere(&words),
            claims: claims(&words),
            words,
            program,
            program_commands: Vec::new(),
            places: Vec::new(),
            mids: Vec::new(),
            initial: Vec::new(),
            symmetry: Symmetry::default(),
        };
        machine.compile_program();
        let fits = layout::has_place(machine.program_commands.len());
        machine.symmetry = Symmetry::new(&machine);
        machine.initial = machine.initial_states();
        fits.then_some(machine)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.words.layout
    }

    /// A machine that just runs, and one that is about to be entered.
    fn initial_states(&self) -> Vec<u64> {
        let roots = [Side::Source, Side::Destination].map(|side| self.program.roots(side).next());
        roots
            .into_iter()
            .flatten()
            .map(|root| self.initial_state(root) as u64)
            .collect()
    }

    fn initial_state(&self, root: usize) -> u128 {
        let devices = 0..MOST_DEVICES;
        let register = |device| {
            let there = device < self.words.devices.len();
            let number = if there { self.words.initial() } else { ABSENT };
            self.layout().with_register(device, number).1
        };
        let state = devices.fold(0, |state, device| state | register(device));
        let row = &self.program.nodes[root].row;
        let conditions = row.conditions.iter().enumerate();
        let state = conditions.fold(state, |state, (n, &on)| {
            let name = &self.edition.conditions[n].name.value;
            let on = self.fixed(name).unwrap_or(on);
            let bit = self.layout().machine(name).unwrap_or(0);
            state | u128::from(on) << bit
        });
        let pc = self.places.iter().position(|&node| node == root);
        self.layout().with_pc(pc.unwrap_or(0)).1 | state
    }

    /// The value that the variant gives a condition for ever.
    pub(crate) fn fixed(&self, condition: &str) -> Option<bool> {
        match self.words.variant.map(|variant| &variant.change.value) {
            Some(Change::Condition { name, always }) if name == condition => Some(*always),
            _ => None,
        }
    }

    /// Everything that can happen where the VMM is, in a fixed order.
    pub(crate) fn commands(&self, state: u64) -> impl Iterator<Item = &Command> {
        let pc = layout::pc(state);
        self.anywhere.iter().chain(&self.program_commands[pc])
    }
}

/// Every subject of a scope.
pub(crate) fn subjects(scope: Scope, devices: usize) -> Vec<Subject> {
    match scope {
        Scope::Machine => vec![Subject::Machine],
        Scope::Device => (0..devices).map(Subject::Device).collect(),
        Scope::Pair => (0..devices)
            .flat_map(|i| {
                (0..devices)
                    .filter(move |&j| j != i)
                    .map(move |j| Subject::Pair(i, j))
            })
            .collect(),
    }
}

/// What the guest, the operator and the devices do.
fn anywhere(words: &Words<'_>) -> Vec<Command> {
    let rows = words.edition.system.moves.iter().enumerate();
    let own = rows.filter(|(_, row)| !matches!(row.by, Mover::Driver | Mover::Vmm));
    let mut commands = Vec::new();
    for (n, row) in own {
        for subject in subjects(row.scope, words.devices.len()) {
            let (when, effect) = words.moved(row, subject);
            if when.0.is_empty() {
                continue;
            }
            commands.push(Command {
                when,
                effect,
                act: Act::Move(n, subject),
                hostile: row.by != Mover::Device,
                guest: row.by == Mover::Guest,
            });
        }
    }
    commands
}

fn claims<'a>(words: &Words<'a>) -> Vec<Compiled<'a>> {
    let rows = words.edition.system.invariants.iter();
    let claim = |row: &'a Invariant| {
        let each = subjects(row.scope, words.devices.len()).into_iter();
        let each = each.map(|subject| words.of(subject, &row.predicate.value));
        let formula = each.fold(Formula::default(), |sum, next| match row.claim {
            Claim::Never => sum.or(next),
            Claim::Can | Claim::CanWithGuest => sum.or(next),
        });
        Compiled { row, formula }
    };
    rows.map(claim).collect()
}

/// The editions of a book that describe a system.
pub(crate) fn editions(book: &Book) -> impl Iterator<Item = &Edition> {
    book.editions
        .iter()
        .filter(|edition| !edition.system.is_empty())
}
