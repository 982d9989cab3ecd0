//! What the book becomes, formatted, a file for each group: an edit of a chapter shows here as Rust.
//!
//! Bless with `INSTA_UPDATE=always cargo test -p spec-gen`, and read the diff.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use spec_gen::{pretty, rust};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");

fn name(group: &rust::Group) -> String {
    format!(
        "{}-{}",
        group.edition.as_deref().unwrap_or("book"),
        group.name
    )
}

#[test]
fn every_group_is_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(FOLDER);
    let groups = rust::groups(&common::book());
    // Every group is compared, so that one run shows (or blesses) all that an edit changed.
    let failed: Vec<String> = groups
        .into_iter()
        .filter(|group| {
            let compare = || settings.bind(|| insta::assert_snapshot!(name(group), text(group)));
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare)).is_err()
        })
        .map(|group| name(&group))
        .collect();
    assert!(failed.is_empty(), "not as reviewed: {}", failed.join(", "));
}

/// The group as text. A rule is one line, without its doc comment, which is the book word for word.
fn text(group: &rust::Group) -> String {
    let text = pretty::format(group.tokens.clone());
    if group.name != "rules" {
        return text;
    }
    let code: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("///"))
        .collect();
    let items = code
        .join(" ")
        .replace(" pub ", "\npub ")
        .replace("[ ", "[\n    ");
    let (types, list) = items.rsplit_once(" ALL: ").unwrap();
    let list = list.replace(", ]", " ]").replace(", ", ",\n    ");
    let items = format!("{types} ALL: {list}");
    items.replace(" ]", "\n]").replace(", }", " }") + "\n"
}

#[test]
fn no_snapshot_is_left_over() {
    let groups = rust::groups(&common::book());
    let known: BTreeSet<String> = groups
        .iter()
        .map(|group| format!("{}.snap", name(group)))
        .collect();
    let found = std::fs::read_dir(Path::new(FOLDER)).unwrap();
    let found = found.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> = found.filter(|name| !name.ends_with(".new")).collect();
    assert_eq!(found, known);
}
