//! `show rules`: every rule with the beginning of its text.

use spec_model::inline::plain;
use spec_model::model::{Rule, Subject};

use super::{cell, head, row_head, table};
use crate::html::{Element, code, el, link};
use crate::page::Page;
use crate::rules::level_word;

pub(super) fn show(page: &Page<'_>) -> Vec<Element> {
    let rows = page.book.rules.iter().map(|rule| {
        let id = link(page.to_rule(rule), &rule.id.value);
        el("tr")
            .child(row_head().child(id))
            .child(cell(level_word(rule.level)))
            .child(says(page, rule))
    });
    vec![table(
        "rules",
        "Every rule",
        head(["Rule", "Level", "Says"]),
        rows,
    )]
}

/// The first sentence; for a table without one, what table it is.
fn says(page: &Page<'_>, rule: &Rule) -> Element {
    let text = rule.text.value.trim();
    match &rule.subject {
        Subject::Table { kind, name } if text.is_empty() => {
            el("td").text(format!("table: {kind} ")).child(code(name))
        }
        _ => page.prose(el("td"), first_sentence(text)),
    }
}

/// Up to the first full stop that ends a sentence.
fn first_sentence(text: &str) -> &str {
    let ends = |(at, _): &(usize, &str)| {
        let rest = &text[at + 1..];
        rest.is_empty() || rest.starts_with(char::is_whitespace)
    };
    // A stop inside backticks would leave them open.
    let closed = |(at, _): &(usize, &str)| text[..*at].matches('`').count().is_multiple_of(2);
    let end = text.match_indices('.').filter(ends).find(closed);
    let sentence = end.map_or(text, |(at, _)| &text[..=at]);
    if plain(sentence).is_empty() {
        text
    } else {
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_sentence_ends_at_a_stop_before_a_space() {
        assert_eq!(
            first_sentence("Reads 0.5 of it. And more."),
            "Reads 0.5 of it."
        );
        assert_eq!(
            first_sentence("Write `a. b` at\nonce.\nMore"),
            "Write `a. b` at\nonce."
        );
        assert_eq!(first_sentence("no stop"), "no stop");
    }
}
