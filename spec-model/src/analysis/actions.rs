//! Which actions a write triggers.

use std::collections::BTreeMap;

use super::state::holds;
use crate::model::{Action, ActionTable, BitField};

/// The actions of a write, in the order of the table: those whose group is true after and was not
/// before.
pub fn triggered<'a>(
    field: &BitField,
    order: &'a ActionTable,
    old: u32,
    new: u32,
) -> Vec<&'a Action> {
    let becomes = |action: &&Action| {
        let group = &action.group.value;
        holds(field, group, new) && !holds(field, group, old)
    };
    order.actions.iter().filter(becomes).collect()
}

/// The same for many writes: each state's groups are evaluated once. Actions are numbered as in
/// the table.
#[derive(Clone, Debug)]
pub struct Groups {
    true_in: BTreeMap<u32, Vec<bool>>,
}

impl Groups {
    /// Evaluates every group of `order` in each of `states`.
    pub fn new(field: &BitField, order: &ActionTable, states: &[u32]) -> Self {
        let groups = |&state: &u32| {
            order
                .actions
                .iter()
                .map(|action| holds(field, &action.group.value, state))
                .collect()
        };
        Self {
            true_in: states.iter().map(|state| (*state, groups(state))).collect(),
        }
    }

    /// The actions of a write from one of the states to another.
    ///
    /// # Panics
    /// If a state is none of those given to [`Groups::new`].
    pub fn triggered(&self, old: u32, new: u32) -> Vec<usize> {
        let (before, after) = (&self.true_in[&old], &self.true_in[&new]);
        (0..after.len())
            .filter(|&n| after[n] && !before[n])
            .collect()
    }
}
