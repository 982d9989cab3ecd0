//! What holds of every comparison.

mod common;

use common::mutants::{cells, mutants};
use common::{Files, book, book_files, read};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use spec_diff::render::{MOST_CHARACTERS, Names, Verdict, github, json, markdown, text};
use spec_diff::{Change, Diff, Place, changes, compare};
use spec_model::model::Book;

#[test]
fn a_book_does_not_differ_from_itself() {
    let diff = compare(book(), &read(book_files()), None);
    assert!(diff.is_empty(), "{:?}", diff.changes);
    assert_eq!(diff.class(), None);
    assert_eq!(Verdict::of(&diff).line, "no changes");
}

/// A book with some cells changed; those that leave mistakes are left out.
fn with_mutants(numbers: &[(usize, usize)]) -> Files {
    let mut files = book_files().clone();
    for (cell, way) in numbers {
        let now = read(&files);
        let cells = cells(&now);
        let ways = mutants(&now, &files, cells[cell % cells.len()]);
        if ways.is_empty() {
            continue;
        }
        let mutant = &ways[way % ways.len()].files;
        if spec_model::read(mutant.clone()).is_ok() {
            files = mutant.clone();
        }
    }
    files
}

type Seen = (
    String,
    String,
    String,
    Option<(Place, String)>,
    Option<(Place, String)>,
    usize,
);

/// What a change says, but for its class: adding and removing weigh differently.
fn seen(change: &Change, mirror: bool) -> Seen {
    let fact = |fact: &Option<spec_diff::Fact>| {
        fact.as_ref().map(|it| (it.place.clone(), it.text.clone()))
    };
    let (mut before, mut after) = (fact(&change.before), fact(&change.after));
    let mut what = change.what;
    if mirror {
        std::mem::swap(&mut before, &mut after);
        what = what.mirrored();
    }
    let (table, part) = (change.table.clone(), change.part.clone());
    (
        table,
        part,
        what.name().to_owned(),
        before,
        after,
        change.follows.len(),
    )
}

fn all_seen(diff: &Diff, mirror: bool) -> Vec<Seen> {
    let mut seen: Vec<Seen> = diff
        .changes
        .iter()
        .map(|change| seen(change, mirror))
        .collect();
    seen.sort();
    seen
}

#[test]
fn exchanged_versions_give_the_mirrored_report() {
    let mutations = || proptest::collection::vec((0..10_000usize, 0..8usize), 0..4);
    let mut runner = TestRunner::new(Config {
        cases: 12,
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&(mutations(), mutations()), |(old, new)| {
        let (old, new) = (with_mutants(&old), with_mutants(&new));
        let (old, new): (Book, Book) = (read(&old), read(&new));
        let (there, back) = (changes(&old, &new, None), changes(&new, &old, None));
        prop_assert_eq!(all_seen(&there, false), all_seen(&back, true));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Ids name changes: no two have the same.
#[test]
fn ids_are_unique_and_every_format_takes_any_change() {
    // Every paragraph of the book at greater length. Headings stay, for links lead to them; so do cells, for some
    // take certain words only.
    let more = format!(" the{} ", " very".repeat(40));
    let line = |line: &str| match line.starts_with(['#', '|', '<']) {
        true => format!("{line}\n"),
        false => format!("{}\n", line.replace(" the ", &more)),
    };
    let longer: Files = book_files()
        .iter()
        .map(|(path, text)| (path.clone(), text.lines().map(line).collect()))
        .collect();
    let head = read(&longer);
    let diff = compare(book(), &head, None);
    assert!(diff.changes.len() > 200, "{}", diff.changes.len());
    let mut ids: Vec<&str> = diff
        .changes
        .iter()
        .map(|change| change.id.as_str())
        .collect();
    ids.sort_unstable();
    let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");

    let names = Names::default();
    let comment = markdown(&diff, &names, Some((book(), &head)));
    assert!(
        comment.chars().count() < MOST_CHARACTERS,
        "{}",
        comment.chars().count()
    );
    assert!(
        comment.contains("**Not all fits into a comment.** Left out: "),
        "nothing is said of what is left out"
    );
    assert_eq!(
        comment.matches("<details").count(),
        comment.matches("</details>").count()
    );
    assert!(text(&diff, &names, false).len() > comment.len());
    let whole: serde_json::Value = serde_json::from_str(&json(&diff, &names)).expect("JSON");
    assert_eq!(
        whole["changes"].as_array().map(Vec::len),
        Some(diff.changes.len())
    );
    assert_eq!(
        github(&diff)
            .lines()
            .filter(|line| line.contains("file="))
            .count(),
        diff.changes.len()
    );
}

/// A kind of table that nobody has classified is an error of the book, not a change that is overlooked.
#[test]
fn every_part_of_every_table_has_a_class() {
    for (table, part) in spec_model::model::classed_parts() {
        let row = book().classes.iter().any(|row| {
            (row.table.value == table || row.table.value == "any") && row.part.value == part
        });
        assert!(row, "{table} {part}");
    }
    // Take one away.
    let mut files = book_files().clone();
    let chapter = files
        .iter_mut()
        .find(|(path, _)| path.ends_with("/changing.md"));
    let text = &mut chapter.expect("the chapter").1;
    let line = text
        .lines()
        .find(|line| line.starts_with("| `errors` | Errno |"))
        .expect("a row")
        .to_owned();
    *text = text.replace(&format!("{line}\n"), "");
    let Err(rejected) = spec_model::read(files) else {
        panic!("nobody missed the class of an errno");
    };
    let titles: Vec<&str> = rejected
        .diagnostics
        .iter()
        .map(|it| it.title.as_str())
        .collect();
    assert_eq!(
        titles,
        ["nothing says what a change of `Errno` of `errors` weighs"]
    );
}
