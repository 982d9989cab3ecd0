//! Diagnostics for programs.

use serde_json::{Value, json};
use spec_model::diagnostic::{Diagnostic, Severity};
use spec_model::model::Rule;
use spec_model::source::{SourceMap, Span, display};

use crate::coverage::Coverage;

/// One object: how many, every diagnostic with its place, and the rules that no test names (`null`
/// where there are no tests).
pub(super) fn json(
    sources: &SourceMap,
    diagnostics: &[Diagnostic],
    coverage: Option<&Coverage<'_>>,
) -> String {
    let errors = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    let list: Vec<Value> = diagnostics.iter().map(|d| object(sources, d)).collect();
    let whole = json!({
        "errors": errors,
        "warnings": diagnostics.len() - errors,
        "diagnostics": list,
        "coverage": coverage.map(|coverage| json!({
            "rules": coverage.rules,
            "tested": coverage.tested(),
            "untestable": coverage.untestable,
            "uncovered": rules(sources, &coverage.uncovered),
            "contradicted": rules(sources, &coverage.contradicted),
        })),
    });
    format!("{whole:#}\n")
}

fn rules(sources: &SourceMap, rules: &[&Rule]) -> Vec<Value> {
    let rule = |rule: &&Rule| json!({ "id": rule.id.value, "place": place(sources, rule.id.span) });
    rules.iter().map(rule).collect()
}

/// A diagnostic as an object.
pub(in crate::command) fn object(sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
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
pub(in crate::command) fn place(sources: &SourceMap, span: Span) -> Value {
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
pub(in crate::command) fn github(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| annotation(sources, d)).collect()
}

fn annotation(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let mut message = diagnostic.title.clone();
    for more in [Some(&diagnostic.label), diagnostic.help.as_ref()]
        .into_iter()
        .flatten()
    {
        if !more.is_empty() {
            message.push_str(&format!("\n{more}"));
        }
    }
    let word = word(diagnostic.severity);
    command(sources, word, diagnostic.span, diagnostic.code.0, &message)
}

/// A rule that is not as it should be.
pub(super) fn rule(sources: &SourceMap, rule: &Rule, what: &str) -> String {
    let message = format!("rule {}: {what}", rule.id.value);
    command(sources, "error", rule.id.span, "untested-rule", &message)
}

/// One workflow command: what is to be shown at a place.
pub(in crate::command) fn command(
    sources: &SourceMap,
    word: &str,
    span: Span,
    title: &str,
    message: &str,
) -> String {
    let file = sources.file(span.file);
    let at = file.position(span.start);
    format!(
        "::{word} file={},line={},col={},title={}::{}\n",
        property(&display(&file.path)),
        at.line,
        at.column,
        property(title),
        escape(message),
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
