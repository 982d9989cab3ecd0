//! What holds in a state; which requests are refused; how states are written.

use crate::analysis::state::{UnknownState, parse_number};
use crate::expr::Expr;
use crate::model::{Fsm, Refusal};

/// Whether an expression over states, predicates and behaviours holds in a state. In a value that is no
/// state, no name of a state holds.
pub fn holds(fsm: &Fsm, expr: &Expr, state: u32) -> bool {
    expr.eval(&|name| name_holds(fsm, name, state))
}

/// Whether a state, predicate or behaviour of this name holds in a state.
fn name_holds(fsm: &Fsm, name: &str, state: u32) -> bool {
    let rows = fsm.predicates.len() + fsm.behaviours.len();
    name_holds_before(fsm, name, state, rows)
}

/// Only the first `rows` predicates and behaviours may be named: a row speaks of earlier ones, so this
/// ends even where a book was not checked.
fn name_holds_before(fsm: &Fsm, name: &str, state: u32, rows: usize) -> bool {
    if let Some(named) = fsm.named(name) {
        return named.value.value == state;
    }
    let predicates = fsm.predicates.iter().map(|p| (&p.name, &p.holds));
    let behaviours = fsm.behaviours.iter().map(|b| (&b.name, &b.holds));
    let mut known = predicates.chain(behaviours).take(rows).enumerate();
    known
        .find(|(_, (row, _))| row.value == name)
        .is_some_and(|(row, (_, holds))| {
            let earlier = |name: &str| name_holds_before(fsm, name, state, row);
            holds.value.eval(&earlier)
        })
}

/// Whether an expression over the two ends of a request holds: names speak of the state `to`, those with
/// `was_` in front of the state `from`.
pub fn ends_hold(fsm: &Fsm, expr: &Expr, from: u32, to: u32) -> bool {
    expr.eval(&|name| end_holds(fsm, name, from, to))
}

fn end_holds(fsm: &Fsm, name: &str, from: u32, to: u32) -> bool {
    match name.strip_prefix("was_") {
        Some(before) => name_holds(fsm, before, from),
        None => name_holds(fsm, name, to),
    }
}

/// Whether a device with these capabilities can be in a state; in what is no state, never.
pub fn supported(fsm: &Fsm, capabilities: &[&str], state: u32) -> bool {
    let has = |name: &String| capabilities.contains(&name.as_str());
    fsm.state(state)
        .is_some_and(|state| state.needs.iter().all(|need| has(&need.value)))
}

/// The first refusal that answers a request of `to` from a device that has `capabilities` and is in
/// `from`; `None` where it is legal.
pub fn refuse<'a>(fsm: &'a Fsm, capabilities: &[&str], from: u32, to: u32) -> Option<&'a Refusal> {
    let unknown = fsm.state(to).is_none();
    let value = |name: &str| match name {
        "unknown" => unknown,
        "unsupported" => !unknown && !supported(fsm, capabilities, to),
        _ => end_holds(fsm, name, from, to),
    };
    let mut refusals = fsm.refusals.iter();
    refusals.find(|refusal| refusal.when.value.eval(&value))
}

/// The name of a state; in hex what is none.
pub fn state_name(fsm: &Fsm, state: u32) -> String {
    match fsm.state(state) {
        Some(state) => state.name.value.clone(),
        None => format!("{state:#x}"),
    }
}

/// Reads the name of a state, or a number.
///
/// # Errors
/// The text is neither.
pub fn parse_state(fsm: &Fsm, text: &str) -> Result<u32, UnknownState> {
    let text = text.trim();
    let named = fsm.named(text).map(|state| state.value.value);
    named.or_else(|| parse_number(text)).ok_or_else(|| {
        let known = fsm.states.iter().map(|state| state.name.value.clone());
        UnknownState {
            part: text.to_owned(),
            known: known.collect(),
            bits: false,
        }
    })
}
