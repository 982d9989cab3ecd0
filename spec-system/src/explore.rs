//! Everything that can happen, breadth first: so the first way to a state that must not be is among the
//! shortest.

use std::time::{Duration, Instant};

use spec_model::model::Claim;

use crate::flat::{Commands, Flat};
use crate::formula::Term;
use crate::layout::registers;
use crate::machine::{Command, Machine};
use crate::table::{NOBODY, Table};

/// Where an invariant was first broken: by a command, out of this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Index into the machine's claims.
    pub(crate) claim: usize,
    pub(crate) from: u32,
    /// The initial state itself, before anything happened.
    pub(crate) initial: bool,
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
    /// Is called now and then.
    pub(crate) watch: &'s (dyn Fn(Progress) + Sync),
}

/// For each state in turn, the states that it leads to.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    ends: Vec<u32>,
    targets: Vec<u32>,
}

/// In a target, the bits that say who leads there.
const HOSTILE: u32 = 1 << 31;
const GUEST: u32 = 1 << 30;

impl Edges {
    fn add(&mut self, to: u32, command: &Flat) {
        let hostile = if command.hostile { HOSTILE } else { 0 };
        let guest = if command.guest { GUEST } else { 0 };
        self.targets.push(to | hostile | guest);
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
    table: Table,
    edges: Edges,
    broken: Vec<Broken>,
    /// What must never hold, of the claims that are looked at and not yet broken: what can only hold in
    /// the step of a move, and the rest.
    momentary: Vec<(usize, Term)>,
    lasting: Vec<(usize, Term)>,
}

/// Visits every state that can be reached.
pub(crate) fn explore(machine: &Machine<'_>, search: &Search<'_>) -> Explored {
    let claims = machine.claims.iter().enumerate();
    let never = claims.filter(|(_, claim)| claim.row.claim == Claim::Never);
    let wanted = never.filter(|(n, _)| search.only.is_none_or(|only| only == *n));
    let terms = wanted.flat_map(|(n, claim)| claim.formula.0.iter().map(move |term| (n, *term)));
    let moments = machine.layout().moments;
    let (momentary, lasting) = terms.partition(|(_, term)| term.value & moments != 0);
    let mut explorer = Explorer {
        machine,
        search,
        commands: Commands::new(machine),
        table: Table::new(),
        edges: Edges::default(),
        broken: Vec::new(),
        momentary,
        lasting,
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
            self.look(false, state, 0, true);
            self.table
                .insert(self.machine.symmetry.canonical(state), NOBODY);
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
        progress
    }

    fn is_over(&self) -> bool {
        self.search.only.is_some() && !self.broken.is_empty()
    }

    /// Tries every command of a state.
    fn expand(&mut self, number: u32) -> usize {
        let machine = self.machine;
        let state = self.table.state(number);
        let (here, moments) = (registers(state), machine.layout().moments);
        let commands = std::mem::take(&mut self.commands);
        let mut tried = 0;
        for command in commands.of(state, machine.layout().pc(state)) {
            if command.is_possible(state, here) {
                tried += 1;
                self.take(command, (number, state), moments);
            }
        }
        self.commands = commands;
        if self.search.edges {
            self.edges.end();
        }
        tried
    }

    /// Takes a command, and looks where it leads.
    #[inline]
    fn take(&mut self, command: &Flat, (number, state): (u32, u128), moments: u128) {
        let raw = command.apply(state);
        let after = raw & !moments;
        if raw != after {
            self.look(true, raw, number, false);
        }
        if after == state {
            return;
        }
        let (found, new) = self
            .table
            .insert(self.machine.symmetry.canonical(after), number);
        if new {
            self.look(false, raw, number, false);
        }
        if self.search.edges {
            self.edges.add(found, command);
        }
    }

    /// Whether a claim is broken in a state: one about moments, or another.
    fn look(&mut self, momentary: bool, state: u128, from: u32, initial: bool) {
        let here = registers(state);
        let terms = if momentary {
            &self.momentary
        } else {
            &self.lasting
        };
        let holding = terms.iter().filter(|(_, term)| term.holds(state, here));
        let mut broken: Vec<usize> = holding.map(|(claim, _)| *claim).collect();
        broken.dedup();
        for claim in broken {
            self.momentary.retain(|(open, _)| *open != claim);
            self.lasting.retain(|(open, _)| *open != claim);
            self.broken.push(Broken {
                claim,
                from,
                initial,
            });
        }
    }
}

/// The states that a state's commands lead to, as they are kept in the table.
pub(crate) fn successors<'m>(
    machine: &'m Machine<'_>,
    state: u128,
) -> impl Iterator<Item = (&'m Command, u128)> {
    let here = registers(state);
    let possible = machine
        .commands(state)
        .filter(move |it| it.when.holds(state, here));
    possible.map(move |command| {
        let after = command.effect.apply(state) & !machine.layout().moments;
        (command, machine.symmetry.canonical(after))
    })
}
