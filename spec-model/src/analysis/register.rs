//! The register of an edition, whether it holds bits or one state: the questions that both answer.
//! In both, a state is the value of the register.

use super::{buffer, fsm, state};
use crate::expr::{Expr, NameRef};
use crate::model::{Behaviour, BitField, Edition, Fsm, Layout, Predicate, Refusal, Session};
use crate::source::Spanned;

/// What the register of an edition holds.
#[derive(Clone, Copy, Debug)]
pub enum Register<'a> {
    /// Bits, each with a meaning of its own.
    Bits(&'a BitField),
    /// One state out of a list.
    Fsm(&'a Fsm),
}

/// The register of an edition, if it has one.
pub fn register(edition: &Edition) -> Option<Register<'_>> {
    Register::of(edition.bits.as_ref(), edition.fsm.as_ref())
}

/// Whether a name of a `breaches` table holds that speaks of states: of the one after an event, with
/// `was_` in front of the one before, with `other_` of the one that another device is in.
pub fn trace_name_holds(
    register: Register<'_>,
    name: &str,
    was: u32,
    state: u32,
    other: u32,
) -> bool {
    let parts = [("was_", was), ("other_", other)];
    let prefixed = parts
        .iter()
        .find_map(|(prefix, state)| Some((name.strip_prefix(prefix)?, *state)));
    let (name, state) = match prefixed {
        Some(prefixed) if !register.knows(name) => prefixed,
        _ => (name, state),
    };
    register.holds_name(name, state)
}

impl<'a> Register<'a> {
    pub(crate) fn of(bits: Option<&'a BitField>, fsm: Option<&'a Fsm>) -> Option<Self> {
        bits.map(Self::Bits).or(fsm.map(Self::Fsm))
    }

    /// `device_state`
    pub fn name(self) -> &'a Spanned<String> {
        match self {
            Self::Bits(field) => &field.name,
            Self::Fsm(fsm) => &fsm.name,
        }
    }

    /// The state of a fresh device.
    pub fn initial(self) -> u32 {
        match self {
            Self::Bits(field) => field.initial.value,
            Self::Fsm(fsm) => fsm.initial.value,
        }
    }

    /// The state of a device that has failed.
    pub fn error(self) -> Option<u32> {
        match self {
            Self::Bits(field) => state::error_state(field),
            Self::Fsm(fsm) => Some(fsm.error.value),
        }
    }

    /// Every state that user space can ask some device for, in numeric order; not the error state.
    pub fn states(self) -> Vec<u32> {
        match self {
            Self::Bits(field) => state::valid_states(field),
            Self::Fsm(fsm) => {
                let states = fsm.states.iter().map(|state| state.value.value);
                states.filter(|&state| state != fsm.error.value).collect()
            }
        }
    }

    /// What predicates are made of: the names of the bits, or of the states.
    pub fn units(self) -> Vec<&'a str> {
        match self {
            Self::Bits(field) => field.bits.iter().map(|it| it.name.value.as_str()).collect(),
            Self::Fsm(fsm) => fsm.states.iter().map(|it| it.name.value.as_str()).collect(),
        }
    }

    /// `predicates` rows.
    pub fn predicates(self) -> &'a [Predicate] {
        match self {
            Self::Bits(field) => &field.predicates,
            Self::Fsm(fsm) => &fsm.predicates,
        }
    }

    /// `behaviours` rows.
    pub fn behaviours(self) -> &'a [Behaviour] {
        match self {
            Self::Bits(field) => &field.behaviours,
            Self::Fsm(fsm) => &fsm.behaviours,
        }
    }

    /// `refused` rows.
    pub fn refusals(self) -> &'a [Refusal] {
        match self {
            Self::Bits(field) => &field.refusals,
            Self::Fsm(fsm) => &fsm.refusals,
        }
    }

    /// The `layout` table.
    pub fn layout(self) -> Option<&'a Layout> {
        match self {
            Self::Bits(field) => field.layout.as_ref(),
            Self::Fsm(fsm) => fsm.layout.as_ref(),
        }
    }

    /// Whether an expression over bits or states, predicates and behaviours holds in this state.
    pub fn holds(self, expr: &Expr, state: u32) -> bool {
        match self {
            Self::Bits(field) => state::holds(field, expr, state),
            Self::Fsm(fsm) => fsm::holds(fsm, expr, state),
        }
    }

    /// Whether a bit or state, predicate or behaviour of this name holds in this state.
    pub fn holds_name(self, name: &str, state: u32) -> bool {
        let (name, span) = (name.to_owned(), self.name().span);
        self.holds(&Expr::Name(NameRef { name, span }), state)
    }

    /// Which way the data of a device in this state flow; `None` where there are none. In a register of
    /// bits, the adopted order of actions says it.
    pub fn session(self, state: u32) -> Option<Session> {
        match self {
            Self::Bits(field) => buffer::session(field, state),
            Self::Fsm(fsm) => fsm::sessions(fsm).get(&state).copied().flatten(),
        }
    }

    /// Whether it declares a bit or state, a predicate or a behaviour of this name.
    pub fn knows(self, name: &str) -> bool {
        self.units().contains(&name)
            || self.predicates().iter().any(|row| row.name.value == name)
            || self.behaviours().iter().any(|row| row.name.value == name)
    }

    /// The first refusal that answers a request of `new` to a device that has `capabilities` and is in
    /// `old`; `None` where it is legal.
    pub fn refuse(self, capabilities: &[&str], old: u32, new: u32) -> Option<&'a Refusal> {
        match self {
            Self::Bits(field) => state::refuse(field, capabilities, old, new),
            Self::Fsm(fsm) => fsm::refuse(fsm, capabilities, old, new),
        }
    }

    /// The name of a state, as the book writes it.
    pub fn state_name(self, state: u32) -> String {
        match self {
            Self::Bits(field) => state::state_name(field, state),
            Self::Fsm(fsm) => fsm::state_name(fsm, state),
        }
    }

    /// Reads what [`Register::state_name`] writes, or a number.
    ///
    /// # Errors
    /// A part that is neither a number nor a name, or a number above 32 bits.
    pub fn parse_state(self, text: &str) -> Result<u32, state::UnknownState> {
        match self {
            Self::Bits(field) => state::parse_state(field, text),
            Self::Fsm(fsm) => fsm::parse_state(fsm, text),
        }
    }
}
