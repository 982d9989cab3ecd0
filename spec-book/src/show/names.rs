//! `show names`: everything that has a name, by kind, as links to where it stands. The site's script
//! reads this page when a reader searches.

use spec_model::model::Rule;

use crate::html::{Element, el, link};
use crate::page::Page;
use crate::rows::Row;

/// What rows declare, in the order of the page, and the heading. Steps and accesses have numbers, and
/// actions of proposed orders have the names of others: they are not here.
const KINDS: &[(&str, &str)] = &[
    ("state", "States"),
    ("bit", "Bits"),
    ("arc", "Arcs"),
    ("action", "Actions"),
    ("field", "Registers and fields"),
    ("constant", "Constants"),
    ("ioctl", "Ioctls"),
    ("error", "Errors"),
    ("errno", "Error numbers"),
    ("event", "Events"),
    ("capability", "Capabilities"),
    ("property", "Properties"),
    ("consequence", "Consequences"),
    ("domain", "Domains"),
    ("predicate", "Predicates"),
    ("behaviour", "Behaviours"),
    ("device", "Devices of the model"),
    ("observable", "Observables"),
    ("move", "Moves"),
    ("invariant", "Invariants"),
    ("variant", "Variants"),
    ("condition", "Conditions"),
    ("work", "Work"),
    ("failure", "Failures"),
];

pub(super) fn show(page: &Page<'_>) -> Vec<Element> {
    let lists = KINDS.iter().flat_map(|&(what, title)| {
        let rows = page.rows().iter().filter(|row| row.what == what);
        section(what, title, rows.flat_map(|row| names(page, row)).collect())
    });
    let rules = page.book.rules.iter().map(|rule| rule_link(page, rule));
    lists
        .chain(section("rule", "Rules", rules.collect()))
        .collect()
}

fn section(what: &str, title: &str, names: Vec<Element>) -> Vec<Element> {
    if names.is_empty() {
        return Vec::new();
    }
    let list = el("p").class("names").attr("data-what", what);
    let list = names
        .into_iter()
        .fold(list, |list, name| list.child(name).text(" "));
    vec![el("h2").text(title), list]
}

/// The name in the book, and the one in the kernel's header.
fn names(page: &Page<'_>, row: &Row) -> Vec<Element> {
    let Some(chapter) = page.chapter_of_row(&row.id) else {
        return Vec::new();
    };
    let href = page.to(chapter, &row.id);
    let name = |name: &str| {
        let name = link(&href, name);
        match row.table().or(row.edition.as_deref()) {
            Some(place) => name.attr("data-in", place),
            None => name,
        }
    };
    let linux = row.linux.iter().map(|linux| name(linux));
    std::iter::once(name(&row.name)).chain(linux).collect()
}

fn rule_link(page: &Page<'_>, rule: &Rule) -> Element {
    link(page.to_rule(rule), &rule.id.value)
}
