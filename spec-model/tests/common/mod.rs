//! Small books for the tests.

#![allow(dead_code, reason = "each test file uses some of these")]

pub(crate) mod dump;
pub(crate) mod prelude;

use std::fmt::Write;

use spec_model::diagnostic::Diagnostic;
use spec_model::model::Book;
use spec_model::source::SourceMap;
use spec_model::{Rejected, read};

/// Files that are no chapters, for the cases that name them.
const TRACES: [&str; 2] = ["traces/one.trace", "traces/two.trace"];

/// Reads chapters from memory, with a SUMMARY.md that lists them; and traces, if one names them.
pub(crate) fn book<P: AsRef<str>, T: AsRef<str>>(
    chapters: &[(P, T)],
) -> Result<Book, Box<Rejected>> {
    let mut summary = String::from("# Summary\n\n");
    for (path, _) in chapters {
        writeln!(summary, "- [{0}]({0})", path.as_ref()).unwrap();
    }
    let mut files = vec![("SUMMARY.md".to_owned(), summary)];
    let chapters = chapters.iter();
    files.extend(chapters.map(|(path, text)| (path.as_ref().to_owned(), text.as_ref().to_owned())));
    if files.iter().any(|(_, text)| text.contains("traces/")) {
        let traces = TRACES.map(|path| (path.to_owned(), "# vmm: A 1\n".to_owned()));
        files.extend(traces);
    }
    read(files)
}

/// All diagnostics as they are printed.
pub(crate) fn drawn(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let drawn: Vec<String> = diagnostics.iter().map(|d| d.render(sources)).collect();
    drawn.join("\n\n")
}
