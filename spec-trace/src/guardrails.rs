//! The guardrails of a book: every row replayed, and held against what it promises.

use spec_model::diagnostic::{Diagnostic, Diagnostics};
use spec_model::model::{Book, Edition, Guardrail};
use spec_model::source::{FileId, SourceMap, Spanned, display};

use crate::read;
use crate::replay::replay;
use crate::report::TraceReport;

/// Every row of every edition.
pub(crate) fn check(book: &Book) -> Vec<TraceReport> {
    let rows = book.editions.iter().flat_map(|edition| {
        let rows = edition.guardrails.iter();
        rows.map(move |row| (edition, row))
    });
    rows.filter_map(|(edition, row)| {
        let trace = book.traces.iter().find(|it| it.path == row.trace.value)?;
        Some(one(book, &book.sources, trace.file, Some((edition, row))))
    })
    .collect()
}

/// A file, with its row where it is the file of one.
pub(crate) fn check_file(book: &Book, sources: &SourceMap, file: FileId) -> TraceReport {
    let trace = book.traces.iter().find(|it| it.file == file);
    let rows = book.editions.iter().flat_map(|edition| {
        let rows = edition.guardrails.iter();
        rows.map(move |row| (edition, row))
    });
    let row = trace.and_then(|trace| {
        let mut rows = rows;
        rows.find(|(_, row)| row.trace.value == trace.path)
    });
    one(book, sources, file, row)
}

fn one(
    book: &Book,
    sources: &SourceMap,
    file: FileId,
    row: Option<(&Edition, &Guardrail)>,
) -> TraceReport {
    let mut diagnostics = Diagnostics::default();
    let text = &sources.file(file).text;
    let read = read::read(
        book,
        text,
        file,
        row.map(|(edition, _)| edition),
        &mut diagnostics,
    );
    let vmm = || row.map(|(_, row)| format!("{} {}", row.vmm.value, row.version.value));
    let scenario = || row.map(|(_, row)| row.scenario.value.clone());
    let header = |text: &Option<Spanned<String>>| text.as_ref().map(|it| it.value.clone());
    let mut report = TraceReport {
        path: display(&sources.file(file).path),
        file,
        vmm: vmm().or(header(&read.trace.vmm)).unwrap_or_default(),
        scenario: scenario()
            .or(header(&read.trace.scenario))
            .unwrap_or_default(),
        edition: read
            .edition
            .map_or(String::new(), |it| it.name.value.clone()),
        guardrail: row.map(|(_, row)| row.clone()),
        problems: Vec::new(),
        violations: Vec::new(),
        contradictions: Vec::new(),
    };
    if let (Some(edition), false) = (read.edition, diagnostics.has_errors()) {
        report.violations = replay(edition, &read.trace);
    }
    report.problems = diagnostics.sorted();
    if let (Some((_, row)), true) = (row, report.problems.is_empty()) {
        report.contradictions = contradictions(row, &read.trace, &report);
    }
    report
}

/// What the row says and the file does not.
fn contradictions(
    row: &Guardrail,
    trace: &crate::trace::Trace<'_>,
    report: &TraceReport,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut differs = |cell: &Spanned<String>, header: &Option<Spanned<String>>, expected: &str| {
        let text = header.as_ref().map_or("", |it| it.value.as_str());
        let rest = text.strip_prefix(expected);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ','])) {
            let title = format!("the header of `{}` says otherwise", row.trace.value);
            let mut error = Diagnostic::error("other-header", cell.span, title);
            if let Some(header) = header {
                error = error.related(header.span, "this is what it says");
            }
            found.push(error);
        }
    };
    differs(&row.vmm, &trace.vmm, &report.vmm);
    differs(&row.scenario, &trace.scenario, &row.scenario.value);
    for rule in &row.breaks {
        let mut broken = report.violations.iter();
        if !broken.any(|it| it.rule.as_ref() == Some(&rule.value)) {
            let title = format!("`{}` does not break `{}`", row.trace.value, rule.value);
            found.push(
                Diagnostic::error("unbroken-rule", rule.span, title)
                    .help("remove the rule from this row"),
            );
        }
    }
    found
}
