//! What chapters mean: each file under `accept/`, read together with the chapters of `prelude/`, and each
//! under `accept-fsm/`, with those of `prelude-fsm/`.

use spec_model::model::Book;

mod common;

use common::dump::dump;
use common::prelude::{BITS, FSM, chapters};

fn accepted<P: AsRef<str>>(chapters: &[(P, String)]) -> Book {
    let book = common::book(chapters).unwrap_or_else(|rejected| {
        panic!(
            "{}",
            common::drawn(&rejected.diagnostics, &rejected.sources)
        );
    });
    assert_eq!(common::drawn(&book.warnings, &book.sources), "");
    book
}

#[test]
fn every_chapter_means_what_it_says() {
    insta::glob!("accept/*.md", |path| {
        let book = accepted(&chapters(BITS, path));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(dump(&book));
        });
    });
}

#[test]
fn every_chapter_about_states_means_what_it_says() {
    insta::glob!("accept-fsm/*.md", |path| {
        let book = accepted(&chapters(FSM, path));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(dump(&book));
        });
    });
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    insta::glob!("accept/*.md", |path| {
        let plain = chapters(BITS, path);
        let windows: Vec<(&str, String)> = plain
            .iter()
            .map(|(path, text)| {
                (
                    path.as_str(),
                    format!("\u{feff}{}", text.replace('\n', "\r\n")),
                )
            })
            .collect();
        let windows = dump(&accepted(&windows)).replace("\\r\\n", "\\n");
        assert_eq!(windows, dump(&accepted(&plain)), "{}", path.display());
    });
}
