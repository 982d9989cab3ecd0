//! The way of every request, for each set of capabilities that makes a difference.

use spec_model::analysis::capability_sets;
use spec_model::analysis::fsm::{Machine, NoPath, state_name};
use spec_model::model::{Edition, Fsm, State};

use crate::html::{Element, el, link};
use crate::page::Page;
use crate::show::{details, state_column, state_row, table};

/// The device that has everything first, the others on demand. The error state is left out: no arc
/// leads there or away.
pub(super) fn show(page: &Page<'_>, edition: &Edition, fsm: &Fsm) -> Vec<Element> {
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
        let grid = grid(page, edition, fsm, &machine, &title);
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

fn grid(
    page: &Page<'_>,
    edition: &Edition,
    fsm: &Fsm,
    machine: &Machine<'_>,
    title: &str,
) -> Element {
    let asked = |state: &&State| state.value.value != fsm.error.value;
    let states: Vec<&State> = machine.states().filter(asked).collect();
    let column = |to: &&State| state_column(page, edition, &to.name.value);
    let head = el("tr")
        .child(el("td").text("from ↓ to →"))
        .children(states.iter().map(column));
    let rows = states.iter().map(|from| {
        let lacks = |name: &str| !machine.capabilities().contains(&name);
        let cells = states.iter().map(|to| {
            let href = page.to_request(edition, lacks, &from.name.value, &to.name.value);
            cell(fsm, machine, [from, to], href)
        });
        el("tr")
            .child(state_row(page, edition, &from.name.value))
            .children(cells)
    });
    let caption = format!(
        "{title}: the way from each state to each other; → is one arc, else the states on the way"
    );
    table("matrix requests", &caption, head, rows)
}

/// The states on the way; they lead to what the explorer says of the request.
fn cell(fsm: &Fsm, machine: &Machine<'_>, ends: [&State; 2], href: Option<String>) -> Element {
    let [from, to] = ends.map(|state| state.value.value);
    if from == to {
        return el("td").class("self").text("–");
    }
    let (class, words) = match machine.path(from, to).as_deref() {
        Ok([_, _]) => ("arc", "→".to_owned()),
        Ok([_, inner @ .., _]) => ("leap", names(fsm, inner)),
        Err(NoPath::Refused(_)) => ("refused", "refused".to_owned()),
        // A checked book has no other answer.
        Ok(_) | Err(_) => ("bad", "no path".to_owned()),
    };
    let cell = el("td").class(class);
    match href {
        Some(href) => cell.child(link(href, words)),
        None => cell.text(words),
    }
}

/// Of states, with spaces between.
pub(crate) fn names(fsm: &Fsm, states: &[u32]) -> String {
    let names = states.iter().map(|&state| state_name(fsm, state));
    names.collect::<Vec<_>>().join(" ")
}
