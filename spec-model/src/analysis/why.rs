//! Why single steps differ from one write, in words.

use super::state::state_name;
use crate::model::{Action, ActionTable, BitField};

/// An action that stepping takes and the one write does not.
#[derive(Clone, Debug)]
pub struct Extra<'a> {
    /// The state that the step leads to.
    pub at: u32,
    /// The action.
    pub action: &'a Action,
}

/// Why even the nearest path of single steps differs from the one write. Stepping never lacks an
/// action: a group that is false before and true after becomes true somewhere on the way.
#[derive(Clone, Debug)]
pub enum Why<'a> {
    /// Whichever bit is flipped first, a state on the way is invalid.
    NoPath,
    /// Stepping takes more actions.
    More {
        /// The additional ones, in the order of stepping.
        extra: Vec<Extra<'a>>,
        /// The first of the others that comes earlier than in the one write, and what it precedes.
        earlier: Option<(&'a Action, &'a Action)>,
        /// The state after the write.
        new: u32,
    },
    /// Stepping takes the same actions in another order.
    Order {
        /// What comes first when stepping …
        first: &'a Action,
        /// … and last in the one write.
        second: &'a Action,
    },
}

impl<'a> Why<'a> {
    /// Compares the actions of one write (`once`) with those along a path, each with the state
    /// that its step leads to. The two differ.
    pub(super) fn of(
        order: &'a ActionTable,
        once: &[usize],
        steps: &[(u32, usize)],
        new: u32,
    ) -> Self {
        let (same, more) = split(once, steps);
        let action = |n: usize| &order.actions[n];
        let mut pairs = same.iter().zip(once);
        let moved = pairs.find(|(stepped, once)| stepped != once);
        let earlier = moved.map(|(&first, &second)| (action(first), action(second)));
        match earlier {
            Some((first, second)) if more.is_empty() => Self::Order { first, second },
            _ => {
                let extra = more.into_iter().map(|(at, n)| Extra {
                    at,
                    action: action(n),
                });
                Self::More {
                    extra: extra.collect(),
                    earlier,
                    new,
                }
            }
        }
    }

    /// One short phrase, for people.
    pub fn phrase(&self, field: &BitField) -> String {
        match self {
            Self::NoPath => "every way one bit at a time meets an invalid state".to_owned(),
            Self::Order { first, second } => {
                let (first, second) = (&first.name.value, &second.name.value);
                format!("taken in another order: stepping takes {first} before {second}")
            }
            Self::More {
                extra,
                earlier,
                new,
            } => {
                let mut phrase = String::from("stepping ");
                let extras: Vec<_> = extra.iter().map(|e| extra_phrase(field, e, *new)).collect();
                phrase.push_str(&extras.join(", "));
                if let Some((first, second)) = earlier {
                    let (first, second) = (&first.name.value, &second.name.value);
                    phrase.push_str(&format!(", and takes {first} before {second}"));
                }
                phrase
            }
        }
    }
}

fn extra_phrase(field: &BitField, extra: &Extra<'_>, new: u32) -> String {
    let way = if extra.at == new { "to" } else { "through" };
    format!(
        "{way} {} would also {}",
        state_name(field, extra.at),
        extra.action.name.value
    )
}

/// Parts the stepped actions into those that the one write has too, each once, and the others.
fn split(once: &[usize], steps: &[(u32, usize)]) -> (Vec<usize>, Vec<(u32, usize)>) {
    let (mut same, mut more) = (Vec::new(), Vec::new());
    for &(at, action) in steps {
        if once.contains(&action) && !same.contains(&action) {
            same.push(action);
        } else {
            more.push((at, action));
        }
    }
    (same, more)
}
