//! Every mistake that a chapter can hold: one file each under `reject/`, named after the mistake.
//!
//! A file is read together with the chapters of `prelude/`, but for those that its first line leaves
//! out: `<!-- without: register flows -->`; under `reject-fsm/`, with those of `prelude-fsm/`. The files
//! of `reject-summary/` stand for SUMMARY.md.

use std::path::Path;

mod common;

use common::prelude::{BITS, FSM, Prelude, chapters, folder};

fn with_prelude(
    prelude: Prelude,
    path: &Path,
) -> Result<spec_model::model::Book, Box<spec_model::Rejected>> {
    common::book(&chapters(prelude, path))
}

#[test]
fn the_preludes_are_right() {
    for prelude in [BITS, FSM] {
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
        let drawn = mistake(BITS, path);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(drawn);
        });
    });
}

#[test]
fn every_mistake_about_states_is_reported() {
    insta::glob!("reject-fsm/*.md", |path| {
        let drawn = mistake(FSM, path);
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
