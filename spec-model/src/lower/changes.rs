//! `classes` and `versions` tables.

use super::row::{Cells, rows};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{ChangeKind, Class, ClassRow, Judgement, Version, VersionNumber};
use crate::parse::TableSyntax;
use crate::source::{Span, Spanned};

/// `classes` rows, one for each part.
pub(super) fn classes(rows: &[Cells<'_, '_>]) -> Vec<ClassRow> {
    rows.iter().flat_map(|row| parts(*row)).collect()
}

fn parts(row: Cells<'_, '_>) -> Vec<ClassRow> {
    let named = row.name("Kind").value;
    let kinds = [
        ChangeKind::Abi,
        ChangeKind::Behaviour,
        ChangeKind::Requirement,
    ];
    let kind = kinds.into_iter().find(|kind| kind.name() == named);
    let judgement = |column| {
        let word: Option<Spanned<String>> = row.optional(column);
        word.and_then(|word| Judgement::named(&word.value))
    };
    let class = |part: Spanned<String>| ClassRow {
        table: row.name("Table"),
        part,
        kind: kind.unwrap_or(ChangeKind::Editorial),
        added: judgement("Added"),
        removed: judgement("Removed"),
        changed: judgement("Changed"),
        because: row.prose("Because"),
        span: row.span(),
    };
    split(&row.term("Part").0).into_iter().map(class).collect()
}

/// The texts between commas, each with its place.
fn split(whole: &Spanned<String>) -> Vec<Spanned<String>> {
    let mut parts = Vec::new();
    let mut at = whole.span.start;
    for part in whole.value.split(',') {
        let start = at + (part.len() - part.trim_start().len());
        let text = part.trim();
        let span = Span {
            start,
            end: start + text.len(),
            ..whole.span
        };
        parts.push(Spanned::new(text.to_owned(), span));
        at += part.len() + 1;
    }
    parts
}

/// `versions` rows.
pub(super) fn versions(tables: &[&TableSyntax<'_>], diagnostics: &mut Diagnostics) -> Vec<Version> {
    let (Some(first), more) = (tables.first(), tables.get(1..).unwrap_or_default()) else {
        return Vec::new();
    };
    for second in more {
        let title = "the book has one table of versions";
        let error = Diagnostic::error("duplicate-table", second.directive.span, title);
        diagnostics.push(error.related(first.directive.span, "the first"));
    }
    let version = |row: Cells<'_, '_>| {
        let written = row.term("Version").0;
        let number = VersionNumber::read(&written.value).unwrap_or_else(|| {
            let title = format!("`{}` is no version", written.value);
            let error = Diagnostic::error("bad-version", written.span, title);
            diagnostics.push(error.label("expected `MAJOR.MINOR.PATCH`, three numbers"));
            VersionNumber::default()
        });
        let step = row.name("Step");
        Version {
            number: Spanned::new(number, written.span),
            date: date(row.term("Date").0, diagnostics),
            step: step.map(|word| Class::ALL.into_iter().find(|class| class.name() == word)),
            text: row.prose("In short"),
            span: row.span(),
        }
    };
    rows(first).map(version).collect()
}

fn date(written: Spanned<String>, diagnostics: &mut Diagnostics) -> Spanned<String> {
    let shape: String = written
        .value
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if shape != "0000-00-00" {
        let title = format!("`{}` is no date", written.value);
        let error = Diagnostic::error("bad-version", written.span, title);
        diagnostics.push(error.label("expected `YYYY-MM-DD`"));
    }
    written
}
