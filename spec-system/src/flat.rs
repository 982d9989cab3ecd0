//! The commands of a machine, laid out for a loop that runs millions of times.

use std::collections::HashMap;

use crate::formula::{Formula, MOST_DEVICES};
use crate::lanes::{Bits, Guards, Lanes, Product, each, mask};
use crate::layout::pc;
use crate::machine::{Command, Machine};
use crate::watch::Alarm;

/// A command without words, and without what lasts a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flat {
    clear: u64,
    set: u64,
    pub(crate) by: By,
}

/// Who does something: bits of [`HOSTILE`] and [`GUEST`].
pub(crate) type By = u32;
/// The VMM cannot count on it.
pub(crate) const HOSTILE: By = 1 << 31;
/// The guest does it.
pub(crate) const GUEST: By = 1 << 30;

impl Flat {
    const fn new(command: &Command) -> Self {
        Self {
            clear: command.effect.clear as u64,
            set: command.effect.set as u64,
            by: if command.hostile { HOSTILE } else { 0 } | if command.guest { GUEST } else { 0 },
        }
    }

    #[inline]
    pub(crate) const fn apply(&self, state: u64) -> u64 {
        state & !self.clear | self.set
    }
}

/// All commands of a machine, and what can go wrong in the moment of one.
pub(crate) struct Commands {
    guards: Guards,
    /// Of the state that was looked at last: the guards that hold.
    holding: Vec<Bits>,
    /// By guard; theirs are the first.
    anywhere: Vec<Flat>,
    others: Vec<Bits>,
    /// By guard, after `first_alarm`; theirs are the next.
    alarms: Vec<Alarm>,
    first_alarm: usize,
    alarming: Vec<Bits>,
    program: Vec<Place>,
}

impl Commands {
    /// The alarms are those of `watch`.
    pub(crate) fn new(machine: &Machine<'_>, lanes: &Lanes, alarms: Vec<(Alarm, Product)>) -> Self {
        let mut shared = Shared::default();
        let mut anywhere = Vec::new();
        for command in &machine.anywhere {
            let guards = lanes.alternatives(&command.when);
            anywhere.extend(guards.iter().map(|_| Flat::new(command)));
            shared.guards.extend(guards);
        }
        let (alarms, guards): (Vec<_>, Vec<_>) = alarms.into_iter().unzip();
        shared.guards.extend(guards);
        let (first, last) = (anywhere.len(), shared.guards.len());
        let mut all: Vec<&Command> = machine.program_commands.iter().flatten().collect();
        // Where several are possible, requests come first, those of the first device before the others'.
        all.sort_by_key(|command| command.act.device().unwrap_or(MOST_DEVICES));
        for command in all {
            shared.numbers(lanes, &command.when);
        }
        let places = machine.program_commands.iter();
        let program: Vec<_> = places
            .map(|commands| shared.of_place(lanes, commands))
            .collect();
        let count = shared.guards.len();
        let program = program.into_iter();
        Self {
            program: program.map(|it| Place::new(it, count)).collect(),
            guards: Guards::new(lanes, &shared.guards),
            holding: Vec::new(),
            anywhere,
            others: mask(0..first, count),
            alarms,
            first_alarm: first,
            alarming: mask(first..last, count),
        }
    }

    /// Looks at a state.
    #[inline]
    pub(crate) fn look(&mut self, state: u64) {
        self.guards.holding(state, &mut self.holding);
    }

    /// Everything that is possible in the state, in a fixed order.
    #[inline]
    pub(crate) fn possible(&self, state: u64, mut found: impl FnMut(&Flat)) {
        each(&self.holding, &self.others, |guard| {
            found(&self.anywhere[guard]);
        });
        let place = &self.program[pc(state)];
        each(&self.holding, &place.named, |guard| {
            let [from, to] = place.ranges[guard];
            let commands = &place.commands[from as usize..to as usize];
            commands.iter().for_each(&mut found);
        });
    }

    /// The claims that are broken in the moment of a step out of the state.
    #[inline]
    pub(crate) fn alarms(&self, state: u64, mut found: impl FnMut(usize)) {
        each(&self.holding, &self.alarming, |guard| {
            let Alarm { claim, place } = self.alarms[guard - self.first_alarm];
            if place.is_none_or(|place| place == pc(state)) {
                found(claim);
            }
        });
    }
}

/// What the VMM can do at one place in its program.
struct Place {
    /// The guards of its commands.
    named: Vec<Bits>,
    /// By guard: its commands, from and to.
    ranges: Vec<[u16; 2]>,
    commands: Vec<Flat>,
}

impl Place {
    fn new(mut commands: Vec<(usize, Flat)>, guards: usize) -> Self {
        commands.sort_by_key(|(guard, _)| *guard);
        let start = |guard: usize| commands.partition_point(|(known, _)| *known < guard) as u16;
        Self {
            named: mask(commands.iter().map(|(guard, _)| *guard), guards),
            ranges: (0..guards).map(|it| [start(it), start(it + 1)]).collect(),
            commands: commands.into_iter().map(|(_, flat)| flat).collect(),
        }
    }
}

/// Guards that are written once, however many commands have them.
#[derive(Default)]
struct Shared {
    guards: Vec<Product>,
    known: HashMap<Formula, std::ops::Range<usize>>,
}

impl Shared {
    /// The commands of a place, each with the number of its guard.
    fn of_place(&mut self, lanes: &Lanes, commands: &[Command]) -> Vec<(usize, Flat)> {
        let each = commands.iter().flat_map(|command| {
            let numbers = self.numbers(lanes, &command.when);
            numbers.map(|number| (number, Flat::new(command)))
        });
        each.collect()
    }

    /// The numbers of the alternatives of a guard.
    fn numbers(&mut self, lanes: &Lanes, guard: &Formula) -> std::ops::Range<usize> {
        if let Some(known) = self.known.get(guard) {
            return known.clone();
        }
        let first = self.guards.len();
        self.guards.extend(lanes.alternatives(guard));
        let numbers = first..self.guards.len();
        self.known.insert(guard.clone(), numbers.clone());
        numbers
    }
}
