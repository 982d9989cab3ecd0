//! Every request of a register of one state: the whole path, for each set of capabilities; the arcs.

use spec_model::analysis::capability_sets;
use spec_model::analysis::fsm::{Machine, NoPath, state_name};
use spec_model::model::{Edition, Fsm, FsmArc, Session, SessionEffect};

use super::common::declared;
use crate::html::{Element, code, el};
use crate::page::Page;
use crate::show::matrix::names;
use crate::show::{cell, head, state_column, state_row, table};

pub(super) fn tables(page: &Page<'_>, edition: &Edition, fsm: &Fsm) -> Vec<Element> {
    let mut elements = vec![el("h3").text("Every request")];
    for capabilities in capability_sets(edition).iter().rev() {
        elements.push(paths(page, edition, fsm, &Machine::new(fsm, capabilities)));
    }
    elements.push(el("h3").text("Arcs"));
    elements.push(arcs(page, edition, fsm));
    elements
}

/// The states on the way, the wanted one last.
fn paths(page: &Page<'_>, edition: &Edition, fsm: &Fsm, machine: &Machine<'_>) -> Element {
    let name = |state: u32| state_name(fsm, state);
    let states: Vec<u32> = machine.states().map(|state| state.value.value).collect();
    let column = |&to: &u32| state_column(page, edition, &name(to));
    let first = el("tr").child(el("td").text("from ↓ to →"));
    let rows = states.iter().map(|&from| {
        let cells = states.iter().map(|&to| match machine.path(from, to) {
            Ok(path) if path.len() == 1 => el("td").class("self").text("–"),
            Ok(path) => el("td").child(code(names(fsm, &path[1..]))),
            Err(NoPath::Refused(row)) => cell(&row.fault.value).class("refused"),
            Err(_) => cell("no path").class("bad"),
        });
        el("tr")
            .child(state_row(page, edition, &name(from)))
            .children(cells)
    });
    let caption = match machine.capabilities() {
        [] => "A device without capabilities: the states on the way".to_owned(),
        names => format!("A device with {}: the states on the way", names.join(", ")),
    };
    table(
        "matrix paths",
        &caption,
        first.children(states.iter().map(column)),
        rows,
    )
}

fn arcs(page: &Page<'_>, edition: &Edition, fsm: &Fsm) -> Element {
    let name = |state: u32| el("td").child(code(state_name(fsm, state)));
    let row = |arc: &FsmArc| {
        let (row, callback) = declared(page, edition, "arc", &arc.callback.value);
        row.child(callback)
            .child(name(arc.from.value))
            .child(name(arc.to.value))
            .child(page.prose(el("td"), &arc.meaning.value))
            .child(cell(session(arc.session)))
    };
    table(
        "arcs",
        "Every arc, and what becomes of the session in it",
        head(["Arc", "From", "To", "The driver", "Session"]),
        fsm.arcs.iter().map(row),
    )
}

fn session(effect: SessionEffect) -> &'static str {
    match effect {
        SessionEffect::None => "none",
        SessionEffect::Starts(Session::Saving) => "starts saving",
        SessionEffect::Starts(Session::Resuming) => "starts resuming",
        SessionEffect::Keeps => "keeps",
        SessionEffect::Ends => "ends",
    }
}
