//! Small books for the tests.

#![allow(dead_code, reason = "each test file uses some of these")]

use std::fmt::Write;

use spec_model::diagnostic::Diagnostic;
use spec_model::model::Book;
use spec_model::source::SourceMap;
use spec_model::{Rejected, read};

/// Reads chapters from memory, with a SUMMARY.md that lists them.
pub(crate) fn book(chapters: &[(&str, &str)]) -> Result<Book, Box<Rejected>> {
    let mut summary = String::from("# Summary\n\n");
    for (path, _) in chapters {
        writeln!(summary, "- [{path}]({path})").unwrap();
    }
    let mut files = vec![("SUMMARY.md".to_owned(), summary)];
    files.extend(
        chapters
            .iter()
            .map(|&(path, text)| (path.to_owned(), text.to_owned())),
    );
    read(files)
}

/// All diagnostics as they are printed.
pub(crate) fn drawn(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let drawn: Vec<String> = diagnostics.iter().map(|d| d.render(sources)).collect();
    drawn.join("\n\n")
}
