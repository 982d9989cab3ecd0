//! Rule marks become anchors: the id, how strongly it binds, and what verifies it.

use spec_model::model::{Level, Rule};

use crate::edit::Edits;
use crate::html::{Element, el, link, void};
use crate::page::Page;

/// Puts the head of each rule in the place of its mark.
pub(crate) fn mark(page: &Page<'_>, edits: &mut Edits) {
    for rule in page.own(&page.book.rules, |rule| rule.chapter) {
        // The block that the rule names follows; the blank line ends ours.
        edits.replace(rule.mark, format!("{}\n", head(page, rule)));
    }
}

/// mdBook works through every element several times and indexes every word. So a head is the id
/// and one link; the level and "no test" are words of the style sheet, by class.
fn head(page: &Page<'_>, rule: &Rule) -> Element {
    let id = link(format!("#{}", rule.anchor()), &rule.id.value);
    el("div")
        .class("rule")
        .class(level_class(rule.level))
        .attr("id", rule.anchor())
        .child(id)
        .maybe(verified(page, rule))
}

fn level_class(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
        Level::Definition => "",
    }
}

/// `MUST`, `SHOULD` or `MAY`; a definition has none.
pub(crate) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
        Level::Definition => "",
    }
}

/// The tests of a rule, or why it has none; nothing where it should have some.
fn verified(page: &Page<'_>, rule: &Rule) -> Option<Element> {
    if page.tests.verify(rule) {
        let count = page.tests.of(rule).len();
        let words = format!("{count} {}", if count == 1 { "test" } else { "tests" });
        return Some(match page.to_coverage(rule) {
            // The style sheet shows the label.
            Some(href) => link(href, "").attr("aria-label", words),
            None => details(&words, test_list(page, rule, el("p"))),
        });
    }
    let reason = rule.untestable.as_ref()?;
    Some(details("untestable", page.prose(el("p"), &reason.value)))
}

fn details(summary: &str, content: Element) -> Element {
    el("details")
        .child(el("summary").text(summary))
        .child(content)
}

/// Every place that names a rule, with the test around it, one a line.
pub(crate) fn test_list(page: &Page<'_>, rule: &Rule, into: Element) -> Element {
    page.tests
        .of(rule)
        .iter()
        .enumerate()
        .fold(into, |mut list, (n, mention)| {
            if n > 0 {
                list = list.child(void("br"));
            }
            let place = format!("{}:{}", mention.path, mention.line);
            list = match page.tests.url(mention) {
                Some(url) => list.child(link(url, place)),
                None => list.text(place),
            };
            if let Some(function) = &mention.function {
                list = list.text(" ").text(&function.name);
            }
            if mention.runs() {
                list
            } else {
                list.text(" (does not run)")
            }
        })
}
