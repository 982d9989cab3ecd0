//! The book's files, for benchmarks that read them.

use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("bench/ lies in the repository")
        .to_path_buf()
}

/// The real book: path and text of SUMMARY.md and of every chapter.
pub(crate) fn book() -> Vec<(String, String)> {
    let summary = root().join("book/SUMMARY.md");
    let book = spec_model::load(&summary)
        .unwrap_or_else(|_| panic!("the book has errors: run `vfio-spec check`"));
    book.sources
        .files()
        .map(|(_, file)| (spec_model::source::display(&file.path), file.text.clone()))
        .collect()
}

/// The same book with the edition repeated `times` times under other names, all names unique.
pub(crate) fn repeated(book: &[(String, String)], times: usize) -> Vec<(String, String)> {
    let mut files = vec![book[0].clone()];
    let mut extra = String::new();
    for (path, text) in &book[1..] {
        files.push((path.clone(), text.clone()));
        let Some((head, tail)) = path.split_once("/v1/") else {
            continue;
        };
        for n in 1..times {
            files.push((format!("{head}/e{n}/{tail}"), renamed(text, n)));
            extra.push_str(&format!("- [{tail} {n}](e{n}/{tail})\n"));
        }
    }
    files[0].1.push_str("\n# Repeated\n\n");
    files[0].1.push_str(&extra);
    files
}

fn renamed(text: &str, n: usize) -> String {
    text.replace("v1.", &format!("e{n}."))
        .replace("edition v1", &format!("edition e{n}"))
        .replace("/v1/", &format!("/e{n}/"))
}
