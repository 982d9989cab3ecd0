//! Every write of a register of bits: the actions, in each order, and how they compare with single steps.

use spec_model::analysis::order_report;
use spec_model::model::{Action, ActionTable, BitField, Edition};

use super::super::{decomposition, matrix};
use crate::html::{Element, code, el, link, linked};
use crate::page::Page;
use crate::show::{chapter_showing, head, number, row_head, table};

pub(super) fn tables(page: &Page<'_>, edition: &Edition, field: &BitField) -> Vec<Element> {
    let mut elements = vec![el("h3").text("Every write")];
    for order in &field.actions {
        elements.push(actions(page, edition, order));
        elements.push(matrix::grid(
            page,
            edition,
            field,
            &order_report(field, order),
        ));
    }
    elements.extend(comparison(page, edition));
    elements
}

/// How each write compares with single steps: where the book shows it already, a link leads there.
fn comparison(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let Some(chapter) = chapter_showing(page, "decomposition", edition) else {
        return decomposition::show(page, edition);
    };
    let title = &page.book.chapters[chapter].title;
    let link = link(page.to_chapter(chapter), title);
    let words = "Which writes equal single steps, and which lose data, in each order: ";
    vec![el("p").text(words).child(link).text(".")]
}

/// The numbers of the actions stand in the cells of the grid.
fn actions(page: &Page<'_>, edition: &Edition, order: &ActionTable) -> Element {
    let row = |(n, action): (usize, &Action)| {
        let (order, name) = (&order.name.value, &action.name.value);
        let href = page.to_row(edition, order, name);
        el("tr")
            .attr("data-key", format!("{order}:{name}"))
            .child(row_head().child(linked(code(name), href)))
            .child(number(n + 1))
            .child(el("td").child(code(&action.spelling)))
            .child(page.prose(el("td"), &action.meaning.value))
    };
    table(
        "actions",
        &format!("The actions of {}", decomposition::title(order)),
        head(["Action", "#", "Becomes true", "The driver"]),
        order.actions.iter().enumerate().map(row),
    )
}
