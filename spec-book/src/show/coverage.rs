//! `show coverage`: which rules are tested, by which tests, and which are not and why.

mod evidence;

use spec_model::model::Rule;

use super::{cell, details, head, number, row_head, table};
use crate::html::{Element, el, link};
use crate::links::tests_anchor;
use crate::page::Page;
use crate::rules::{level_word, test_list};

/// How a rule is verified.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Tested,
    Untestable,
    Uncovered,
}

pub(super) fn show(page: &Page<'_>) -> Vec<Element> {
    let chapters: Vec<(usize, &[Rule])> = (0..page.book.chapters.len())
        .map(|chapter| (chapter, rules_of(page, chapter)))
        .filter(|(_, rules)| !rules.is_empty())
        .collect();
    let mut elements = vec![verdict(page), summary(page, &chapters)];
    elements.extend(chapters.iter().map(|(chapter, rules)| {
        let title = &title(page, *chapter);
        let summary = summary_of(page, title, rules);
        details(&summary, [of_chapter(page, title, rules)])
    }));
    elements
}

fn summary_of(page: &Page<'_>, title: &str, rules: &[Rule]) -> String {
    match count(page, rules, Standing::Uncovered) {
        0 => title.to_owned(),
        open => format!("{title}: {open} not covered"),
    }
}

/// With the edition: both have a chapter “Saving”.
fn title(page: &Page<'_>, chapter: usize) -> String {
    let chapter = &page.book.chapters[chapter];
    match &chapter.edition {
        Some(edition) => format!("{} ({edition})", chapter.title),
        None => chapter.title.clone(),
    }
}

fn rules_of<'a>(page: &Page<'a>, chapter: usize) -> &'a [Rule] {
    let rules = &page.book.rules;
    let from = rules.partition_point(|rule| rule.chapter < chapter);
    let to = rules.partition_point(|rule| rule.chapter <= chapter);
    &rules[from..to]
}

fn standing(page: &Page<'_>, rule: &Rule) -> Standing {
    if page.tests.verify(rule) {
        Standing::Tested
    } else if rule.untestable.is_some() {
        Standing::Untestable
    } else {
        Standing::Uncovered
    }
}

fn count(page: &Page<'_>, rules: &[Rule], wanted: Standing) -> usize {
    rules
        .iter()
        .filter(|rule| standing(page, rule) == wanted)
        .count()
}

/// The whole in one sentence.
fn verdict(page: &Page<'_>) -> Element {
    let rules = &page.book.rules;
    let of = |wanted| count(page, rules, wanted);
    el("p").text(format!(
        "{} rules: {} are verified by tests, {} cannot be tested for a stated reason, {} are not covered.",
        rules.len(),
        of(Standing::Tested),
        of(Standing::Untestable),
        of(Standing::Uncovered),
    ))
}

fn summary(page: &Page<'_>, chapters: &[(usize, &[Rule])]) -> Element {
    let rows = chapters.iter().map(|(chapter, rules)| {
        let of = |wanted| number(count(page, rules, wanted));
        let uncovered = count(page, rules, Standing::Uncovered);
        el("tr")
            .child(row_head().child(link(page.to_chapter(*chapter), title(page, *chapter))))
            .child(number(rules.len()))
            .child(of(Standing::Tested))
            .child(of(Standing::Untestable))
            .child(if uncovered > 0 {
                number(uncovered).class("bad")
            } else {
                number(0)
            })
    });
    let names = ["Chapter", "Rules", "Tested", "Untestable", "Uncovered"];
    table("summary", "Rules and tests by chapter", head(names), rows)
}

/// What stands in the columns behind the rule.
type Evidence = fn(&Page<'_>, &Rule) -> Option<Element>;
const COLUMNS: [(&str, Evidence); 4] = [
    ("Verified by", |page, rule| Some(verified(page, rule))),
    ("Generated code", evidence::items),
    ("Traces", evidence::traces),
    ("Invariants", evidence::invariants),
];

/// The rules of a chapter; columns in which nothing would stand are left out.
fn of_chapter(page: &Page<'_>, title: &str, rules: &[Rule]) -> Element {
    let column = |(name, of): (&'static str, Evidence)| {
        let cells: Vec<Option<Element>> = rules.iter().map(|rule| of(page, rule)).collect();
        let filled = cells.iter().any(Option::is_some);
        filled.then_some((name, cells))
    };
    let columns: Vec<_> = COLUMNS.into_iter().filter_map(column).collect();
    let row = |(n, rule): (usize, &Rule)| {
        let cells = columns.iter().map(|(_, cells)| cells[n].clone());
        let id = link(page.to_rule(rule), &rule.id.value);
        let head = match level_word(rule.level) {
            "" => row_head().child(id),
            level => row_head().child(id).text(" ").text(level),
        };
        el("tr")
            .attr("id", tests_anchor(rule))
            .child(head)
            .children(cells.map(|cell| cell.unwrap_or_else(|| el("td"))))
    };
    let heads = std::iter::once("Rule").chain(columns.iter().map(|(name, _)| *name));
    table(
        "coverage",
        &format!("The rules of “{title}”"),
        head(heads),
        rules.iter().enumerate().map(row),
    )
}

fn verified(page: &Page<'_>, rule: &Rule) -> Element {
    match (standing(page, rule), &rule.untestable) {
        (Standing::Tested, _) => test_list(page, rule, el("td")),
        (_, Some(reason)) => page.prose(el("td").text("untestable: "), &reason.value),
        _ => cell("no test").class("bad"),
    }
}
