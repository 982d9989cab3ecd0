//! Which way a request takes: the shortest sequence of arcs that the rules for paths allow.

use super::predicate::{ends_hold, holds, refuse, supported};
use crate::model::{Fsm, FsmArc, Refusal, State};

/// The part of a state machine that a device with certain capabilities has.
#[derive(Clone, Debug)]
pub struct Machine<'a> {
    fsm: &'a Fsm,
    capabilities: Vec<&'a str>,
    arcs: Vec<&'a FsmArc>,
    /// By number of a state: the numbers of the states that an arc leads to.
    next: Vec<Set>,
    /// By number of a `paths` row: the states that it speaks of.
    inside: Vec<Set>,
}

/// States by their number in the table, a bit each.
type Set = u64;

fn members(set: Set) -> impl Iterator<Item = usize> {
    (0..Set::BITS as usize).filter(move |n| set & (1 << n) != 0)
}

/// Why a request has no path.
#[derive(Clone, Debug)]
pub enum NoPath<'a> {
    /// It is refused.
    Refused(&'a Refusal),
    /// No sequence of arcs leads there. In a checked book, that never happens.
    Missing,
    /// Two sequences are the shortest. In a checked book, that never happens.
    Ambiguous(Vec<u32>, Vec<u32>),
}

impl<'a> Machine<'a> {
    /// The machine of a device with these capabilities.
    pub fn new(fsm: &'a Fsm, capabilities: &[&'a str]) -> Self {
        let has = |name: &str| capabilities.contains(&name);
        let arcs = fsm.arcs.iter().filter(|arc| arc.needs.value.eval(&has));
        let arcs: Vec<&FsmArc> = arcs.collect();
        let mut next = vec![0; fsm.states.len()];
        for arc in &arcs {
            let ends = number(fsm, arc.from.value).zip(number(fsm, arc.to.value));
            if let Some((from, to)) = ends {
                next[from] |= 1 << to;
            }
        }
        let inside = |rule: &crate::model::PathRule| {
            let holds = |n: &usize| holds(fsm, &rule.inside.value, fsm.states[*n].value.value);
            let states = (0..fsm.states.len()).filter(holds);
            states.fold(0, |set, n| set | 1 << n)
        };
        Self {
            fsm,
            capabilities: capabilities.to_vec(),
            arcs,
            next,
            inside: fsm.paths.iter().map(inside).collect(),
        }
    }

    /// The capabilities of the device.
    pub fn capabilities(&self) -> &[&'a str] {
        &self.capabilities
    }

    /// The states that it can be in, by value; the error state is among them.
    pub fn states(&self) -> impl Iterator<Item = &'a State> {
        let states = self.fsm.states.iter();
        states.filter(|state| supported(self.fsm, &self.capabilities, state.value.value))
    }

    /// The arcs that it has, in the order of the book.
    pub fn arcs(&self) -> &[&'a FsmArc] {
        &self.arcs
    }

    /// The arc between two states, if it has one.
    pub fn arc(&self, from: u32, to: u32) -> Option<&'a FsmArc> {
        let mut arcs = self.arcs.iter();
        arcs.find(|arc| arc.from.value == from && arc.to.value == to)
            .copied()
    }

    /// The first refusal that answers a request; `None` where it is legal.
    pub fn refuse(&self, from: u32, to: u32) -> Option<&'a Refusal> {
        refuse(self.fsm, &self.capabilities, from, to)
    }

    /// The states that a request leads through, both ends included; a request of the state that is
    /// leads nowhere, and gives that state alone.
    ///
    /// # Errors
    /// The request is refused; or the book is not sound.
    pub fn path(&self, from: u32, to: u32) -> Result<Vec<u32>, NoPath<'a>> {
        match self.refuse(from, to) {
            Some(refusal) => Err(NoPath::Refused(refusal)),
            None => one(self.shortest(from, to)),
        }
    }

    /// The state after the first arc of a request; the same state where it leads nowhere.
    ///
    /// # Errors
    /// As [`Machine::path`].
    pub fn next(&self, from: u32, to: u32) -> Result<u32, NoPath<'a>> {
        let path = self.path(from, to)?;
        Ok(path.get(1).copied().unwrap_or(from))
    }

    /// The path if the rules for paths knew no exceptions: no state that one of them speaks of would
    /// lie inside any path.
    ///
    /// # Errors
    /// As [`Machine::path`]; other paths may be missing or ambiguous.
    pub fn strict_path(&self, from: u32, to: u32) -> Result<Vec<u32>, NoPath<'a>> {
        let barred = self.inside.iter().fold(0, |barred, inside| barred | inside);
        match self.refuse(from, to) {
            Some(refusal) => Err(NoPath::Refused(refusal)),
            None => one(self.search(from, to, !barred)),
        }
    }

    /// The shortest paths between two states, refused or not, in numeric order; no more than two.
    pub fn shortest(&self, from: u32, to: u32) -> Vec<Vec<u32>> {
        self.search(from, to, self.allowed(from, to))
    }

    /// The states that may lie inside a path.
    fn allowed(&self, from: u32, to: u32) -> Set {
        let rules = self.fsm.paths.iter().zip(&self.inside);
        rules.fold(Set::MAX, |allowed, (rule, inside)| {
            if ends_hold(self.fsm, &rule.only_where.value, from, to) {
                allowed
            } else {
                allowed & !inside
            }
        })
    }

    fn search(&self, from: u32, to: u32, allowed: Set) -> Vec<Vec<u32>> {
        let Some((start, end)) = number(self.fsm, from).zip(number(self.fsm, to)) else {
            return Vec::new();
        };
        // Breadth first: `waves` are the states at distance 0, 1, 2, … from the start.
        let (mut waves, mut seen) = (vec![1 << start], 1 << start);
        while let Some(&wave) = waves.last()
            && wave & (1 << end) == 0
            && wave != 0
        {
            let inner = members(wave).filter(|&n| n == start || allowed & (1 << n) != 0);
            let reached = inner.fold(0, |reached, n| reached | self.next[n]);
            waves.push(reached & !seen);
            seen |= reached;
        }
        let mut found = Vec::new();
        if seen & (1 << end) != 0 {
            waves.pop();
            self.back(&waves, allowed, &mut vec![end], &mut found);
        }
        found.sort();
        found
    }

    /// Walks back through the waves. `path` begins with the end.
    fn back(&self, waves: &[Set], allowed: Set, path: &mut Vec<usize>, found: &mut Vec<Vec<u32>>) {
        let Some((&wave, earlier)) = waves.split_last() else {
            let value = |&n: &usize| self.fsm.states[n].value.value;
            found.push(path.iter().rev().map(value).collect());
            return;
        };
        let at = path[path.len() - 1];
        let inner = if earlier.is_empty() {
            wave
        } else {
            wave & allowed
        };
        for before in members(inner).filter(|&n| self.next[n] & (1 << at) != 0) {
            if found.len() < 2 {
                path.push(before);
                self.back(earlier, allowed, path, found);
                path.pop();
            }
        }
    }
}

/// The number of a state in the table.
fn number(fsm: &Fsm, state: u32) -> Option<usize> {
    fsm.states.iter().position(|row| row.value.value == state)
}

fn one<'a>(paths: Vec<Vec<u32>>) -> Result<Vec<u32>, NoPath<'a>> {
    let mut paths = paths.into_iter();
    match (paths.next(), paths.next()) {
        (Some(path), None) => Ok(path),
        (Some(first), Some(second)) => Err(NoPath::Ambiguous(first, second)),
        (None, _) => Err(NoPath::Missing),
    }
}
