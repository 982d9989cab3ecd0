//! A driver with one buffer for both directions: does an order of actions lose what was received?

use super::state::holds;
use crate::model::{Action, ActionTable, BitField, OrderStatus, Session, WindowEffect};

/// Received data that an order of actions destroys before it is loaded.
#[derive(Clone, Debug)]
pub struct Loss<'a> {
    /// The action that clears or fills the buffer too early.
    pub by: &'a Action,
    /// The action that finds the buffer without the received data, if the write has one.
    pub load: Option<&'a Action>,
}

/// What the buffer holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Nothing that matters.
    Empty,
    /// A stream for user space.
    Outgoing,
    /// What user space wrote, not yet in the device.
    Incoming,
}

/// Takes the actions of one write in their order, on a buffer that holds whatever state `old`
/// leaves in it, and finds the first that destroys received data.
pub fn loss<'a>(
    field: &BitField,
    order: &ActionTable,
    old: u32,
    actions: &[&'a Action],
) -> Option<Loss<'a>> {
    let load = || {
        actions
            .iter()
            .copied()
            .find(|a| a.window == WindowEffect::Load)
    };
    let mut content = content_in(field, order, old);
    for &action in actions {
        content = match (action.window, content) {
            (WindowEffect::None, content) => content,
            (WindowEffect::Outgoing | WindowEffect::Incoming, Content::Incoming) => {
                return Some(Loss {
                    by: action,
                    load: load(),
                });
            }
            (WindowEffect::Outgoing, _) => Content::Outgoing,
            (WindowEffect::Incoming, _) => Content::Incoming,
            (WindowEffect::Load, Content::Incoming) => Content::Empty,
            (WindowEffect::Load, _) => {
                return Some(Loss {
                    by: action,
                    load: Some(action),
                });
            }
        };
    }
    None
}

/// What a state leaves in the buffer in the adopted order: a stream to read, or room for one to write.
pub(super) fn session(field: &BitField, state: u32) -> Option<Session> {
    let mut orders = field.actions.iter();
    let adopted = orders.find(|order| order.status == OrderStatus::Adopted)?;
    match content_in(field, adopted, state) {
        Content::Empty => None,
        Content::Outgoing => Some(Session::Saving),
        Content::Incoming => Some(Session::Resuming),
    }
}

/// A state holds the data of the action that leads into it: of one whose group is true there.
fn content_in(field: &BitField, order: &ActionTable, state: u32) -> Content {
    let in_force = |effect: WindowEffect| {
        let mut of_effect = order
            .actions
            .iter()
            .filter(|action| action.window == effect);
        of_effect.any(|action| holds(field, &action.group.value, state))
    };
    if in_force(WindowEffect::Incoming) {
        Content::Incoming
    } else if in_force(WindowEffect::Outgoing) {
        Content::Outgoing
    } else {
        Content::Empty
    }
}
