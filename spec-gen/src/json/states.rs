//! The register with one state: its states, arcs and rules for paths.

use serde_json::{Value, json};
use spec_model::analysis::fsm::state_name;
use spec_model::expr::Expr;
use spec_model::model::{Fsm, FsmArc, Session, SessionEffect};

use super::{Places, device, list};

pub(super) fn states(fsm: &Fsm, places: &Places<'_>) -> Value {
    json!({
        "name": fsm.name.value,
        "width": fsm.width,
        "initial": fsm.initial.value,
        "error": fsm.error.value,
        "rule": fsm.rule,
        "at": places.at(fsm.span),
        "states": list(&fsm.states, |state| json!({
            "value": state.value.value,
            "name": state.name.value,
            "needs": list(&state.needs, |name| json!(name.value)),
            "linux": state.linux.as_ref().map(|name| &name.value),
            "meaning": state.meaning.value,
            "at": places.at(state.name.span),
        })),
        "predicates": device::predicates(&fsm.predicates, places),
        "behaviours": device::behaviours(&fsm.behaviours, places),
        "refused": device::refused(&fsm.refusals, places),
        "arcs": list(&fsm.arcs, |row| arc(fsm, row, places)),
        "paths": list(&fsm.paths, |row| json!({
            "inside": places.written(row.inside.span),
            "only_where": places.written(row.only_where.span),
            "meaning": row.meaning.value,
            "rule": row.rule,
            "at": places.at(row.inside.span),
        })),
        "layout": fsm.layout.as_ref().map(device::layout),
    })
}

fn arc(fsm: &Fsm, row: &FsmArc, places: &Places<'_>) -> Value {
    let needs = match row.needs.value {
        Expr::Const(true) => None,
        _ => Some(places.written(row.needs.span)),
    };
    json!({
        "from": row.from.value,
        "from_name": state_name(fsm, row.from.value),
        "to": row.to.value,
        "to_name": state_name(fsm, row.to.value),
        "needs": needs,
        "session": session(row.session),
        "callback": row.callback.value,
        "meaning": row.meaning.value,
        "rule": row.rule,
        "at": places.at(row.from.span),
    })
}

/// Which way data flow.
pub(super) fn direction(session: Session) -> &'static str {
    match session {
        Session::Saving => "saving",
        Session::Resuming => "resuming",
    }
}

fn session(effect: SessionEffect) -> Option<&'static str> {
    match effect {
        SessionEffect::None => None,
        SessionEffect::Starts(Session::Saving) => Some("starts saving"),
        SessionEffect::Starts(Session::Resuming) => Some("starts resuming"),
        SessionEffect::Keeps => Some("keeps"),
        SessionEffect::Ends => Some("ends"),
    }
}
