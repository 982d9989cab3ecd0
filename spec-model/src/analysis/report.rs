//! One order of actions, over every pair of valid states.

use super::actions::Groups;
use super::buffer::{Loss, loss};
use super::decompose::{Verdict, decompose};
use super::state::valid_states;
use crate::model::{Action, ActionTable, BitField};

/// What an order of actions does with every write between valid states.
#[derive(Clone, Debug)]
pub struct OrderReport<'a> {
    /// The order.
    pub order: &'a ActionTable,
    /// The valid states, in numeric order.
    pub states: Vec<u32>,
    /// Every pair of them, in numeric order of old, then new.
    pub pairs: Vec<Pair<'a>>,
}

/// One write.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// The state before.
    pub old: u32,
    /// The state written.
    pub new: u32,
    /// What the driver does, in order.
    pub actions: Vec<&'a Action>,
    /// How that compares with single steps.
    pub verdict: Verdict<'a>,
    /// Whether a driver with one buffer for both directions loses what it received.
    pub loss: Option<Loss<'a>>,
}

impl Pair<'_> {
    /// How many bits the write changes.
    pub fn bits_changed(&self) -> u32 {
        (self.old ^ self.new).count_ones()
    }
}

/// An order in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// All pairs.
    pub pairs: usize,
    /// Writes that change one bit or none: there is nothing to decompose.
    pub single: usize,
    /// Writes of several bits that equal some path of single steps.
    pub equal: usize,
    /// Writes of several bits that equal none.
    pub different: usize,
    /// Writes that lose received data where one buffer serves both directions.
    pub lossy: usize,
}

impl OrderReport<'_> {
    /// The counts.
    pub fn summary(&self) -> Summary {
        let count = |of: &dyn Fn(&Pair<'_>) -> bool| self.pairs.iter().filter(|p| of(p)).count();
        Summary {
            pairs: self.pairs.len(),
            single: count(&|p| p.bits_changed() <= 1),
            equal: count(&|p| p.bits_changed() > 1 && p.verdict.is_equal()),
            different: count(&|p| p.bits_changed() > 1 && !p.verdict.is_equal()),
            lossy: count(&|p| p.loss.is_some()),
        }
    }

    /// The write from `old` to `new`, if both are valid.
    pub fn pair(&self, old: u32, new: u32) -> Option<&Pair<'_>> {
        let at = |state| self.states.binary_search(&state).ok();
        Some(&self.pairs[at(old)? * self.states.len() + at(new)?])
    }
}

/// Works through every pair of valid states.
pub fn order_report<'a>(field: &'a BitField, order: &'a ActionTable) -> OrderReport<'a> {
    let states = valid_states(field);
    let groups = Groups::new(field, order, &states);
    let pair = |old: u32, new: u32| {
        let named = groups
            .triggered(old, new)
            .into_iter()
            .map(|n| &order.actions[n]);
        let actions: Vec<_> = named.collect();
        Pair {
            old,
            new,
            loss: loss(field, order, old, &actions),
            verdict: decompose(order, &groups, &states, old, new),
            actions,
        }
    };
    let pairs = states
        .iter()
        .flat_map(|&old| states.iter().map(move |&new| (old, new)));
    let pairs = pairs.map(|(old, new)| pair(old, new)).collect();
    OrderReport {
        order,
        states,
        pairs,
    }
}
