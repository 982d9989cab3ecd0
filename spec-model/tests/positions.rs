//! Lines and columns count from 1, columns in characters, whatever ends the lines.

use spec_model::source::{SourceMap, Span};

mod common;

fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut sources = SourceMap::default();
    let file = sources.add("a.md", text);
    let position = sources.file(file).position(offset);
    (position.line, position.column)
}

#[test]
fn the_first_character_of_a_line_is_in_column_one() {
    assert_eq!(position("", 0), (1, 1));
    assert_eq!(position("a\nb", 0), (1, 1));
    assert_eq!(
        position("a\nb", 1),
        (1, 2),
        "the line end belongs to its line"
    );
    assert_eq!(position("a\nb", 2), (2, 1));
    assert_eq!(
        position("a\nb", 3),
        (2, 2),
        "the end of a file without a last line end"
    );
    assert_eq!(position("a\nb\n", 4), (3, 1), "the end of a file with one");
    assert_eq!(position("a\r\nb", 3), (2, 1));
    assert_eq!(position("a", 9), (1, 2), "beyond the end is the end");
}

#[test]
fn columns_count_characters() {
    assert_eq!(position("é—𝔘x", 9), (1, 4));
    assert_eq!(position("é—𝔘x", 1), (1, 1), "inside a character is at it");
}

#[test]
fn a_place_is_path_line_and_column() {
    let mut sources = SourceMap::default();
    let file = sources.add("book/v1/a.md", "one\ntwo\n");
    let span = Span {
        file,
        start: 5,
        end: 6,
    };
    assert_eq!(sources.place(span), "book/v1/a.md:2:2");
    assert_eq!(sources.text(span), "w");
}

/// The places of all mistakes in one chapter.
fn places(text: &str) -> Vec<String> {
    let rejected = common::book(&[("a.md", text)]).expect_err("a mistake");
    let diagnostics = rejected.diagnostics.iter();
    diagnostics
        .map(|d| format!("{} {}", rejected.sources.place(d.span), d.code.0))
        .collect()
}

#[test]
fn mistakes_are_found_where_they_stand() {
    let chapter = "# Größe\n\nÄ — `NO_SUCH`, `NOR_THIS`";
    let expected = ["a.md:3:6 unknown-name", "a.md:3:17 unknown-name"];
    assert_eq!(places(chapter), expected);
    assert_eq!(
        places(&format!("{chapter}\n")),
        expected,
        "with a last line end"
    );
    assert_eq!(
        places(&chapter.replace('\n', "\r\n")),
        expected,
        "with long line ends"
    );
    assert_eq!(
        places(&format!("\u{feff}{chapter}")),
        expected,
        "with a byte order mark"
    );
}

#[test]
fn a_mistake_at_the_end_is_drawn() {
    let rejected = common::book(&[("a.md", "r[a.b]")]).expect_err("a mistake");
    let drawn = common::drawn(&rejected.diagnostics, &rejected.sources);
    assert!(
        drawn.starts_with("a.md:1:1: rule `a.b` names nothing"),
        "{drawn}"
    );
}
