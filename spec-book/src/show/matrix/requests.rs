//! The way of every request, for each set of capabilities that makes a difference.

use spec_model::analysis::capability_sets;
use spec_model::analysis::fsm::{Machine, NoPath};
use spec_model::model::{Edition, Fsm, State};

use crate::html::{Element, code, el};
use crate::show::{details, row_head, table};

/// The device that has everything first, the others on demand. The error state is left out: no arc
/// leads there or away.
pub(super) fn show(edition: &Edition, fsm: &Fsm) -> Vec<Element> {
    let mut grids: Vec<(String, Element)> = Vec::new();
    let mut seen: Vec<Vec<(u32, u32)>> = Vec::new();
    for capabilities in capability_sets(edition).iter().rev() {
        let machine = Machine::new(fsm, capabilities);
        let arcs = machine
            .arcs()
            .iter()
            .map(|arc| (arc.from.value, arc.to.value))
            .collect();
        // Capabilities that add no arc give the same machine again.
        if seen.contains(&arcs) {
            continue;
        }
        seen.push(arcs);
        let title = format!("A device {}", set_name(edition, capabilities));
        let grid = grid(&machine, fsm.error.value, &title);
        let id = format!("{}-requests-{}", edition.name.value, capabilities.join("-"));
        grids.push((title, grid.attr("id", id)));
    }
    let mut grids = grids.into_iter();
    let first = grids.next().map(|(_, grid)| grid);
    first
        .into_iter()
        .chain(grids.map(|(title, grid)| details(&title, [grid])))
        .collect()
}

/// `with stop_copy, pre_copy, without p2p`
pub(crate) fn set_name(edition: &Edition, capabilities: &[&str]) -> String {
    let rows = edition.capabilities.iter().filter(|row| !row.required);
    let optional = rows.map(|row| row.name.value.as_str());
    let (has, lacks): (Vec<&str>, Vec<&str>) =
        optional.partition(|name| capabilities.contains(name));
    let part = |word, names: &[&str]| match names {
        [] => None,
        names => Some(format!("{word} {}", names.join(" and "))),
    };
    let parts = [part("with", &has), part("without", &lacks)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn grid(machine: &Machine<'_>, error: u32, title: &str) -> Element {
    let asked = |state: &&State| state.value.value != error;
    let states: Vec<&State> = machine.states().filter(asked).collect();
    let name = |state: &State| code(&state.name.value);
    let column = |to: &&State| {
        el("th")
            .attr("scope", "col")
            .child(el("span").child(name(to)))
    };
    let head = el("tr")
        .child(el("td").text("from ↓ to →"))
        .children(states.iter().map(column));
    let rows = states.iter().map(|from| {
        let cells = states.iter().map(|to| cell(machine, &states, from, to));
        el("tr").child(row_head().child(name(from))).children(cells)
    });
    let caption = format!(
        "{title}: the way from each state to each other; → is one arc, else the states on the way"
    );
    table("matrix requests", &caption, head, rows)
}

fn cell(machine: &Machine<'_>, states: &[&State], from: &State, to: &State) -> Element {
    if from.value.value == to.value.value {
        return el("td").class("self").text("–");
    }
    match machine.path(from.value.value, to.value.value).as_deref() {
        Ok([_, _]) => el("td").class("arc").text("→"),
        Ok([_, inner @ .., _]) => {
            let cell = el("td").class("leap");
            inner
                .iter()
                .fold(cell, |cell, state| cell.child(named(states, *state)))
        }
        Err(NoPath::Refused(_)) => el("td").class("refused").text("refused"),
        // A checked book has no other answer.
        Ok(_) | Err(_) => el("td").class("bad").text("no path"),
    }
}

fn named(states: &[&State], value: u32) -> Element {
    let state = states.iter().find(|state| state.value.value == value);
    code(state.map_or("", |state| state.name.value.as_str()))
}
