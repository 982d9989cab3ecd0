//! Blocks to syntax: what stands above what.
//!
//! A table belongs to the directive above it, a block to the rule mark above it.

use super::directive::Directive;
use super::{ChapterSyntax, KINDS, RuleSyntax, TableSyntax, level, table};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::markdown::{Block, BlockKind, Document};
use crate::model::Heading;
use crate::source::{FileId, Span, Spanned};

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

pub(super) struct Parser<'a, 'd> {
    pub(super) text: &'a str,
    file: FileId,
    pub(super) diagnostics: &'d mut Diagnostics,
    pub(super) chapter: ChapterSyntax<'a>,
    /// A rule mark whose block has not come yet.
    pub(super) mark: Option<MarkSyntax<'a>>,
    /// A table directive whose table has not come yet.
    pub(super) directive: Option<(usize, Directive<'a>)>,
    /// The paragraph directly above, and the rule that names it.
    above: Option<(Span, Option<usize>)>,
}

pub(super) struct MarkSyntax<'a> {
    id: Spanned<&'a str>,
    pub(super) mark: Span,
    pub(super) untestable: Option<Spanned<&'a str>>,
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
                self.leave_above();
                let place = Span {
                    start: place.start,
                    end: place.end,
                    ..span
                };
                self.chapter.headings.push(Heading {
                    level,
                    text: Spanned::new(text, place),
                });
            }
            BlockKind::Paragraph => {
                let rule = self.prose(span);
                self.above = Some((span, rule));
            }
            BlockKind::Words => {
                if self.prose(span).is_none() {
                    self.expect_mark(span);
                }
            }
            BlockKind::Other => {
                self.prose(span);
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
        self.leave_above();
        self.chapter
    }

    /// A block that is no table: the rule that it is, if a mark stands above.
    fn prose(&mut self, span: Span) -> Option<usize> {
        self.expect_table(span);
        self.leave_above();
        self.mark.take().map(|mark| self.rule(mark, span, None))
    }

    /// The paragraph above will not become the sentence of a table's rule.
    fn leave_above(&mut self) {
        if let Some((paragraph, None)) = self.above.take() {
            self.expect_mark(paragraph);
        }
    }

    /// This text has no rule mark, so that it must not speak as a rule does.
    fn expect_mark(&mut self, span: Span) {
        let Some((_, keyword)) = level::find(self.text(span)) else {
            return;
        };
        let keyword = Span {
            start: span.start + keyword.start,
            end: span.start + keyword.end,
            ..span
        };
        let word = self.text(keyword);
        let error = Diagnostic::error(
            "unmarked-rule",
            keyword,
            format!("this text says {word}, and has no rule mark"),
        )
        .label("a word of RFC 2119 in capitals makes a rule")
        .help("put `r[area.thing.detail]` on the line above the text, or write the word in small letters");
        self.diagnostics.push(error);
    }

    fn text(&self, span: Span) -> &'a str {
        &self.text[span.start..span.end]
    }

    /// Something other than a table comes next: a waiting table directive has none.
    pub(super) fn expect_table(&mut self, next: Span) {
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
        } else if text.starts_with("r[") {
            error
                .related(next, "found this")
                .help("a rule mark stands above the directive")
        } else {
            error.help("put the table directly below, blank lines apart")
        });
    }

    /// Something that a rule cannot name comes next: a waiting rule mark has no block.
    pub(super) fn expect_subject(&mut self, next: Span) {
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

    fn table(&mut self, rows: &[std::ops::Range<usize>], span: Span) {
        let Some((kind, directive)) = self.directive.take() else {
            if self.prose(span).is_none() {
                self.expect_mark(span);
            }
            return;
        };
        let mark = self.mark.take();
        let above = self.above.take();
        if let (None, Some((paragraph, None))) = (&mark, above) {
            self.expect_mark(paragraph);
        }
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
}

fn first_line(text: &str, span: Span) -> Span {
    let line = text[span.start..span.end].lines().next().unwrap_or("");
    Span {
        end: span.start + line.trim_end().len(),
        ..span
    }
}
