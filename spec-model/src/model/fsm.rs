//! A device whose register holds one state out of a list: its states, the arcs between them, and
//! which way a request takes.

use super::{Behaviour, Layout, Predicate, Refusal};
use crate::expr::Expr;
use crate::source::{Span, Spanned};

/// `<!-- spec: states NAME width=32 initial=RUNNING error=ERROR -->`:
/// `| Value | State | Needs | Linux | Meaning |`, with the `arcs`, `paths`, `predicates`,
/// `behaviours`, `refused` and `layout` tables of the same register.
///
/// As with [`super::BitField`], a state is spoken of by the value of the register.
#[derive(Clone, Debug)]
pub struct Fsm {
    /// `device_state`
    pub name: Spanned<String>,
    /// Bits in the register.
    pub width: u32,
    /// The state that a freshly opened or reset device has.
    pub initial: Spanned<u32>,
    /// The state of a device that has failed: no arc leads into it or out of it.
    pub error: Spanned<u32>,
    /// The table.
    pub span: Span,
    /// Rows by value.
    pub states: Vec<State>,
    /// `arcs` rows, in the order of the book.
    pub arcs: Vec<FsmArc>,
    /// `refused` rows, the first that holds answers.
    pub refusals: Vec<Refusal>,
    /// `paths` rows: each must hold for every inner state of a path.
    pub paths: Vec<PathRule>,
    /// `predicates`.
    pub predicates: Vec<Predicate>,
    /// `behaviours`.
    pub behaviours: Vec<Behaviour>,
    /// `layout`: where diagrams put each state.
    pub layout: Option<Layout>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

impl Fsm {
    /// The state with this value.
    pub fn state(&self, value: u32) -> Option<&State> {
        self.states.iter().find(|state| state.value.value == value)
    }

    /// The state of this name.
    pub fn named(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name.value == name)
    }
}

/// A row of a `states` table.
#[derive(Clone, Debug)]
pub struct State {
    /// The value of the register.
    pub value: Spanned<u32>,
    /// `RUNNING_P2P`
    pub name: Spanned<String>,
    /// The capabilities without which the device is never in this state.
    pub needs: Vec<Spanned<String>>,
    /// How today's `<linux/vfio.h>` spells it.
    pub linux: Option<Spanned<String>>,
    /// Where a device without those capabilities goes when others, that have them, go here: the first
    /// that it has. Empty: it stays where it is.
    pub instead: Vec<Spanned<u32>>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// A row of an `arcs` table: `| From | To | Needs | Session | Callback | The driver |`: a step that a
/// driver implements.
#[derive(Clone, Debug)]
pub struct FsmArc {
    /// The value of the state before.
    pub from: Spanned<u32>,
    /// The value of the state after.
    pub to: Spanned<u32>,
    /// Over capabilities: which devices have the arc. An empty cell: all, `Expr::Const(true)`.
    pub needs: Spanned<Expr>,
    /// What happens to the data session.
    pub session: SessionEffect,
    /// `running_to_pre_copy`
    pub callback: Spanned<String>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// Which way the data of a session flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    /// `saving`: user space reads.
    Saving,
    /// `resuming`: user space writes.
    Resuming,
}

/// The `Session` column of an `arcs` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionEffect {
    /// Empty cell: there is no session before and none after.
    None,
    /// `starts saving`, `starts resuming`: there was none, and user space gets a new file descriptor.
    Starts(Session),
    /// `keeps`: the one before goes on.
    Keeps,
    /// `ends`: the one before is over, and its file descriptor of no more use.
    Ends,
}

/// A row of a `paths` table: `| Inside | Only where | Meaning |`: an inner state of a path for which
/// `inside` holds is allowed only where `only_where` holds.
#[derive(Clone, Debug)]
pub struct PathRule {
    /// Over states and predicates, of the inner state.
    pub inside: Spanned<Expr>,
    /// Over states and predicates of the ends: with the prefix `was_` of the state in which the path
    /// begins, without it of the state that was requested.
    pub only_where: Spanned<Expr>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}
