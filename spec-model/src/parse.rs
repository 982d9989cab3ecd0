//! The dialect: rule marks, directives and the tables below them, every cell with its place.
//!
//! [`chapter`] turns the blocks of a chapter into [`ChapterSyntax`]; what a table means is up to
//! `lower`. `schema` is the closed set of directives.

use crate::SHOWS;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::markdown::{Block, BlockKind, Document};
use crate::model::{Heading, Level};
use crate::source::{FileId, Span, Spanned};

mod cell;
mod directive;
mod level;
mod schema;
mod suggest;
mod table;

pub(crate) use cell::{Cell, TargetSyntax, Value, parse_number, parse_state};
pub(crate) use directive::Directive;
pub(crate) use schema::{KINDS, columns_of, find as find_kind};
pub(crate) use suggest::{list, list_all, suggestion};
pub(crate) use table::{MoreColumns, Row, unknown_column};

/// A chapter as its author wrote it.
#[derive(Debug, Default)]
pub(crate) struct ChapterSyntax<'a> {
    pub(crate) edition: Option<EditionSyntax<'a>>,
    pub(crate) headings: Vec<Heading>,
    pub(crate) rules: Vec<RuleSyntax<'a>>,
    pub(crate) tables: Vec<TableSyntax<'a>>,
    pub(crate) shows: Vec<ShowSyntax<'a>>,
    /// Directives and marks that the site leaves out.
    pub(crate) hidden: Vec<Span>,
}

/// `<!-- spec: edition v1 title="…" -->`
#[derive(Debug)]
pub(crate) struct EditionSyntax<'a> {
    pub(crate) name: Spanned<&'a str>,
    pub(crate) title: Option<Spanned<&'a str>>,
    pub(crate) span: Span,
}

/// A rule mark and the block below it.
#[derive(Debug)]
pub(crate) struct RuleSyntax<'a> {
    pub(crate) id: Spanned<&'a str>,
    /// With the `untestable` directive below it.
    pub(crate) mark: Span,
    pub(crate) untestable: Option<Spanned<&'a str>>,
    pub(crate) text: Spanned<&'a str>,
    pub(crate) level: Level,
    /// Index into [`ChapterSyntax::tables`].
    pub(crate) table: Option<usize>,
}

/// A directive and its table.
#[derive(Debug)]
pub(crate) struct TableSyntax<'a> {
    /// Index into [`KINDS`].
    pub(crate) kind: usize,
    pub(crate) directive: Directive<'a>,
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) more: MoreColumns<'a>,
    /// From the first byte of the header to the end of the last row.
    pub(crate) span: Span,
    /// The rule mark above it.
    pub(crate) rule: Option<Spanned<&'a str>>,
    /// The text of the heading above it.
    pub(crate) heading: Option<String>,
}

impl<'a> TableSyntax<'a> {
    /// The name in the directive; empty where the kind takes none.
    pub(crate) fn name(&self) -> Spanned<&'a str> {
        let none = Spanned::new("", self.directive.kind.span);
        self.directive.words.first().cloned().unwrap_or(none)
    }

    /// The same without its place.
    pub(crate) fn plain_name(&self) -> String {
        self.name().value.to_owned()
    }
}

/// `<!-- spec: show WHAT [EDITION] -->`
#[derive(Debug)]
pub(crate) struct ShowSyntax<'a> {
    pub(crate) what: Spanned<&'a str>,
    pub(crate) edition: Option<Spanned<&'a str>>,
    pub(crate) span: Span,
}

/// Reads the dialect in the blocks of one chapter.
pub(crate) fn chapter<'a>(
    text: &'a str,
    file: FileId,
    document: &mut Document<'a>,
    diagnostics: &mut Diagnostics,
) -> ChapterSyntax<'a> {
    for problem in document.problems.drain(..) {
        diagnostics.push(problem);
    }
    let mut parser = Parser {
        text,
        file,
        diagnostics,
        chapter: ChapterSyntax::default(),
        mark: None,
        directive: None,
        above: None,
    };
    for block in std::mem::take(&mut document.blocks) {
        parser.block(block);
    }
    parser.finish()
}

struct Parser<'a, 'd> {
    text: &'a str,
    file: FileId,
    diagnostics: &'d mut Diagnostics,
    chapter: ChapterSyntax<'a>,
    /// A rule mark whose block has not come yet.
    mark: Option<MarkSyntax<'a>>,
    /// A table directive whose table has not come yet.
    directive: Option<(usize, Directive<'a>)>,
    /// The paragraph directly above, and the rule that names it.
    above: Option<(Span, Option<usize>)>,
}

struct MarkSyntax<'a> {
    id: Spanned<&'a str>,
    mark: Span,
    untestable: Option<Spanned<&'a str>>,
}

