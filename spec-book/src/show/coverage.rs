//! `show coverage`: which rules are tested, by which tests, and which are not and why.

use spec_model::model::Rule;

use super::{cell, details, head, number, row_head, table};
use crate::html::{Element, code, el, link};
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
        let title = &page.book.chapters[*chapter].title;
        let rows = rules.iter().map(|rule| row(page, rule));
        let head = head(["Rule", "Level", "Verified by", "Generated code"]);
        let caption = format!("The rules of “{title}”");
        details(
            &summary_of(page, title, rules),
            [table("coverage", &caption, head, rows)],
        )
    }));
    elements
}

fn summary_of(page: &Page<'_>, title: &str, rules: &[Rule]) -> String {
    match count(page, rules, Standing::Uncovered) {
        0 => title.to_owned(),
        open => format!("{title}: {open} not covered"),
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
        let title = &page.book.chapters[*chapter].title;
        el("tr")
            .child(row_head().child(link(page.to_chapter(*chapter), title)))
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

fn row(page: &Page<'_>, rule: &Rule) -> Element {
    let verified = match (standing(page, rule), &rule.untestable) {
        (Standing::Tested, _) => test_list(page, rule, el("td")),
        (_, Some(reason)) => page.prose(el("td").text("untestable: "), &reason.value),
        _ => cell("no test").class("bad"),
    };
    el("tr")
        .attr("id", tests_anchor(rule))
        .child(row_head().child(link(page.to_rule(rule), &rule.id.value)))
        .child(cell(level_word(rule.level)))
        .child(verified)
        .child(items(page, rule))
}

/// The generated items that implement a rule: the first ones by name.
fn items(page: &Page<'_>, rule: &Rule) -> Element {
    const MOST: usize = 6;
    let items = page.items(rule);
    let cell = items
        .iter()
        .take(MOST)
        .enumerate()
        .fold(el("td"), |cell, (n, path)| {
            let cell = if n > 0 { cell.text(" ") } else { cell };
            cell.child(code(path))
        });
    match items.len().saturating_sub(MOST) {
        0 => cell,
        more => cell.text(format!(" and {more} more")),
    }
}
