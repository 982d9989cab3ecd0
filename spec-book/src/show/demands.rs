//! `show demands`: what was asked of the protocol, and the rules that answer.

use super::{head, row_head, table};
use crate::html::{Element, el, link};
use crate::page::Page;

pub(super) fn show(page: &Page<'_>) -> Vec<Element> {
    let rows = page.book.demands.iter().map(|demand| {
        let rules = demand
            .rules
            .iter()
            .filter_map(|id| page.rule(&id.value))
            .map(|rule| {
                el("li").child(link(page.to_rule(rule), "").breakable(&rule.id.value, &['.']))
            });
        el("tr")
            .child(row_head().text(&demand.id.value))
            .child(page.prose(el("td"), &demand.text.value))
            .child(el("td").child(el("ul").children(rules)))
    });
    vec![table(
        "demands",
        "Demands and the rules that meet them",
        head(["Demand", "In short", "Rules"]),
        rows,
    )]
}
