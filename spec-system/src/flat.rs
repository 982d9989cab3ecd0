//! The commands of a machine, laid out for a loop that runs millions of times: the first alternative of
//! each guard beside its effect, and per place in the program and value of the conditions only those
//! that are possible at all.

use crate::formula::Term;
use crate::machine::{Command, Machine};

/// A command without words.
#[derive(Clone, Debug)]
pub(crate) struct Flat {
    first: Term,
    clear: u128,
    set: u128,
    /// Further alternatives.
    more: Box<[Term]>,
    pub(crate) hostile: bool,
    pub(crate) guest: bool,
}

impl Flat {
    fn new(command: &Command) -> Option<Self> {
        let (first, more) = command.when.0.split_first()?;
        Some(Self {
            first: *first,
            clear: command.effect.clear,
            set: command.effect.set,
            more: more.into(),
            hostile: command.hostile,
            guest: command.guest,
        })
    }

    #[inline]
    pub(crate) fn is_possible(&self, state: u128, registers: u64) -> bool {
        self.first.holds(state, registers)
            || self.more.iter().any(|term| term.holds(state, registers))
    }

    #[inline]
    pub(crate) const fn apply(&self, state: u128) -> u128 {
        state & !self.clear | self.set
    }

    /// Whether it is possible where these bits have these values.
    fn fits(&self, mask: u128, value: u128) -> bool {
        let fits = |term: &Term| term.value & mask == value & term.mask;
        fits(&self.first) || self.more.iter().any(fits)
    }
}

/// All commands of a machine.
#[derive(Default)]
pub(crate) struct Commands {
    /// By the values of the conditions.
    anywhere: Vec<Vec<Flat>>,
    /// By place in the program.
    program: Vec<Vec<Flat>>,
    /// The bits of the conditions, which lie side by side.
    shift: u32,
    count: u32,
}

impl Commands {
    pub(crate) fn new(machine: &Machine<'_>) -> Self {
        let conditions = &machine.edition.conditions;
        let bit = |name: &str| machine.layout().machine(name).unwrap_or(0);
        let shift = conditions.first().map_or(0, |row| bit(&row.name.value));
        let count = conditions.len() as u32;
        let flat = |commands: &[Command]| commands.iter().filter_map(Flat::new).collect();
        let anywhere: Vec<Flat> = flat(&machine.anywhere);
        let mask = ((1 << count) - 1) << shift;
        let of = |value: u128| {
            let fitting = anywhere.iter().filter(|it| it.fits(mask, value << shift));
            fitting.cloned().collect()
        };
        Self {
            anywhere: (0..1 << count).map(of).collect(),
            program: machine.program_commands.iter().map(|it| flat(it)).collect(),
            shift,
            count,
        }
    }

    /// What may be possible in a state.
    #[inline]
    pub(crate) fn of(&self, state: u128, pc: usize) -> impl Iterator<Item = &Flat> {
        let conditions = (state >> self.shift) as usize & ((1 << self.count) - 1);
        self.anywhere[conditions].iter().chain(&self.program[pc])
    }
}
