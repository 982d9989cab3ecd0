//! Chapters that a test chapter is read together with.

use std::path::{Path, PathBuf};

/// A folder, and the chapters in it.
pub(crate) type Prelude = (&'static str, &'static [&'static str]);

/// A register of bits.
pub(crate) const BITS: Prelude = (
    "prelude",
    &["errno", "register", "errors", "window", "flows"],
);

/// A register with states, and an older edition.
pub(crate) const FSM: Prelude = (
    "prelude-fsm",
    &[
        "errno", "errors", "states", "requests", "arcs", "stream", "flows", "old",
    ],
);

/// A folder of these tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// A chapter and its prelude, without the chapters that the chapter's first line leaves out:
/// paths and texts, the chapter last.
pub(crate) fn chapters((prelude, names): Prelude, path: &Path) -> Vec<(String, String)> {
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
    chapters
}
