//! `gen` writes what spec-gen makes of the book.

use crate::common::{TempBook, repository, run};

#[test]
fn every_language_goes_to_stdout_or_to_a_file() {
    let book = TempBook::door();
    for (language, part) in [
        ("json", "\"bolt_in_the_air\""),
        ("rust", "pub mod door {"),
        ("c", "#define VFIO_DOOR_DOOR_OPEN 1U"),
        ("dot", "digraph \"door\" {"),
    ] {
        let printed = book.run(&["gen", language]);
        assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""));
        assert!(printed.stdout.contains(part), "{language} has no {part}");
        let written = book.run(&["gen", language, "-o", "generated"]);
        assert_eq!((written.code, written.stdout.as_str()), (Some(0), ""));
        assert_eq!(book.read("generated"), printed.stdout);
    }
}

#[test]
fn a_broken_book_generates_nothing() {
    let book = TempBook::door();
    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    let refused = book.run(&["gen", "json", "-o", "generated"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
    assert!(!book.path().join("generated").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_one_line() {
    let book = TempBook::door();
    let refused = book.run(&["gen", "json", "-o", "nowhere/model.json"]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("nowhere/model.json"),
        "{}",
        refused.stderr
    );
}

#[test]
fn dot_draws_the_states_of_an_edition() {
    insta::assert_snapshot!(TempBook::door().run(&["gen", "dot", "door"]).seen());
    for edition in ["v1", "v2"] {
        let drawn = run(&repository(), &["gen", "dot", edition]);
        assert_eq!((drawn.code, drawn.stderr.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("dot_{edition}"), drawn.stdout);
    }
}

#[test]
fn an_edition_that_cannot_be_drawn_is_one_line() {
    let book = TempBook::door();
    insta::assert_snapshot!("dot_unknown", book.run(&["gen", "dot", "window"]).seen());
    insta::assert_snapshot!("json_of_one", book.run(&["gen", "json", "door"]).seen());
}
