//! Every mistake that a chapter can hold: one file each under `reject/`, named after the mistake.
//!
//! A file is read together with the chapters of `prelude/`, but for those that its first line leaves
//! out: `<!-- without: register flows -->`; under `reject-fsm/`, with those of `prelude-fsm/`. The files of `reject-summary/` stand for SUMMARY.md.

use std::path::Path;

mod common;

/// Chapters that mistakes are added to: a folder, and what is in it.
type Prelude = (&'static str, &'static [&'static str]);

/// A register of bits.
const PRELUDE: Prelude = (
    "prelude",
    &["errno", "register", "errors", "window", "flows"],
);

/// A register with states, and an older edition.
const PRELUDE_FSM: Prelude = (
    "prelude-fsm",
    &[
        "errno", "errors", "states", "requests", "arcs", "stream", "flows", "old",
    ],
);

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

fn with_prelude(
    (prelude, names): Prelude,
    path: &Path,
) -> Result<spec_model::model::Book, Box<spec_model::Rejected>> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let first = text.lines().next().unwrap_or_default();
    let left_out: Vec<&str> = match first.strip_prefix("<!-- without: ") {
        Some(list) => list.trim_end_matches("-->").split_whitespace().collect(),
        None => Vec::new(),
    };
    let kept = names.iter().filter(|name| !left_out.contains(name));
    let mut chapters: Vec<(String, String)> = kept
        .map(|name| {
            let path = format!("{name}.md");
            let text = std::fs::read_to_string(folder(prelude).join(&path)).unwrap();
            (path, text)
        })
        .collect();
    chapters.push((name.to_owned(), text));
    let chapters: Vec<(&str, &str)> = chapters
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    common::book(&chapters)
}

#[test]
fn the_preludes_are_right() {
    for prelude in [PRELUDE, PRELUDE_FSM] {
        let book =
            with_prelude(prelude, &folder("accept").join("empty.md")).unwrap_or_else(|rejected| {
                panic!(
                    "{}",
                    common::drawn(&rejected.diagnostics, &rejected.sources)
                );
            });
        assert_eq!(common::drawn(&book.warnings, &book.sources), "");
    }
}

/// What is reported.
fn mistake(prelude: Prelude, path: &Path) -> String {
    let drawn = match with_prelude(prelude, path) {
        Err(rejected) => common::drawn(&rejected.diagnostics, &rejected.sources),
        Ok(book) => common::drawn(&book.warnings, &book.sources),
    };
    assert!(!drawn.is_empty(), "{} has no mistake", path.display());
    drawn
}

#[test]
fn every_mistake_is_reported() {
    insta::glob!("reject/*.md", |path| {
        let drawn = mistake(PRELUDE, path);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(drawn);
        });
    });
}

#[test]
fn every_mistake_about_states_is_reported() {
    insta::glob!("reject-fsm/*.md", |path| {
        let drawn = mistake(PRELUDE_FSM, path);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(drawn);
        });
    });
}

#[test]
fn every_mistake_in_the_summary_is_reported() {
    insta::glob!("reject-summary/*.md", |path| {
        let summary = std::fs::read_to_string(path).unwrap();
        let chapter = |name: &str| (format!("book/{name}.md"), format!("# {name}\n"));
        let files = vec![
            ("book/SUMMARY.md".to_owned(), summary),
            chapter("a"),
            chapter("b"),
        ];
        let rejected = spec_model::read(files).expect_err("a mistake");
        let drawn = common::drawn(&rejected.diagnostics, &rejected.sources);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(drawn);
        });
    });
}
