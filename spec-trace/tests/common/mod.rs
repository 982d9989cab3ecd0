//! The real book, and changes of it.

#![allow(dead_code, reason = "each test file uses some of these")]

use std::path::{Path, PathBuf};

use spec_model::model::Book;
use spec_trace::TraceReport;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../book")
}

/// The real book.
pub(crate) fn book() -> Book {
    spec_model::load(&root().join("SUMMARY.md")).unwrap_or_else(|rejected| {
        let drawn = rejected.diagnostics.iter();
        let drawn: Vec<String> = drawn.map(|d| d.render(&rejected.sources)).collect();
        panic!("{}", drawn.join("\n"))
    })
}

/// A trace that is no guardrail, against a book.
pub(crate) fn replay(book: &Book, path: &str, text: &str) -> (TraceReport, String) {
    let mut sources = book.sources.clone();
    let file = sources.add(path, text);
    let report = spec_trace::check_file(book, &sources, file);
    let drawn = report.render(book, &sources);
    (report, drawn)
}
