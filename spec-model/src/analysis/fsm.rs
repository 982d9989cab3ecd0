//! A register that holds one state: which requests are refused, and which way the others take.

mod path;
mod predicate;
mod session;

pub use path::{Machine, NoPath};
pub use predicate::{ends_hold, holds, parse_state, refuse, state_name, supported};
pub use session::sessions;
pub(crate) use session::{Misfit, Why as MisfitWhy, misfits};
