//! `show matrix`: what each write between valid states makes the driver do, in the adopted order; for a
//! list of states, the next state of each request.

mod requests;

pub(crate) use requests::set_name;

use spec_model::analysis::{OrderReport, Pair, order_report, state_name};
use spec_model::model::{ActionTable, BitField, Edition, OrderStatus};

use super::{row_head, table};
use crate::html::{Element, code, el, linked};
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    if let Some(fsm) = &edition.fsm {
        return requests::show(edition, fsm);
    }
    let Some(field) = &edition.bits else {
        return Vec::new();
    };
    let mut orders = field.actions.iter();
    let adopted = orders.find(|order| order.status == OrderStatus::Adopted);
    adopted.map_or_else(Vec::new, |order| {
        vec![
            legend(page, edition, order),
            grid(field, &order_report(field, order)),
        ]
    })
}

/// The numbers that stand in the cells.
fn legend(page: &Page<'_>, edition: &Edition, order: &ActionTable) -> Element {
    let item = |action: &spec_model::model::Action| {
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

pub(super) fn grid(field: &BitField, report: &OrderReport<'_>) -> Element {
    let name = |&state: &u32| state_name(field, state);
    let column = |state| {
        el("th")
            .attr("scope", "col")
            .child(el("span").child(code(name(state))))
    };
    let head = el("tr")
        .child(el("td").text("from ↓ to →"))
        .children(report.states.iter().map(column));
    let size = report.states.len().max(1);
    let rows = report
        .states
        .iter()
        .zip(report.pairs.chunks(size))
        .map(|(old, pairs)| {
            let cells = pairs.iter().map(|pair| cell(report.order, pair));
            el("tr")
                .child(row_head().child(code(name(old))))
                .children(cells)
        });
    let caption = format!(
        "Actions of every write, in the order of {}",
        report.order.title
    );
    table("matrix", &caption, head, rows)
}

fn cell(order: &ActionTable, pair: &Pair<'_>) -> Element {
    if pair.old == pair.new {
        return el("td").class("self").text("–");
    }
    let number = |action: &&spec_model::model::Action| {
        order
            .actions
            .iter()
            .position(|a| std::ptr::eq(a, *action))
            .map(|n| (n + 1).to_string())
    };
    let numbers: Vec<String> = pair.actions.iter().filter_map(number).collect();
    let class = if pair.bits_changed() == 1 {
        "step"
    } else {
        "leap"
    };
    match numbers.as_slice() {
        [] => el("td").class(class).child(el("small").text("none")),
        numbers => el("td").class(class).text(numbers.join(" ")),
    }
}
