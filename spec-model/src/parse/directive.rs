//! `KIND [NAME…] key=value key="quoted value"`: the inside of a directive.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};

/// A directive as written.
#[derive(Debug)]
pub(crate) struct Directive<'a> {
    /// `flow`
    pub(crate) kind: Spanned<&'a str>,
    /// The words after the kind.
    pub(crate) words: Vec<Spanned<&'a str>>,
    /// `key=value`, in order.
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// The whole comment.
    pub(crate) span: Span,
}

/// `key=value` or `key="value"`.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) key: Spanned<&'a str>,
    /// Without quotes.
    pub(crate) value: Spanned<&'a str>,
}

impl<'a> Directive<'a> {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, key: &str) -> Option<Spanned<&'a str>> {
        self.attributes
            .iter()
            .find(|a| a.key.value == key)
            .map(|a| a.value.clone())
    }
}

/// Reads the text at `inner`, the inside of the comment at `span`.
pub(super) fn read<'a>(
    text: &'a str,
    inner: Span,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<Directive<'a>> {
    let mut rest = Words {
        text,
        at: inner.start,
        end: inner.end,
    };
    let Some(kind) = rest.word(inner) else {
        let error = Diagnostic::error("malformed-directive", span, "a directive without a kind");
        diagnostics.push(error.help("write `<!-- spec: KIND … -->`"));
        return None;
    };
    let mut directive = Directive {
        kind,
        words: Vec::new(),
        attributes: Vec::new(),
        span,
    };
    while let Some(word) = rest.word(inner) {
        let Some(equals) = word.value.find('=') else {
            directive.words.push(word);
            continue;
        };
        let key = Spanned::new(
            &word.value[..equals],
            Span {
                end: word.span.start + equals,
                ..word.span
            },
        );
        let value_at = Span {
            start: word.span.start + equals + 1,
            ..word.span
        };
        let value = unquoted(&word.value[equals + 1..], value_at, diagnostics);
        add(&mut directive, Attribute { key, value }, diagnostics);
    }
    Some(directive)
}

fn add<'a>(directive: &mut Directive<'a>, attribute: Attribute<'a>, diagnostics: &mut Diagnostics) {
    let key = attribute.key.value;
    match directive.attributes.iter().find(|a| a.key.value == key) {
        Some(first) => diagnostics.push(
            Diagnostic::error(
                "duplicate-attribute",
                attribute.key.span,
                format!("attribute `{key}` given twice"),
            )
            .related(first.key.span, "first given here"),
        ),
        None => directive.attributes.push(attribute),
    }
}

fn unquoted<'a>(value: &'a str, span: Span, diagnostics: &mut Diagnostics) -> Spanned<&'a str> {
    let Some(open) = value.strip_prefix('"') else {
        return Spanned::new(value, span);
    };
    let start = span.start + 1;
    let Some(inner) = open.strip_suffix('"') else {
        let error = Diagnostic::error(
            "malformed-directive",
            span,
            "a quoted value that is never closed",
        );
        diagnostics.push(error.help("end it with `\"`"));
        return Spanned::new(open, Span { start, ..span });
    };
    Spanned::new(
        inner,
        Span {
            start,
            end: span.end - 1,
            ..span
        },
    )
}

/// Cuts words at spaces outside of quotes.
struct Words<'a> {
    text: &'a str,
    at: usize,
    end: usize,
}

impl<'a> Words<'a> {
    fn word(&mut self, place: Span) -> Option<Spanned<&'a str>> {
        let rest = &self.text[self.at..self.end];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..self.end];
        if rest.is_empty() {
            return None;
        }
        let mut quoted = false;
        let length = rest
            .find(|c: char| {
                quoted ^= c == '"';
                c.is_whitespace() && !quoted
            })
            .unwrap_or(rest.len());
        self.at = start + length;
        Some(Spanned::new(
            &rest[..length],
            Span {
                start,
                end: self.at,
                ..place
            },
        ))
    }
}
