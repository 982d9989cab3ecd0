//! Diagnostics for programs.

use serde_json::{Value, json};
use spec_model::diagnostic::{Diagnostic, Severity};
use spec_model::source::{SourceMap, Span, display};

/// One object: how many, and every diagnostic with its place.
pub(super) fn json(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    let list: Vec<Value> = diagnostics.iter().map(|d| object(sources, d)).collect();
    let whole = json!({
        "errors": errors,
        "warnings": diagnostics.len() - errors,
        "diagnostics": list,
    });
    format!("{whole:#}\n")
}

fn object(sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    let related = diagnostic
        .related
        .iter()
        .map(|label| json!({ "place": place(sources, label.span), "text": label.text }));
    json!({
        "code": diagnostic.code.0,
        "severity": word(diagnostic.severity),
        "title": diagnostic.title,
        "label": diagnostic.label,
        "place": place(sources, diagnostic.span),
        "related": related.collect::<Vec<_>>(),
        "help": diagnostic.help,
    })
}

/// Lines and columns count from 1, columns in characters; the end is exclusive.
fn place(sources: &SourceMap, span: Span) -> Value {
    let file = sources.file(span.file);
    let (start, end) = (file.position(span.start), file.position(span.end));
    json!({
        "file": display(&file.path),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A workflow command a line: GitHub shows them beside the lines of a change.
pub(super) fn github(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| annotation(sources, d)).collect()
}

fn annotation(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let file = sources.file(diagnostic.span.file);
    let at = file.position(diagnostic.span.start);
    let mut message = diagnostic.title.clone();
    for more in [Some(&diagnostic.label), diagnostic.help.as_ref()]
        .into_iter()
        .flatten()
    {
        if !more.is_empty() {
            message.push_str(&format!("\n{more}"));
        }
    }
    format!(
        "::{} file={},line={},col={},title={}::{}\n",
        word(diagnostic.severity),
        property(&display(&file.path)),
        at.line,
        at.column,
        property(diagnostic.code.0),
        escape(&message),
    )
}

/// Workflow commands escape like URLs, but only what would end them.
fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
