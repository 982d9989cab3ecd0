//! Reads a table by its [`Kind`]: finds the columns, cuts the rows, reads the cells.

use std::ops::Range;

use super::cell::{self, Cell, Raw, Value};
use super::directive::Directive;
use super::schema::{Column, Kind, Presence};
use super::{list, suggestion};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span, Spanned};

/// A row: its cells in the order of the kind's columns, then those of the additional columns.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) cells: Vec<Cell<'a>>,
    pub(crate) span: Span,
}

/// A column that the kind does not know, where others may declare columns.
pub(crate) type MoreColumns<'a> = Vec<Spanned<&'a str>>;

/// Reads the rows below a directive. `None` if its columns do not fit.
pub(super) fn read<'a>(
    (text, file): (&'a str, FileId),
    rows: &[Range<usize>],
    kind: &'static Kind,
    directive: &Directive<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<(Vec<Row<'a>>, MoreColumns<'a>)> {
    let mut header = Vec::new();
    cells(text, file, rows.first()?.clone(), &mut header);
    let (order, more) = columns(kind, &header, directive, diagnostics)?;
    let mut read = Vec::with_capacity(rows.len() - 1);
    let mut raw = Vec::with_capacity(header.len());
    for range in &rows[1..] {
        cells(text, file, range.clone(), &mut raw);
        let span = Span {
            file,
            start: range.start,
            end: range.end,
        };
        if raw.len() == header.len() {
            let cells = order
                .iter()
                .map(|place| cell_at(place, &raw, span, diagnostics))
                .collect();
            read.push(Row { cells, span });
        } else {
            diagnostics.push(wrong_count(&raw, &header, span));
        }
    }
    Some((read, more))
}

/// Where a cell of the result comes from.
struct ColumnPlace {
    column: &'static Column,
    index: Option<usize>,
}

fn columns<'a>(
    kind: &'static Kind,
    header: &[Raw<'a>],
    directive: &Directive<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<(Vec<ColumnPlace>, MoreColumns<'a>)> {
    let mut order: Vec<ColumnPlace> = kind
        .columns
        .iter()
        .map(|column| ColumnPlace {
            column,
            index: None,
        })
        .collect();
    let (mut more, mut fits) = (Vec::new(), true);
    for (index, raw) in header.iter().enumerate() {
        let title = title(*raw);
        match order[..kind.columns.len()]
            .iter_mut()
            .find(|place| place.column.title == title.value)
        {
            Some(place) if place.index.is_none() => place.index = Some(index),
            Some(place) => {
                let first = header[place.index.unwrap_or(index)].span;
                diagnostics.push(duplicate_column(&title, first));
                fits = false;
            }
            None => match &kind.more {
                Some(column) => {
                    more.push(title);
                    let index = Some(index);
                    order.push(ColumnPlace { column, index });
                }
                None => {
                    diagnostics.push(unknown_column(kind, &title));
                    fits = false;
                }
            },
        }
    }
    let absent = |place: &&ColumnPlace| {
        place.index.is_none() && place.column.presence != Presence::MayBeAbsent
    };
    let missing: Vec<&str> = order
        .iter()
        .filter(absent)
        .map(|place| place.column.title)
        .collect();
    if fits && !missing.is_empty() {
        diagnostics.push(missing_columns(kind, &missing, header, directive));
        fits = false;
    }
    fits.then_some((order, more))
}

fn title(raw: Raw<'_>) -> Spanned<&str> {
    let text = raw.text.trim_matches('`');
    let start = raw.span.start + (raw.text.len() - raw.text.trim_start_matches('`').len());
    Spanned::new(
        text,
        Span {
            start,
            end: start + text.len(),
            ..raw.span
        },
    )
}

fn duplicate_column(title: &Spanned<&str>, first: Span) -> Diagnostic {
    Diagnostic::error(
        "duplicate-column",
        title.span,
        format!("column `{}` given twice", title.value),
    )
    .related(first, "first given here")
}

/// A column that the kind does not have.
pub(crate) fn unknown_column(kind: &Kind, title: &Spanned<&str>) -> Diagnostic {
    let titles: Vec<&str> = kind.columns.iter().map(|column| column.title).collect();
    let error = Diagnostic::error(
        "unknown-column",
        title.span,
        format!(
            "a table of kind `{}` has no column `{}`",
            kind.name, title.value
        ),
    )
    .label(format!("expected {}", list(&titles)));
    suggestion(error, title.value, titles)
}

fn missing_columns(
    kind: &Kind,
    missing: &[&str],
    header: &[Raw<'_>],
    directive: &Directive<'_>,
) -> Diagnostic {
    let span = match (header.first(), header.last()) {
        (Some(first), Some(last)) => Span {
            end: last.span.end,
            ..first.span
        },
        _ => directive.span,
    };
    Diagnostic::error(
        "missing-column",
        span,
        format!(
            "a table of kind `{}` needs the column {}",
            kind.name,
            list(missing)
        ),
    )
    .related(directive.span, "this directive says what the table is")
    .help("columns may stand in any order")
}

fn wrong_count(raw: &[Raw<'_>], header: &[Raw<'_>], row: Span) -> Diagnostic {
    let cells = if raw.len() == 1 { "cell" } else { "cells" };
    let counts = format!(
        "this row has {} {cells}, the header has {}",
        raw.len(),
        header.len()
    );
    match raw.get(header.len()) {
        Some(first) => Diagnostic::error(
            "surplus-cell",
            Span {
                end: row.end.max(first.span.end),
                ..first.span
            },
            counts,
        )
        .label("no column for this")
        .help("inside a cell, write `|` as `\\|`"),
        None => Diagnostic::error("missing-cell", row, counts)
            .label("cells are missing")
            .help("an empty cell still needs its `|`; a table ends at a blank line"),
    }
}

fn cell_at<'a>(
    place: &ColumnPlace,
    raw: &[Raw<'a>],
    row: Span,
    diagnostics: &mut Diagnostics,
) -> Cell<'a> {
    let Some(&raw) = place.index.and_then(|index| raw.get(index)) else {
        return Cell {
            value: Value::Empty,
            span: Span {
                start: row.end,
                ..row
            },
        };
    };
    let empty = matches!(raw.text, "" | "–");
    if empty && place.column.presence == Presence::Filled {
        let what = if place.column.title.is_empty() {
            "this cell".into()
        } else {
            format!("a cell of column `{}`", place.column.title)
        };
        diagnostics.push(Diagnostic::error(
            "empty-cell",
            raw.span,
            format!("{what} cannot be empty"),
        ));
    }
    let value = if empty {
        Ok(Value::Empty)
    } else {
        cell::read(place.column.cell, raw)
    };
    let value = value.unwrap_or_else(|error| {
        diagnostics.push(*error);
        Value::Empty
    });
    Cell {
        value,
        span: raw.span,
    }
}

/// Cuts a row at every `|` that no backslash escapes. Also in backticks: that is GFM's rule.
fn cells<'a>(text: &'a str, file: FileId, row: Range<usize>, cells: &mut Vec<Raw<'a>>) {
    cells.clear();
    let line = text[row.clone()].trim_ascii_end();
    let end = row.start + line.len();
    let mut start = end - line.trim_ascii_start().len();
    start += usize::from(text[start..end].starts_with('|'));
    let first = start;
    for (at, _) in text[first..end].match_indices('|') {
        let at = first + at;
        if text.as_bytes()[at - 1] != b'\\' {
            cells.push(raw(text, file, start..at));
            start = at + 1;
        }
    }
    if !text[start..end].trim_ascii().is_empty() {
        cells.push(raw(text, file, start..end));
    }
}

/// A cell without its padding. An empty one is the place after its first space.
fn raw(text: &str, file: FileId, range: Range<usize>) -> Raw<'_> {
    let cell = text[range.clone()].trim_ascii_start();
    let trimmed = cell.trim_ascii_end();
    let start = if trimmed.is_empty() {
        range.end.min(range.start + 1)
    } else {
        range.end - cell.len()
    };
    Raw {
        text: trimmed,
        span: Span {
            file,
            start,
            end: start + trimmed.len(),
        },
    }
}
