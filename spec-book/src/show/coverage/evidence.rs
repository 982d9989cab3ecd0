//! What else stands behind a rule: the generated items that implement it, the recorded behaviour
//! of released user space that is held against it, and the invariants of the model that protect it.

use spec_model::model::{Edition, Guardrail, Invariant, Rule, Variant};

use crate::html::{Element, code, el, link, linked};
use crate::page::Page;

/// The generated items that implement a rule: the first ones by name.
pub(super) fn items(page: &Page<'_>, rule: &Rule) -> Option<Element> {
    const MOST: usize = 6;
    let items = page.items(rule);
    let (first, more) = items.split_at(items.len().min(MOST));
    let cell = el("td").child(code(first.join(" ")));
    match (first.len(), more.len()) {
        (0, _) => None,
        (_, 0) => Some(cell),
        (_, more) => Some(cell.text(format!(" and {more} more"))),
    }
}

/// The traces that keep to a rule, counted, and those that break it, by name.
pub(super) fn traces(page: &Page<'_>, rule: &Rule) -> Option<Element> {
    let editions = page.book.editions.iter();
    let held = editions.filter(|edition| page.is_held(edition, rule));
    held.fold(None, |cell, edition| {
        let cell = cell.unwrap_or_else(|| el("td"));
        let breaks = |row: &&Guardrail| row.breaks.iter().any(|id| id.value == rule.id.value);
        let (broken, kept): (Vec<&Guardrail>, Vec<&Guardrail>) =
            edition.guardrails.iter().partition(breaks);
        let table = edition
            .guardrails
            .iter()
            .find_map(|row| row.rule.as_deref());
        let count = format!("{} traces", kept.len());
        let cell = match table.and_then(|id| page.rule(id)) {
            Some(table) => cell.child(link(page.to_rule(table), count)),
            None => cell.text(count),
        };
        let cell = cell.text(" keep to it");
        Some(match names(&broken).as_str() {
            "" => cell,
            names => cell.text(format!("; broken by {names}")),
        })
    })
}

fn names(rows: &[&Guardrail]) -> String {
    let name = |row: &&Guardrail| {
        format!(
            "{} {} ({})",
            row.vmm.value, row.version.value, row.scenario.value
        )
    };
    rows.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The invariants that protect what a rule demands, each checked over all reachable states of the model,
/// and the variants in which one of them fails.
pub(super) fn invariants(page: &Page<'_>, rule: &Rule) -> Option<Element> {
    let mut all: Option<Element> = None;
    for edition in &page.book.editions {
        let of_rule = |row: &&Invariant| row.rule.value == rule.id.value;
        for invariant in edition.system.invariants.iter().filter(of_rule) {
            let name = &invariant.name.value;
            let href = page.to_row(edition, "invariant", name);
            let cell = all.unwrap_or_else(|| el("td"));
            let mut cell = cell.child(linked(code(name), href)).text(" ");
            let breaks = |row: &&Variant| row.breaks.value == *name;
            for variant in edition.system.variants.iter().filter(breaks) {
                let href = page.to_row(edition, "variant", &variant.name.value);
                let name = linked(code(&variant.name.value), href);
                cell = cell.text("(fails with ").child(name).text(") ");
            }
            all = Some(cell);
        }
    }
    all
}

impl Page<'_> {
    /// Whether the traces of an edition are held against a rule.
    fn is_held(&self, edition: &Edition, rule: &Rule) -> bool {
        !edition.guardrails.is_empty()
            && spec_trace::rules(edition).contains(&rule.id.value.as_str())
    }
}
