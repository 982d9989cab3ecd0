//! `gen` writes what spec-gen makes of the book.

use crate::common::TempBook;

#[test]
fn both_languages_go_to_stdout_or_to_a_file() {
    let book = TempBook::door();
    for (language, part) in [("json", "\"bolt_in_the_air\""), ("rust", "pub mod door {")] {
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
