//! A machine as other explorers see it: states that are compared and copied, and what leads from one to
//! another. Tests and benchmarks hold this crate's explorer against others by it.

use spec_model::model::{DeviceKind, Edition};

use crate::explore::{Progress, Search, explore, successors};
use crate::formula::Term;
use crate::layout;
use crate::machine::{Command, Machine};

/// A machine with these devices.
pub struct System<'a> {
    machine: Machine<'a>,
}

/// A state of a machine: bits that mean nothing outside.
pub type State = u64;

/// Some bits have these values, and each device's register is in one of a set of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Which bits.
    pub mask: State,
    /// Their values.
    pub value: State,
    /// For each device, its register's states, a bit each.
    pub registers: [u16; 3],
}

/// Something that can happen: one of the guards holds.
#[derive(Clone, Debug)]
pub struct Guarded {
    /// Alternatives.
    pub guards: Vec<Guard>,
    /// Bits that are cleared.
    pub clear: State,
    /// Bits that are set then.
    pub set: State,
}

impl<'a> System<'a> {
    /// The machine of an edition with devices of these kinds, every protection in place. `None` where
    /// the edition describes no system, or no such kind.
    pub fn new(edition: &'a Edition, devices: &[&str], variant: Option<&str>) -> Option<Self> {
        let kinds = &edition.system.devices;
        let kind = |name: &&str| kinds.iter().find(|kind| kind.name.value == **name);
        let devices: Option<Vec<&DeviceKind>> = devices.iter().map(kind).collect();
        let variant = match variant {
            Some(name) => Some(edition.system.variant(name)?),
            None => None,
        };
        let machine = Machine::new(edition, &devices?, variant)?;
        Some(Self { machine })
    }

    /// Where it begins.
    pub fn initial_states(&self) -> Vec<State> {
        let states = self.machine.initial.iter();
        states
            .map(|&state| self.machine.symmetry.canonical(state))
            .collect()
    }

    /// Every state that one step leads to; devices of a kind are in a fixed order.
    pub fn successors(&self, state: State) -> Vec<State> {
        successors(&self.machine, state)
            .map(|(_, after)| after)
            .collect()
    }

    /// Whether a step out of this state breaks an invariant of the kind "never".
    pub fn breaks(&self, state: State, invariant: &str) -> bool {
        let mut claims = self.machine.claims.iter();
        let Some(claim) = claims.find(|claim| claim.row.name.value == invariant) else {
            return false;
        };
        let layout = self.machine.layout();
        let (whole, here) = (u128::from(state), layout.registers(state.into()));
        let mut steps = self
            .machine
            .commands(state)
            .filter(|it| it.when.holds(whole, here));
        steps.any(|command| {
            let after = command.effect.apply(whole);
            claim.formula.holds(after, layout.registers(after))
        })
    }

    /// Visits every state; returns also the bytes that its table took.
    pub fn explore(&self) -> (Progress, usize) {
        let search = Search {
            only: None,
            edges: false,
            watch: &|_| {},
        };
        let explored = explore(&self.machine, &search);
        (explored.progress, explored.table.bytes())
    }

    /// What can happen wherever the VMM is.
    pub fn anywhere(&self) -> Vec<Guarded> {
        self.machine.anywhere.iter().map(guarded).collect()
    }

    /// What the VMM can do, by its place in its program.
    pub fn program(&self) -> Vec<Vec<Guarded>> {
        let places = self.machine.program_commands.iter();
        places
            .map(|commands| commands.iter().map(guarded).collect())
            .collect()
    }

    /// The VMM's place in its program.
    pub fn place(&self, state: State) -> usize {
        layout::pc(state)
    }

    /// The bits of the VMM's place.
    pub fn place_mask(&self) -> State {
        self.machine.layout().with_pc(0).0 as State
    }

    /// The bits of the register of a device.
    pub fn register_mask(&self, device: usize) -> State {
        self.machine.layout().with_register(device, 0).0 as State
    }
}

fn guarded(command: &Command) -> Guarded {
    let guard = |term: &Term| Guard {
        mask: term.mask as State,
        value: term.value as State,
        registers: [0, 1, 2].map(|device| (term.sets >> (16 * device)) as u16),
    };
    Guarded {
        guards: command.when.0.iter().map(guard).collect(),
        clear: command.effect.clear as State,
        set: command.effect.set as State,
    }
}
