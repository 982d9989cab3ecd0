//! `show names`: everything that has a name, by kind, as links to where it stands. The site's script
//! reads this page when a reader searches.

use std::collections::BTreeMap;

use spec_model::model::Rule;

use crate::html::{Element, el, link};
use crate::page::Page;
use crate::rows::Row;

/// Kinds in the order of the page: what rows declare, and the heading.
const KINDS: &[(&str, &str)] = &[
    ("state", "States"),
    ("bit", "Bits"),
    ("arc", "Arcs"),
    ("", "Actions, registers and fields"),
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
    ("condition", "Conditions"),
    ("work", "Work"),
    ("failure", "Failures"),
];

pub(super) fn show(page: &Page<'_>) -> Vec<Element> {
    let mut by_kind: BTreeMap<usize, Vec<Element>> = BTreeMap::new();
    for row in page.rows() {
        // Steps of flows and rows of protocols have numbers.
        if row.name.starts_with(|c: char| c.is_ascii_digit()) && row.kind != "errno" {
            continue;
        }
        let kind = KINDS.iter().position(|(kind, _)| *kind == row.kind);
        let other = || KINDS.iter().position(|(kind, _)| kind.is_empty());
        let list = by_kind.entry(kind.or_else(other).unwrap_or(0)).or_default();
        list.extend(names(page, row));
    }
    let lists = by_kind
        .into_iter()
        .flat_map(|(kind, names)| section(KINDS[kind].1, names));
    let rules = page.book.rules.iter().map(|rule| rule_link(page, rule));
    lists.chain(section("Rules", rules.collect())).collect()
}

fn section(title: &str, names: Vec<Element>) -> [Element; 2] {
    let list = el("p").class("names").attr("data-kind", title);
    let list = names
        .into_iter()
        .fold(list, |list, name| list.child(name).text(" "));
    [el("h2").text(title), list]
}

/// The name in the book, and the one in the kernel's header.
fn names(page: &Page<'_>, row: &Row) -> Vec<Element> {
    let Some(chapter) = page.chapter_of_row(&row.id) else {
        return Vec::new();
    };
    let href = page.to(chapter, &row.id);
    let name = |name: &str| {
        let name = link(&href, name);
        match &row.edition {
            Some(edition) => name.attr("data-in", edition),
            None => name,
        }
    };
    let linux = row.linux.iter().map(|linux| name(linux));
    std::iter::once(name(&row.name)).chain(linux).collect()
}

fn rule_link(page: &Page<'_>, rule: &Rule) -> Element {
    link(page.to_rule(rule), &rule.id.value)
}
