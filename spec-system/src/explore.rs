//! Everything that can happen, breadth first: so the first way to a state that must not be is among the
//! shortest.

use std::time::{Duration, Instant};

use crate::flat::{By, Commands, GUEST, HOSTILE};
use crate::lanes::Lanes;
use crate::machine::{Command, Machine};
use crate::table::{NOBODY, Table};
use crate::watch::Watch;

/// Where an invariant was first broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Index into the machine's claims.
    pub(crate) claim: usize,
    pub(crate) state: u32,
    /// In the moment of a step out of that state, not in the state itself.
    pub(crate) after: bool,
}

/// How far an exploration has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Different states that were found.
    pub states: usize,
    /// Ways from one state to another that were tried.
    pub transitions: usize,
    /// The most steps from the beginning to a state.
    pub depth: usize,
    /// How long it has taken.
    pub time: Duration,
}

impl Progress {
    /// States a second.
    pub fn rate(&self) -> f64 {
        let seconds = self.time.as_secs_f64();
        if seconds > 0.0 {
            self.states as f64 / seconds
        } else {
            0.0
        }
    }
}

/// What an exploration found.
pub(crate) struct Explored {
    pub(crate) table: Table,
    pub(crate) edges: Edges,
    pub(crate) progress: Progress,
    /// The first place where each broken invariant is broken, in the order of finding.
    pub(crate) broken: Vec<Broken>,
}

/// What to look for, and whom to tell.
pub(crate) struct Search<'s> {
    /// Only this claim; and stop where it is broken.
    pub(crate) only: Option<usize>,
    /// Whether to keep the edges, for questions of liveness.
    pub(crate) edges: bool,
    /// Is called now and then, and at the end.
    pub(crate) watch: &'s (dyn Fn(Progress) + Sync),
}

/// For each state in turn, the states that it leads to.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    ends: Vec<u32>,
    /// Numbers of states, with the bits of who leads there.
    targets: Vec<u32>,
}

impl Edges {
    fn add(&mut self, to: u32, by: By) {
        self.targets.push(to | by);
    }

    fn end(&mut self) {
        self.ends.push(self.targets.len() as u32);
    }

    /// Those of a state that the VMM and the devices take, with the guest's help or without.
    pub(crate) fn of(&self, number: u32, with_guest: bool) -> impl Iterator<Item = u32> {
        let number = number as usize;
        let start = number
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        let targets = &self.targets[start..self.ends[number] as usize];
        let counts =
            move |target: &&u32| **target & HOSTILE == 0 || with_guest && **target & GUEST != 0;
        targets
            .iter()
            .filter(counts)
            .map(|target| target & !(HOSTILE | GUEST))
    }
}

/// How many states lie between two calls of the watcher.
const PACE: usize = 1 << 16;

struct Explorer<'m, 'a> {
    machine: &'m Machine<'a>,
    search: &'m Search<'m>,
    commands: Commands,
    watch: Watch,
    table: Table,
    edges: Edges,
    broken: Vec<Broken>,
    /// Where the commands of one state lead, and whose they are.
    after: Vec<(u64, By)>,
}

/// Visits every state that can be reached.
pub(crate) fn explore(machine: &Machine<'_>, search: &Search<'_>) -> Explored {
    let lanes = Lanes::new(machine.layout());
    let (watch, alarms) = Watch::new(machine, &lanes, search.only);
    let mut explorer = Explorer {
        machine,
        search,
        commands: Commands::new(machine, &lanes, alarms),
        watch,
        table: Table::new(),
        edges: Edges::default(),
        broken: Vec::new(),
        after: Vec::new(),
    };
    let progress = explorer.run();
    Explored {
        table: explorer.table,
        edges: explorer.edges,
        progress,
        broken: explorer.broken,
    }
}

impl Explorer<'_, '_> {
    fn run(&mut self) -> Progress {
        for &state in &self.machine.initial {
            self.found(self.machine.symmetry.canonical(state), NOBODY);
        }
        let (mut progress, start) = (Progress::default(), Instant::now());
        let (mut next, mut level_end) = (0, self.table.len());
        while next < self.table.len() && !self.is_over() {
            progress.transitions += self.expand(next as u32);
            next += 1;
            if next == level_end && self.table.len() > level_end {
                progress.depth += 1;
                level_end = self.table.len();
            }
            if next % PACE == 0 {
                progress.states = self.table.len();
                progress.time = start.elapsed();
                (self.search.watch)(progress);
            }
        }
        progress.states = self.table.len();
        progress.time = start.elapsed();
        (self.search.watch)(progress);
        progress
    }

    fn is_over(&self) -> bool {
        self.search.only.is_some() && !self.broken.is_empty()
    }

    /// Tries every command of a state.
    fn expand(&mut self, number: u32) -> usize {
        let state = self.table.state(number);
        self.commands.look(state);
        self.commands.alarms(state, |claim| {
            breaks(&mut self.broken, claim, number, true);
        });
        let mut possible = 0;
        let mut after = std::mem::take(&mut self.after);
        after.clear();
        self.commands.possible(state, |command| {
            possible += 1;
            let changed = command.apply(state);
            if changed != state {
                after.push((changed, command.by));
            }
        });
        for &(state, by) in &after {
            let number = self.found(self.machine.symmetry.canonical(state), number);
            if self.search.edges {
                self.edges.add(number, by);
            }
        }
        self.after = after;
        if self.search.edges {
            self.edges.end();
        }
        possible
    }

    /// A state, found from another: its number. Looks at one that is new.
    #[inline]
    fn found(&mut self, state: u64, from: u32) -> u32 {
        let (number, new) = self.table.insert(state, from);
        if new {
            self.watch.broken(state, |claim| {
                breaks(&mut self.broken, claim, number, false);
            });
        }
        number
    }
}

/// Notes a claim that is broken for the first time.
#[cold]
fn breaks(broken: &mut Vec<Broken>, claim: usize, state: u32, after: bool) {
    if broken.iter().all(|known| known.claim != claim) {
        broken.push(Broken {
            claim,
            state,
            after,
        });
    }
}

/// The states that a state's commands lead to, as they are kept in the table.
pub(crate) fn successors<'m>(
    machine: &'m Machine<'_>,
    state: u64,
) -> impl Iterator<Item = (&'m Command, u64)> {
    let whole = u128::from(state);
    let here = machine.layout().registers(whole);
    let possible = machine
        .commands(state)
        .filter(move |it| it.when.holds(whole, here));
    possible.map(move |command| {
        let after = command.effect.apply(whole) as u64;
        (command, machine.symmetry.canonical(after))
    })
}
