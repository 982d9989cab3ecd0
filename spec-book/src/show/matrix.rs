//! `show matrix`: what each write between valid states makes the driver do, in the adopted order; for a
//! list of states, the next state of each request.

mod requests;

pub(crate) use requests::{names, set_name};

use spec_model::analysis::{OrderReport, Pair, order_report, state_name};
use spec_model::model::{Action, ActionTable, BitField, Edition, OrderStatus};

use super::{state_column, state_row, table};
use crate::html::{Element, code, el, link, linked};
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    if let Some(fsm) = &edition.fsm {
        return requests::show(page, edition, fsm);
    }
    let Some(field) = &edition.bits else {
        return Vec::new();
    };
    let mut orders = field.actions.iter();
    let adopted = orders.find(|order| order.status == OrderStatus::Adopted);
    adopted.map_or_else(Vec::new, |order| {
        vec![
            legend(page, edition, order),
            grid(page, edition, field, &order_report(field, order)),
        ]
    })
}

/// The numbers that stand in the cells.
fn legend(page: &Page<'_>, edition: &Edition, order: &ActionTable) -> Element {
    let item = |action: &Action| {
        let href = page.to_row(edition, &order.name.value, &action.name.value);
        el("li")
            .child(linked(code(&action.name.value), href))
            .text(" ")
            .child(code(&action.spelling))
    };
    order
        .actions
        .iter()
        .fold(el("ol").class("legend"), |list, action| {
            list.child(item(action))
        })
}

pub(super) fn grid(
    page: &Page<'_>,
    edition: &Edition,
    field: &BitField,
    report: &OrderReport<'_>,
) -> Element {
    let name = |&state: &u32| state_name(field, state);
    let column = |state| state_column(page, edition, &name(state));
    let head = el("tr")
        .child(el("td").text("from ↓ to →"))
        .children(report.states.iter().map(column));
    let size = report.states.len().max(1);
    let rows = report.states.iter().zip(report.pairs.chunks(size));
    let rows = rows.map(|(old, pairs)| {
        let cells = pairs.iter().map(|pair| {
            let (old, new) = (name(&pair.old), name(&pair.new));
            cell(
                report.order,
                pair,
                page.to_request(edition, |_| false, &old, &new),
            )
        });
        el("tr")
            .child(state_row(page, edition, &name(old)))
            .children(cells)
    });
    let caption = format!(
        "Actions of every write, in the order of {}",
        report.order.title
    );
    table("matrix", &caption, head, rows)
}

/// The numbers of the actions; they lead to what the explorer says of the write.
fn cell(order: &ActionTable, pair: &Pair<'_>, href: Option<String>) -> Element {
    if pair.old == pair.new {
        return el("td").class("self").text("–");
    }
    let number = |action: &&Action| {
        let mut actions = order.actions.iter();
        let place = actions.position(|it| std::ptr::eq(it, *action));
        place.map(|n| (n + 1).to_string())
    };
    let numbers: Vec<String> = pair.actions.iter().filter_map(number).collect();
    let words = match numbers.as_slice() {
        [] => "none".to_owned(),
        numbers => numbers.join(" "),
    };
    let class = if pair.bits_changed() == 1 {
        "step"
    } else {
        "leap"
    };
    let cell = el("td").class(class);
    match href {
        Some(href) => cell.child(link(href, words)),
        None => cell.text(words),
    }
}
