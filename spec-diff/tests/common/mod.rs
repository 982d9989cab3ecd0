//! The real book in memory, and edits of it.

#[allow(dead_code, reason = "not every test makes mutants")]
pub(crate) mod mutants;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use spec_model::coverage::{Report, scan};
use spec_model::model::Book;

/// Paths and texts, SUMMARY.md first.
pub(crate) type Files = Vec<(String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is in the workspace")
}

/// The files of the real book.
pub(crate) fn book_files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let read = |path: &str| fs::read_to_string(root().join(path)).expect("a chapter");
        let summary = root().join("book/SUMMARY.md");
        let book =
            spec_model::load(&summary).unwrap_or_else(|rejected| panic!("{}", drawn(&rejected)));
        let chapters = book.chapters.iter().map(|chapter| &chapter.path);
        let traces = book.traces.iter().map(|trace| &trace.path);
        let paths = chapters.chain(traces).map(|path| format!("book/{path}"));
        let paths = std::iter::once("book/SUMMARY.md".to_owned()).chain(paths);
        paths.map(|path| (path.clone(), read(&path))).collect()
    })
}

/// What is wrong with a book.
pub(crate) fn drawn(rejected: &spec_model::Rejected) -> String {
    let sources = &rejected.sources;
    let drawn = rejected.diagnostics.iter().map(|it| it.render(sources));
    drawn.collect::<Vec<_>>().join("\n")
}

/// Reads files that have no mistake.
pub(crate) fn read(files: &Files) -> Book {
    spec_model::read(files.clone()).unwrap_or_else(|rejected| panic!("{}", drawn(&rejected)))
}

/// The real book.
pub(crate) fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| read(book_files()))
}

/// A test for each rule, so that reports do not change with the tests of this repository.
#[allow(dead_code, reason = "not every test asks for tests")]
pub(crate) fn tests(book: &Book) -> Report {
    let test = |rule: &spec_model::model::Rule| {
        let constant = rule.constant();
        format!(
            "#[test]\nfn {}() {{\n    covers![{constant}];\n}}\n",
            constant.to_lowercase()
        )
    };
    let source: String = book.rules.iter().map(test).collect();
    Report::new(book, scan("tests/rules.rs", &source).expect("Rust"))
}

/// The real book with some texts replaced: (chapter, old, new). Each old text must be there.
#[allow(dead_code, reason = "not every test edits")]
pub(crate) fn edited(edits: &[(&str, &str, &str)]) -> Files {
    let mut files = book_files().clone();
    for (chapter, old, new) in edits {
        let path = format!("book/{chapter}");
        let file = files.iter_mut().find(|(known, _)| *known == path);
        let (_, text) = file.unwrap_or_else(|| panic!("no chapter {chapter}"));
        assert!(text.contains(old), "{chapter} has no `{old}`");
        *text = text.replacen(old, new, 1);
    }
    files
}
