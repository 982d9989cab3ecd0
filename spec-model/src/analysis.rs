//! Questions about the model that several views ask: which states exist, what a write is answered,
//! which actions it triggers, whether it equals single steps. Pure functions, for any edition.

mod actions;
mod buffer;
mod capabilities;
mod decompose;
mod flow;
pub mod fsm;
mod register;
mod report;
mod state;
mod why;

#[cfg(test)]
mod tests;

pub use actions::{Groups, triggered};
pub use buffer::{Loss, loss};
pub use capabilities::{capability_flags, capability_sets};
pub use decompose::{Verdict, decompose, paths};
pub use flow::{legal_while, states_of};
pub use register::{Register, register, trace_name_holds};
pub use report::{OrderReport, Pair, Summary, order_report};
pub use state::{
    UnknownState, all_bits, error_state, holds, parse_state, refuse, state_name, valid_states,
};
pub use why::{Extra, Why};
