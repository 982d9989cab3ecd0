//! `show behaviours`: every behaviour, state by state.

use spec_model::analysis::{Register, register};
use spec_model::model::{Behaviour, Edition};

use super::{row_head, state_column, table};
use crate::html::{Element, code, el, linked};
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let Some(register) = register(edition) else {
        return Vec::new();
    };
    let states = states(register);
    let column = |&state: &u32| state_column(page, edition, &register.state_name(state));
    let head = el("tr")
        .child(el("td"))
        .children(states.iter().map(column))
        .child(el("th").attr("scope", "col").text("The device"));
    let rows = register.behaviours().iter().map(|row| {
        let cells = states.iter().map(|&state| cell(register, row, state));
        let href = page.to_row(edition, "behaviour", &row.name.value);
        el("tr")
            .child(row_head().child(linked(code(&row.name.value), href)))
            .children(cells)
            .child(page.prose(el("td").class("words"), &row.meaning.value))
    });
    let caption =
        "What holds in which state: ● the device does, or may do, what stands on the right";
    vec![table("matrix behaviours", caption, head, rows)]
}

/// The valid states, and that of an error.
fn states(register: Register<'_>) -> Vec<u32> {
    let mut states = register.states();
    states.extend(register.error().filter(|error| !states.contains(error)));
    states
}

fn cell(register: Register<'_>, row: &Behaviour, state: u32) -> Element {
    if register.holds(&row.holds.value, state) {
        el("td").class("good").text("●")
    } else {
        el("td")
    }
}
