//! The workflows that compare changes run on code of others: each action is named by a full commit, so that nobody
//! can put another one behind a tag.

use std::fs;
use std::path::Path;

/// Whether it names a commit by all of its digits, and in a comment the version that this is.
fn is_pinned(action: &str) -> bool {
    let Some((_, rest)) = action.split_once('@') else {
        return action.starts_with("./");
    };
    let Some((commit, version)) = rest.split_once(" # v") else {
        return false;
    };
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    commit.len() == 40 && commit.bytes().all(is_digit) && !version.is_empty()
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
    let (mut actions, mut loose) = (0, Vec::new());
    for entry in fs::read_dir(folder).expect("the workflows") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a workflow");
        for (n, line) in text.lines().enumerate() {
            let key = line.trim_start().trim_start_matches("- ");
            if let Some(action) = key.strip_prefix("uses:") {
                actions += 1;
                if !is_pinned(action.trim()) {
                    loose.push(format!("{}:{}: {action}", path.display(), n + 1));
                }
            }
        }
    }
    assert!(actions > 0, "no workflow uses an action");
    assert!(loose.is_empty(), "not pinned:\n{}", loose.join("\n"));
}

#[test]
fn tags_branches_and_short_names_are_not_pinned() {
    let full = "3d3c42e5aac5ba805825da76410c181273ba90b1";
    assert!(is_pinned(&format!("actions/checkout@{full} # v7.0.1")));
    assert!(is_pinned("./.github/actions/own"));
    for loose in ["v7", "main", &full[..10], full] {
        assert!(!is_pinned(&format!("actions/checkout@{loose}")), "{loose}");
    }
    assert!(!is_pinned("actions/checkout"));
}
