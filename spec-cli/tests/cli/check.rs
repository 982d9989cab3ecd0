//! `check` on books with one mistake each.

use crate::common::{TempBook, repository, run};

#[test]
fn a_sound_book_passes_in_every_format() {
    let book = TempBook::door();
    for format in ["text", "json", "github"] {
        let checked = book.run(&["check", "--format", format]);
        insta::assert_snapshot!(format!("sound_{format}"), checked.seen());
    }
}

#[test]
fn the_real_book_is_sound() {
    let checked = run(&repository(), &["check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
}

/// Two mistakes, both reported, in every format.
#[test]
fn all_mistakes_are_reported_at_once() {
    let book = TempBook::door();
    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    book.edit("book/door.md", "`no_siren` | there", "`no_sirene` | there");
    for format in ["text", "json", "github"] {
        let checked = book.run(&["check", "--format", format]);
        insta::assert_snapshot!(format!("mistakes_{format}"), checked.seen());
    }
}

/// A rule is covered by a test that runs; one that says why not needs none, and may have none.
#[test]
fn rules_without_tests_are_listed() {
    let book = TempBook::door();
    insta::assert_snapshot!(
        "coverage_without_tests",
        book.run(&["check", "--coverage"]).seen()
    );

    book.edit(
        "book/door.md",
        "r[door.whole]\n",
        "r[door.whole]\n<!-- spec: untestable reason=\"so it is\" -->\n",
    );
    book.write(
        "tests/door.rs",
        "#[test]\nfn bits() {\n    covers![DOOR_BITS, DOOR_VALUES, DOOR_REFUSED, DOOR_WHOLE];\n}\n\
         #[test]\n#[ignore]\nfn later() {\n    covers![DOOR_ORDER];\n}\n",
    );
    assert_eq!(
        book.run(&["check"]).code,
        Some(0),
        "only --coverage asks for tests"
    );
    for format in ["text", "json", "github"] {
        let checked = book.run(&["check", "--coverage", "--format", format]);
        insta::assert_snapshot!(format!("coverage_{format}"), checked.seen());
    }

    book.edit("tests/door.rs", ", DOOR_WHOLE", ", ERRNO_VALUES");
    book.edit("tests/door.rs", "#[ignore]\n", "");
    insta::assert_snapshot!(
        "coverage_complete",
        book.run(&["check", "--coverage"]).seen()
    );
}

#[test]
fn what_is_not_there_is_one_line() {
    let book = TempBook::door();
    insta::assert_snapshot!(
        "no_book_here",
        book.run(&["check", "--book", "book"]).seen()
    );

    book.edit("book/SUMMARY.md", "(errno.md)", "(errors.md)");
    insta::assert_snapshot!("no_such_chapter", book.run(&["check"]).seen());

    std::fs::write(book.path().join("book/errors.md"), b"# \xff\n").expect("a file is written");
    insta::assert_snapshot!("not_utf8", book.run(&["check"]).seen());

    std::fs::remove_file(book.path().join("book/SUMMARY.md")).expect("a file is removed");
    insta::assert_snapshot!("no_summary", book.run(&["check"]).seen());
}

#[test]
fn mistakes_in_book_toml_are_told() {
    let book = TempBook::door();
    book.edit(
        "book.toml",
        "[build]",
        "[output.html]\nsearch = 7\n\n[build]",
    );
    insta::assert_snapshot!("html_config", book.run(&["check"]).seen());
    book.write("book.toml", "[book]\nsrcc = \"book\"\n");
    insta::assert_snapshot!("unknown_key", book.run(&["check"]).seen());
    book.write("book.toml", "[book\n");
    insta::assert_snapshot!("not_toml", book.run(&["check"]).seen());
}

#[test]
fn the_book_is_found_from_below() {
    let book = TempBook::door();
    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    let checked = run(&book.path().join("book"), &["check"]);
    assert_eq!(checked.code, Some(1));
    assert!(
        checked.stderr.contains("../book/door.md:"),
        "{}",
        checked.stderr
    );
    let named = run(
        &std::env::temp_dir(),
        &["check", "--book", &book.path().to_string_lossy()],
    );
    assert_eq!(named.code, Some(1));
}
