//! Directives: which words and attributes each takes.

use super::blocks::Parser;
use super::directive::{self, Directive};
use super::{EditionSyntax, KINDS, ShowSyntax, cell, find_kind, list, schema, suggestion};
use crate::SHOWS;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

impl<'a> Parser<'a, '_> {
    pub(super) fn directive(&mut self, inner: Span, span: Span) {
        let Some(directive) = directive::read(self.text, inner, span, self.diagnostics) else {
            return;
        };
        if directive.kind.value == "untestable" {
            return self.untestable(&directive);
        }
        self.expect_table(span);
        match directive.kind.value {
            "edition" => self.edition(directive),
            "show" => self.show(directive),
            kind => match find_kind(kind) {
                Some(index) => {
                    self.check_table_directive(index, &directive);
                    self.chapter.hidden.push(span);
                    self.directive = Some((index, directive));
                }
                None => self.unknown_kind(&directive.kind),
            },
        }
    }

    fn unknown_kind(&mut self, kind: &Spanned<&str>) {
        let known: Vec<&str> = schema::STANDALONE
            .iter()
            .copied()
            .chain(KINDS.iter().map(|kind| kind.name))
            .collect();
        let error = Diagnostic::error(
            "unknown-directive",
            kind.span,
            format!("there is no directive `{}`", kind.value),
        );
        let error = suggestion(error, kind.value, known.iter().copied());
        self.diagnostics.push(if error.help.is_some() {
            error
        } else {
            error.help(format!("one of {}", list(&known)))
        });
    }

    fn untestable(&mut self, directive: &Directive<'a>) {
        let Some(mark) = self.mark.as_mut().filter(|_| self.directive.is_none()) else {
            return self.diagnostics.push(
                Diagnostic::error(
                    "misplaced-directive",
                    directive.span,
                    "`untestable` without a rule mark above it",
                )
                .help("put it on the line below the mark `r[…]`"),
            );
        };
        mark.mark.end = directive.span.end;
        self.chapter.hidden.push(directive.span);
        mark.untestable = directive.attribute("reason");
        let empty = mark
            .untestable
            .as_ref()
            .is_none_or(|reason| reason.value.trim().is_empty());
        self.check_attributes(directive, &["reason"], 0);
        if empty {
            self.diagnostics.push(
                Diagnostic::error(
                    "missing-reason",
                    directive.span,
                    "`untestable` without a reason",
                )
                .help("say why no test can name this rule: `untestable reason=\"…\"`"),
            );
        }
    }

    fn edition(&mut self, directive: Directive<'a>) {
        self.expect_subject(directive.span);
        self.check_attributes(&directive, &["title"], 1);
        self.chapter.hidden.push(directive.span);
        let Some(name) = directive.words.first().cloned() else {
            return self.missing_name(&directive);
        };
        self.check_name(&name);
        let title = directive.attribute("title");
        if let Some(first) = &self.chapter.edition {
            self.diagnostics.push(
                Diagnostic::error(
                    "duplicate-edition",
                    directive.span,
                    "a chapter belongs to one edition",
                )
                .related(first.span, "first said here"),
            );
        } else if let Some(table) = self.chapter.tables.first() {
            self.diagnostics.push(
                Diagnostic::error(
                    "misplaced-directive",
                    directive.span,
                    "the edition is said below a table",
                )
                .related(table.directive.span, "this table stands above")
                .help("move the directive to the top of the chapter"),
            );
        }
        self.chapter.edition.get_or_insert(EditionSyntax {
            name,
            title,
            span: directive.span,
        });
    }

    fn show(&mut self, directive: Directive<'a>) {
        self.expect_subject(directive.span);
        self.check_attributes(&directive, &[], 2);
        let Some(what) = directive.words.first().cloned() else {
            return self.missing_name(&directive);
        };
        if !SHOWS.contains(&what.value) {
            let error = Diagnostic::error(
                "unknown-show",
                what.span,
                format!("`{}` is nothing that can be shown", what.value),
            )
            .label(format!("expected {}", list(SHOWS)));
            self.diagnostics
                .push(suggestion(error, what.value, SHOWS.iter().copied()));
        }
        let edition = directive.words.get(1).cloned();
        self.chapter.shows.push(ShowSyntax {
            what,
            edition,
            span: directive.span,
        });
    }

    fn missing_name(&mut self, directive: &Directive<'_>) {
        let kind = directive.kind.value;
        let names = find_kind(kind).map_or(1, |kind| KINDS[kind].names);
        let (how_many, names) = match names {
            2 => ("two names", "NAME NAME"),
            _ => ("a name", "NAME"),
        };
        let title = format!("`{kind}` needs {how_many}");
        self.diagnostics.push(
            Diagnostic::error("missing-name", directive.span, title)
                .help(format!("write `<!-- spec: {kind} {names} … -->`")),
        );
    }

    fn check_name(&mut self, name: &Spanned<&str>) {
        if !cell::is_name(name.value) {
            self.diagnostics.push(
                Diagnostic::error(
                    "malformed-directive",
                    name.span,
                    format!("`{}` is not a name", name.value),
                )
                .label("letters, digits and underscores"),
            );
        }
    }

    fn check_table_directive(&mut self, kind: usize, directive: &Directive<'a>) {
        let kind = &KINDS[kind];
        let keys: Vec<&str> = kind.attributes.iter().map(|a| a.key).collect();
        self.check_attributes(directive, &keys, kind.names);
        for name in directive.words.iter().take(kind.names) {
            self.check_name(name);
        }
        if directive.words.len() < kind.names {
            self.missing_name(directive);
        }
        for attribute in kind.attributes {
            match directive.attribute(attribute.key) {
                None if attribute.required => self.diagnostics.push(
                    Diagnostic::error(
                        "missing-attribute",
                        directive.span,
                        format!("`{}` needs the attribute `{}`", kind.name, attribute.key),
                    )
                    .help(format!(
                        "add `{}={}`",
                        attribute.key,
                        attribute.words.first().unwrap_or(&"…")
                    )),
                ),
                Some(value)
                    if !attribute.words.is_empty() && !attribute.words.contains(&value.value) =>
                {
                    self.diagnostics.push(
                        Diagnostic::error(
                            "unknown-word",
                            value.span,
                            format!("`{}` is no value of `{}`", value.value, attribute.key),
                        )
                        .label(format!("expected {}", list(attribute.words))),
                    )
                }
                _ => {}
            }
        }
    }

    fn check_attributes(
        &mut self,
        directive: &Directive<'a>,
        known: &[&'static str],
        words: usize,
    ) {
        let kind = directive.kind.value;
        for attribute in &directive.attributes {
            if !known.contains(&attribute.key.value) {
                let key = &attribute.key;
                let error = Diagnostic::error(
                    "unknown-attribute",
                    key.span,
                    format!("`{kind}` has no attribute `{}`", key.value),
                );
                let error = if known.is_empty() {
                    error
                } else {
                    error.label(format!("expected {}", list(known)))
                };
                self.diagnostics
                    .push(suggestion(error, key.value, known.iter().copied()));
            }
        }
        if let Some(word) = directive.words.get(words) {
            self.diagnostics.push(
                Diagnostic::error(
                    "malformed-directive",
                    word.span,
                    format!("`{kind}` takes no `{}`", word.value),
                )
                .help("attributes are written `key=value`, a value with spaces in quotes"),
            );
        }
    }
}
