//! `show decomposition`: whether one write of several bits equals single steps, for each order that
//! the book knows, and which writes lose data where saving and resuming share a buffer.

use spec_model::analysis::{Loss, OrderReport, Pair, Verdict, order_report, state_name};
use spec_model::model::{Action, ActionTable, BitField, Edition, OrderStatus};

use super::{cell, details, head, number, row_head, state_column, state_row, table};
use crate::html::{Element, code, el, link, linked};
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let Some(field) = &edition.bits else {
        return Vec::new();
    };
    let reports: Vec<OrderReport<'_>> = field
        .actions
        .iter()
        .map(|order| order_report(field, order))
        .collect();
    let mut elements = vec![summary(page, &reports)];
    for report in &reports {
        elements.push(el("h3").text(title(report.order)));
        elements.push(grid(page, edition, field, report));
        elements.extend(losses(page, edition, field, report));
        elements.extend(differences(field, report));
    }
    elements
}

pub(super) fn title(order: &ActionTable) -> String {
    match order.status {
        OrderStatus::Adopted => format!("{} (adopted)", order.title),
        OrderStatus::Proposed => order.title.clone(),
    }
}

fn summary(page: &Page<'_>, reports: &[OrderReport<'_>]) -> Element {
    let rows = reports.iter().map(|report| {
        let sum = report.summary();
        let lossy = number(sum.lossy);
        el("tr")
            .child(order_head(page, report.order))
            .child(number(sum.pairs))
            .child(number(sum.single))
            .child(number(sum.equal))
            .child(number(sum.different))
            .child(if sum.lossy > 0 {
                lossy.class("bad")
            } else {
                lossy
            })
    });
    let names = [
        "Order",
        "Writes",
        "One bit or none",
        "Equal to single steps",
        "Equal to none",
        "Lose data",
    ];
    table(
        "summary",
        "The orders compared, over all pairs of valid states",
        head(names),
        rows,
    )
}

/// The order, with a link to its table.
fn order_head(page: &Page<'_>, order: &ActionTable) -> Element {
    let head = row_head();
    match order.rule.as_ref().and_then(|rule| page.rule(rule)) {
        Some(rule) => head.child(link(page.to_rule(rule), title(order))),
        None => head.text(title(order)),
    }
}

/// All pairs at a glance.
fn grid(page: &Page<'_>, edition: &Edition, field: &BitField, report: &OrderReport<'_>) -> Element {
    let name = |state: u32| state_name(field, state);
    let column = |&state: &u32| state_column(page, edition, &name(state));
    let head = el("tr")
        .child(el("td").text("from ↓ to →"))
        .children(report.states.iter().map(column));
    let rows = report
        .states
        .iter()
        .zip(report.pairs.chunks(report.states.len().max(1)));
    let rows = rows.map(|(old, pairs)| {
        el("tr")
            .child(state_row(page, edition, &name(*old)))
            .children(pairs.iter().map(sign))
    });
    let caption = format!(
        "{}: · one bit or none, = equal to single steps, ≠ equal to none, ! loses data",
        title(report.order)
    );
    table("matrix signs", &caption, head, rows)
}

fn sign(pair: &Pair<'_>) -> Element {
    let (class, sign) = match (&pair.loss, &pair.verdict) {
        (Some(_), _) => ("bad", "!"),
        _ if pair.bits_changed() <= 1 => ("step", "·"),
        (None, Verdict::Equal { .. }) => ("good", "="),
        (None, Verdict::Different { .. }) => ("differs", "≠"),
    };
    el("td").class(class).text(sign)
}

/// The writes that destroy received data.
fn losses(
    page: &Page<'_>,
    edition: &Edition,
    field: &BitField,
    report: &OrderReport<'_>,
) -> Option<Element> {
    let lossy = report
        .pairs
        .iter()
        .filter_map(|pair| Some((pair, pair.loss.as_ref()?)));
    let rows: Vec<Element> = lossy
        .map(|(pair, loss)| write(field, pair).child(how(page, edition, report.order, loss)))
        .collect();
    let summary = format!("Writes that lose what was received: {}", rows.len());
    let caption = "Writes that lose received data where saving and resuming share a buffer";
    let table = || {
        table(
            "losses",
            caption,
            head(["From", "To", "Actions", "What is lost"]),
            rows.clone(),
        )
    };
    (!rows.is_empty()).then(|| details(&summary, [table()]))
}

fn how(page: &Page<'_>, edition: &Edition, order: &ActionTable, loss: &Loss<'_>) -> Element {
    let name = |action: &Action| {
        let href = page.to_row(edition, &order.name.value, &action.name.value);
        linked(code(&action.name.value), href)
    };
    let cell = el("td").child(name(loss.by));
    match loss.load {
        Some(load) if std::ptr::eq(load, loss.by) => {
            cell.text(" finds nothing of what was received")
        }
        Some(load) => cell
            .text(" clears the buffer before ")
            .child(name(load))
            .text(" reads it"),
        None => cell.text(" clears the buffer, and nothing loads it"),
    }
}

/// The writes that no path of single steps equals.
fn differences(field: &BitField, report: &OrderReport<'_>) -> Option<Element> {
    let different = report.pairs.iter().filter_map(|pair| match &pair.verdict {
        Verdict::Different { nearest, why } => Some((pair, nearest, why)),
        Verdict::Equal { .. } => None,
    });
    let rows: Vec<Element> = different
        .map(|(pair, nearest, why)| {
            let path = nearest
                .as_ref()
                .map_or_else(|| cell("–"), |path| steps(field, path));
            write(field, pair)
                .child(path)
                .child(cell(why.phrase(field)))
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let summary = format!("Writes that equal no single steps: {}", rows.len());
    let names = ["From", "To", "Actions", "Nearest steps", "Why they differ"];
    let caption = "Writes that no path of single steps equals";
    Some(details(
        &summary,
        [table("differences", caption, head(names), rows)],
    ))
}

/// From, to, and what the driver does.
fn write(field: &BitField, pair: &Pair<'_>) -> Element {
    let names: Vec<&str> = pair
        .actions
        .iter()
        .map(|action| action.name.value.as_str())
        .collect();
    el("tr")
        .child(el("td").child(code(state_name(field, pair.old))))
        .child(el("td").child(code(state_name(field, pair.new))))
        .child(cell(names.join(", ")))
}

fn steps(field: &BitField, path: &[u32]) -> Element {
    path.iter().enumerate().fold(el("td"), |cell, (n, state)| {
        let cell = if n == 0 { cell } else { cell.text(" → ") };
        cell.child(code(state_name(field, *state)))
    })
}