impl<'a> Parser<'a, '_> {
    fn block(&mut self, block: Block) {
        let span = Span {
            file: self.file,
            start: block.range.start,
            end: block.range.end,
        };
        match block.kind {
            BlockKind::Mark(id) => {
                self.expect_table(span);
                self.expect_subject(span);
                self.mark(
                    Span {
                        start: id.start,
                        end: id.end,
                        ..span
                    },
                    span,
                );
            }
            BlockKind::Directive(inner) => {
                self.directive(
                    Span {
                        start: inner.start,
                        end: inner.end,
                        ..span
                    },
                    span,
                );
            }
            BlockKind::Table(rows) => self.table(&rows, span),
            BlockKind::Heading { level, text, place } => {
                self.expect_table(span);
                self.expect_subject(span);
                let place = Span {
                    start: place.start,
                    end: place.end,
                    ..span
                };
                self.chapter.headings.push(Heading {
                    level,
                    text: Spanned::new(text, place),
                });
                self.above = None;
            }
            BlockKind::Paragraph | BlockKind::Other => {
                self.expect_table(span);
                let rule = self.mark.take().map(|mark| self.rule(mark, span, None));
                self.above = matches!(block.kind, BlockKind::Paragraph).then_some((span, rule));
            }
        }
    }

    fn finish(mut self) -> ChapterSyntax<'a> {
        let end = Span {
            file: self.file,
            start: self.text.len(),
            end: self.text.len(),
        };
        self.expect_table(end);
        self.expect_subject(end);
        self.chapter
    }

    fn text(&self, span: Span) -> &'a str {
        &self.text[span.start..span.end]
    }

    /// Something other than a table comes next: a waiting table directive has none.
    fn expect_table(&mut self, next: Span) {
        let Some((kind, directive)) = self.directive.take() else {
            return;
        };
        let text = self.text(next);
        let error = Diagnostic::error(
            "missing-table",
            directive.span,
            format!(
                "no table below this directive of kind `{}`",
                KINDS[kind].name
            ),
        )
        .label("expected a table below");
        self.diagnostics.push(if text.starts_with('|') {
            error.related(
                next,
                "this is no table: the header and the line below it differ in their columns",
            )
        } else {
            error.help("put the table directly below, blank lines apart")
        });
    }

    /// Something that a rule cannot name comes next: a waiting rule mark has no block.
    fn expect_subject(&mut self, next: Span) {
        let Some(mark) = self.mark.take() else { return };
        let error = Diagnostic::error(
            "empty-rule",
            mark.mark,
            format!("rule `{}` names nothing", mark.id.value),
        )
        .label("expected a paragraph, list or table below");
        self.diagnostics.push(if next.start < next.end {
            error.related(first_line(self.text, next), "found this")
        } else {
            error
        });
    }

    fn mark(&mut self, id: Span, span: Span) {
        let id = Spanned::new(self.text(id), id);
        if !crate::markdown::is_rule_id(id.value) {
            self.diagnostics.push(
                Diagnostic::error(
                    "malformed-rule",
                    id.span,
                    format!("`{}` is not a rule id", id.value),
                )
                .label(
                    "expected `area.thing.detail`: small letters, digits, `-`, two parts or more",
                ),
            );
        }
        self.chapter.hidden.push(span);
        self.mark = Some(MarkSyntax {
            id,
            mark: span,
            untestable: None,
        });
    }

    fn rule(&mut self, mark: MarkSyntax<'a>, text: Span, table: Option<usize>) -> usize {
        let text = Spanned::new(self.text(text), text);
        let level = level::of(text.value);
        let MarkSyntax {
            id,
            mark,
            untestable,
        } = mark;
        self.chapter.rules.push(RuleSyntax {
            id,
            mark,
            untestable,
            text,
            level,
            table,
        });
        self.chapter.rules.len() - 1
    }

    fn directive(&mut self, inner: Span, span: Span) {
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

    fn table(&mut self, rows: &[std::ops::Range<usize>], span: Span) {
        let mark = self.mark.take();
        let above = self.above.take();
        let Some((kind, directive)) = self.directive.take() else {
            if let Some(mark) = mark {
                self.rule(mark, span, None);
            }
            return;
        };
        let index = self.chapter.tables.len();
        let rule = match mark {
            Some(mark) => {
                let text = above.map_or(
                    Span {
                        end: span.start,
                        ..span
                    },
                    |(paragraph, _)| paragraph,
                );
                Some(self.rule(mark, text, Some(index)))
            }
            None => above.and_then(|(_, rule)| rule),
        };
        let rule = rule.map(|rule| {
            self.chapter.rules[rule].table = Some(index);
            self.chapter.rules[rule].id.clone()
        });
        let read = table::read(
            (self.text, self.file),
            rows,
            &KINDS[kind],
            &directive,
            self.diagnostics,
        );
        let (rows, more) = read.unwrap_or_default();
        let heading = self
            .chapter
            .headings
            .last()
            .map(|heading| heading.text.value.clone());
        self.chapter.tables.push(TableSyntax {
            kind,
            directive,
            rows,
            more,
            span,
            rule,
            heading,
        });
    }

    fn missing_name(&mut self, directive: &Directive<'_>) {
        let kind = directive.kind.value;
        self.diagnostics.push(
            Diagnostic::error(
                "missing-name",
                directive.span,
                format!("`{kind}` needs a name"),
            )
            .help(format!("write `<!-- spec: {kind} NAME … -->`")),
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
        self.check_attributes(directive, &keys, usize::from(kind.named));
        match directive.words.first() {
            Some(name) if kind.named => self.check_name(name),
            None if kind.named => self.missing_name(directive),
            _ => {}
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

fn first_line(text: &str, span: Span) -> Span {
    let line = text[span.start..span.end].lines().next().unwrap_or("");
    Span {
        end: span.start + line.trim_end().len(),
        ..span
    }
}
