//! No edit of the book makes the explorer panic, and what it says of an edited book is an answer.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use spec_system::{Options, verify};

/// The chapters: paths and texts, SUMMARY.md first.
static CHAPTERS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let book = spec_model::load(&summary).expect("the book is sound");
    let files = book.sources.files();
    files
        .map(|(_, file)| (file.path.display().to_string(), file.text.clone()))
        .collect()
});

/// The chapters in which an edit changes the system.
fn places() -> Vec<(usize, usize)> {
    let wanted = [
        "model.md",
        "save.md",
        "resume.md",
        "behaviour.md",
        "actions.md",
        "discovery.md",
        "arcs.md",
    ];
    let chapters = CHAPTERS.iter().enumerate();
    let chapters = chapters.filter(|(_, (path, _))| wanted.iter().any(|name| path.ends_with(name)));
    chapters
        .flat_map(|(n, (_, text))| {
            let rows = text
                .lines()
                .enumerate()
                .filter(|(_, line)| line.starts_with("| "));
            rows.map(move |(row, _)| (n, row)).collect::<Vec<_>>()
        })
        .collect()
}

/// A book in which one row is gone, or a word of it is another.
fn edited((chapter, row): (usize, usize), edit: usize) -> Vec<(String, String)> {
    const WORDS: [(&str, &str); 8] = [
        ("&&", "\\|\\|"),
        ("!", ""),
        ("true", "false"),
        ("stopped", "run"),
        ("RUNNING", "STOP"),
        ("`ndma`", "`precopy`"),
        ("guest", "device"),
        ("programmed", "page_request"),
    ];
    let mut files = CHAPTERS.clone();
    let lines: Vec<&str> = CHAPTERS[chapter].1.lines().collect();
    let mut text: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
    match WORDS.get(edit) {
        Some((from, to)) => text[row] = text[row].replacen(from, to, 1),
        None => {
            text.remove(row);
        }
    }
    files[chapter].1 = text.join("\n");
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_panics(place in 0usize..100_000, edit in 0usize..9) {
        let places = places();
        let Ok(book) = spec_model::read(edited(places[place % places.len()], edit)) else {
            return Ok(());
        };
        let options = Options { devices: 1, threads: 1, ..Options::default() };
        let report = verify(&book, &options, &|_| {});
        prop_assert!(!report.editions.is_empty());
    }
}
