//! Rule marks become anchors: the id, how strongly it binds, and what verifies it.

use spec_model::model::{Level, Rule};

use crate::edit::Edits;
use crate::html::{Element, code, el, link};
use crate::page::Page;

/// Puts the head of each rule in the place of its mark.
pub(crate) fn mark(page: &Page<'_>, edits: &mut Edits) {
    for rule in page.own(&page.book.rules, |rule| rule.chapter) {
        // The block that the rule names follows; the blank line ends ours.
        edits.replace(rule.mark, format!("{}\n", head(page, rule)));
    }
}

fn head(page: &Page<'_>, rule: &Rule) -> Element {
    let id = link(format!("#{}", rule.anchor()), "")
        .class("rule-id")
        .breakable(&rule.id.value, &['.']);
    el("div")
        .class("rule")
        .attr("id", rule.anchor())
        .child(id)
        .maybe(badge(rule.level))
        .child(verified(page, rule))
}

/// `MUST`, `SHOULD` or `MAY`; a definition has none.
pub(crate) fn badge(level: Level) -> Option<Element> {
    let (class, word) = match level {
        Level::Must => ("must", "MUST"),
        Level::Should => ("should", "SHOULD"),
        Level::May => ("may", "MAY"),
        Level::Definition => return None,
    };
    Some(el("span").class("rule-level").class(class).text(word))
}

/// The tests of a rule, or why it has none.
fn verified(page: &Page<'_>, rule: &Rule) -> Element {
    if page.tests.verify(rule) {
        let count = page.tests.of(rule).len();
        let word = if count == 1 { "test" } else { "tests" };
        return details("tested", &format!("{count} {word}"), test_list(page, rule));
    }
    match &rule.untestable {
        Some(reason) => details(
            "untestable",
            "untestable",
            page.prose(el("p"), &reason.value),
        ),
        None => el("span").class("rule-tests untested").text("no test"),
    }
}

fn details(class: &str, summary: &str, content: Element) -> Element {
    el("details")
        .class("rule-tests")
        .class(class)
        .child(el("summary").text(summary))
        .child(content)
}

/// Every place that names a rule, with the test around it.
pub(crate) fn test_list(page: &Page<'_>, rule: &Rule) -> Element {
    el("ul").children(page.tests.of(rule).iter().map(|mention| {
        let place = format!("{}:{}", mention.path, mention.line);
        let place = match page.tests.url(mention) {
            Some(url) => link(url, "").breakable(&place, &['/']),
            None => el("span").breakable(&place, &['/']),
        };
        let name = mention
            .function
            .as_ref()
            .map(|function| code(&function.name));
        let idle = if mention.runs() {
            ""
        } else {
            " (does not run)"
        };
        el("li").maybe(name).text(" ").child(place).text(idle)
    }))
}
