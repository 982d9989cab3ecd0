//! What follows from the tables of a register with one state: the answer to every request, for every set of
//! capabilities.

use serde_json::{Value, json};
use spec_model::analysis::fsm::{Machine, NoPath};
use spec_model::analysis::{capability_flags, capability_sets};
use spec_model::model::{Edition, Fsm};

use super::list;

pub(super) fn requests(edition: &Edition, fsm: &Fsm) -> Value {
    list(&capability_sets(edition), |set| {
        let machine = Machine::new(fsm, set);
        let from = machine.states().map(|state| state.value.value);
        let to = || fsm.states.iter().map(|state| state.value.value);
        let answers = from.flat_map(|from| to().map(move |to| (from, to)));
        let answers: Value = answers
            .filter_map(|(from, to)| answer(&machine, from, to))
            .collect();
        json!({
            "capabilities": set,
            "flags": capability_flags(edition, set),
            "answers": answers,
        })
    })
}

/// In a checked book, every request has one.
fn answer(machine: &Machine<'_>, from: u32, to: u32) -> Option<Value> {
    let (refused, path) = match machine.path(from, to) {
        Ok(path) => (None, Some(path)),
        Err(NoPath::Refused(row)) => (Some(&row.fault.value), None),
        Err(NoPath::Missing | NoPath::Ambiguous(..)) => return None,
    };
    let arcs = path.as_ref().map(|path| {
        let arcs = path.windows(2);
        let arcs = arcs.filter_map(|ends| machine.arc(ends[0], ends[1]));
        arcs.map(|arc| arc.callback.value.as_str())
            .collect::<Vec<_>>()
    });
    Some(json!({
        "from": from,
        "to": to,
        "refused": refused,
        "path": path,
        "arcs": arcs,
    }))
}
