//! A state machine: arcs that fit the states, one path for each request, sessions that fit the arcs.

use crate::analysis::capability_sets;
use crate::analysis::fsm::Machine;
use crate::diagnostic::Diagnostics;
use crate::model::{Edition, Fsm, FsmArc};

mod arcs;
mod reach;
mod requests;
mod sessions;

/// Every check of a state machine whose names and numbers are sound.
pub(super) fn check(edition: &Edition, fsm: &Fsm, diagnostics: &mut Diagnostics) {
    if fsm.initial.value == fsm.error.value {
        return; // The initial state is reported: from an error state, nothing leads anywhere.
    }
    let sets = capability_sets(edition);
    let machines: Vec<Machine<'_>> = sets.iter().map(|set| Machine::new(fsm, set)).collect();
    let mut found = Diagnostics::default();
    arcs::arcs_lead_somewhere(fsm, &mut found);
    arcs::arcs_are_unique(fsm, &mut found);
    arcs::needs_choose(fsm, &sets, &mut found);
    arcs::ends_exist(fsm, &machines, &mut found);
    reach::initial_state_is_always_there(fsm, &machines, &mut found);
    requests::rules_choose(fsm, &mut found);
    if !found.has_errors() {
        reach::states_are_connected(edition, fsm, &machines, &mut found);
        reach::arcs_are_reachable(fsm, &machines, &mut found);
        requests::arcs_are_not_refused(fsm, &machines, &mut found);
    }
    // A mistake above gives more below.
    if !found.has_errors() {
        requests::every_request_has_one_path(fsm, &machines, &mut found);
        sessions::effects_fit(fsm, &mut found);
        sessions::sessions_begin_at_the_end(fsm, &machines, &mut found);
        sessions::data_need_a_session(edition, fsm, &mut found);
    }
    diagnostics.extend(found);
}

/// An arc as people write it.
fn arrow(fsm: &Fsm, arc: &FsmArc) -> String {
    let (from, to) = (name(fsm, arc.from.value), name(fsm, arc.to.value));
    format!("`{from}` → `{to}`")
}

fn name(fsm: &Fsm, state: u32) -> String {
    crate::analysis::fsm::state_name(fsm, state)
}

/// A path as people write it.
fn written_path(fsm: &Fsm, path: &[u32]) -> String {
    let names: Vec<String> = path.iter().map(|&state| name(fsm, state)).collect();
    names.join(" → ")
}

/// A set of capabilities as people write it.
fn with(capabilities: &[&str]) -> String {
    match capabilities {
        [] => "without any capability".to_owned(),
        some => format!("with `{}`", some.join("`, `")),
    }
}
