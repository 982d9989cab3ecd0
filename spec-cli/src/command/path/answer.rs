//! How a refusal is told: on standard error, with its rule and where that stands.

use spec_model::model::{Book, Edition, Fault, Refusal};
use spec_model::source::{Span, display};

use crate::output::{Outcome, Stop, note};

/// The error that a refusal gives.
pub(super) fn fault<'a>(edition: &'a Edition, refusal: &Refusal) -> Option<&'a Fault> {
    let mut faults = edition.faults.iter();
    faults.find(|fault| fault.name.value == refusal.fault.value)
}

/// Says which rule refuses, and where it stands.
pub(super) fn refused(book: &Book, edition: &Edition, refusal: &Refusal, what: &str) -> Outcome {
    let name = &refusal.fault.value;
    let fault = fault(edition, refusal);
    let errno = fault.map_or("an error", |fault| &fault.errno.value);
    let why = one_line(&refusal.meaning.value);
    note(&format!("refused: {what} gets {errno} ({name}): {why}"));
    if let Some(rule) = fault.and_then(|fault| book.rule(&fault.rule.value)) {
        let (place, text) = (line_of(book, rule.id.span), one_line(&rule.text.value));
        note(&format!("  rule {}, {place}: {text}", rule.id.value));
    }
    let (place, when) = (line_of(book, refusal.when.span), refusal.when.span);
    note(&format!(
        "  row {place}: {}",
        book.sources.text(when).replace("\\|", "|")
    ));
    Err(Stop::Found)
}

fn line_of(book: &Book, span: Span) -> String {
    let file = book.sources.file(span.file);
    format!("{}:{}", display(&file.path), file.position(span.start).line)
}

/// Markdown in one short line.
fn one_line(markdown: &str) -> String {
    const MOST: usize = 160;
    let words: Vec<&str> = markdown.split_whitespace().collect();
    let line = words.join(" ").replace("\\|", "|");
    match line.char_indices().nth(MOST) {
        None => line,
        Some((end, _)) => {
            let cut = line[..end].rfind(' ').unwrap_or(end);
            format!("{} …", &line[..cut])
        }
    }
}
