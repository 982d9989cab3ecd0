//! HTML in Markdown: directives are comments, and ids are places that links can name.

use std::ops::Range;

use super::Anchor;

/// What an HTML block holds.
#[derive(Debug)]
pub(super) enum Found {
    /// `<!-- spec: … -->` and nothing else; the range after the colon, trimmed.
    Directive(Range<usize>),
    /// Another comment and nothing else.
    Comment,
    /// Anything that a reader sees.
    Html,
    /// A directive that is not well formed: place, what is wrong, what to do.
    Problem(Range<usize>, &'static str, &'static str),
}

const OPEN: &str = "<!--";
const CLOSE: &str = "-->";

/// Whether a comment is meant as a directive: its first word is `spec`.
pub(super) fn is_directive(html: &str) -> bool {
    let Some(inner) = html.strip_prefix(OPEN) else {
        return false;
    };
    let inner = inner.trim_start().as_bytes();
    let word = inner
        .get(..4)
        .is_some_and(|w| w.eq_ignore_ascii_case(b"spec"));
    word && !inner
        .get(4)
        .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Reads an HTML block.
pub(super) fn block(html: &str) -> Found {
    let html = html.trim_end();
    if !is_directive(html) {
        return match html
            .match_indices(OPEN)
            .find(|&(at, _)| is_directive(&html[at..]))
        {
            Some((at, _)) => Found::Problem(
                at..at + html[at..].lines().next().unwrap_or("").trim_end().len(),
                "a directive stands on a line of its own, not inside other HTML",
                "put it on a line of its own, with a blank line above",
            ),
            None if html.starts_with(OPEN) && html.ends_with(CLOSE) => Found::Comment,
            None => Found::Html,
        };
    }
    let first_line = 0..html.find('\n').unwrap_or(html.len());
    let Some(end) = html.find(CLOSE) else {
        let line = 0..html[first_line].trim_end().len();
        return Found::Problem(
            line,
            "a directive that is never closed",
            "end it with `-->` on the same line",
        );
    };
    if end + CLOSE.len() < html.len() {
        return Found::Problem(
            end + CLOSE.len()..html.len(),
            "text after a directive on the same line",
            "a directive stands on a line of its own",
        );
    }
    directive(html, end)
}

/// `<!-- spec: inner -->`, where `end` is the offset of the closing dashes.
fn directive(html: &str, end: usize) -> Found {
    let word = html[OPEN.len()..end].trim_start();
    let start = end - word.len();
    let Some(inner) = word.strip_prefix("spec:") else {
        let wrong = start..start + word.find(char::is_whitespace).unwrap_or(word.len());
        return Found::Problem(
            wrong,
            "a directive begins with `spec:`",
            "write `<!-- spec: KIND … -->`",
        );
    };
    let start = end - inner.trim_start().len();
    Found::Directive(start.min(end)..start.min(end) + inner.trim().len())
}

/// Adds the values of `id="…"` and `name="…"` attributes.
pub(super) fn ids(html: &str, anchors: &mut Vec<Anchor>) {
    for attribute in ["id=", "name="] {
        for (at, _) in html.match_indices(attribute) {
            let before = html[..at].chars().next_back();
            let rest = &html[at + attribute.len()..];
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            if let (Some(true), Some(quote)) = (before.map(char::is_whitespace), quote)
                && let Some(value) = rest[1..].split(quote).next()
            {
                anchors.push(Anchor::Id(value.to_string()));
            }
        }
    }
}
