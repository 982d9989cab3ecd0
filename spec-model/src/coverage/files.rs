//! The Rust files in which tests may name rules.

use std::fs;
use std::io;
use std::path::Path;

/// The folders that are searched, relative to the folder of `book.toml`.
pub const FOLDERS: &[&str] = &["src", "tests"];

/// Every Rust file below [`FOLDERS`] of `root`: its path relative to `root`, with forward slashes,
/// and its text. Sorted; empty where there are no such folders.
///
/// # Errors
/// A file or folder that is there and cannot be read; the message names it.
pub fn files(root: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        if root.join(folder).is_dir() {
            collect(root, folder, &mut found)?;
        }
    }
    found.sort();
    Ok(found)
}

fn collect(root: &Path, below: &str, found: &mut Vec<(String, String)>) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{below}: {error}"));
    for entry in fs::read_dir(root.join(below)).map_err(named)? {
        let entry = entry.map_err(named)?;
        // A name that is not UTF-8 is none of a Rust module.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{below}/{name}");
        if entry.file_type().map_err(named)?.is_dir() {
            collect(root, &path, found)?;
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path());
            let text =
                text.map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
            found.push((path, text));
        }
    }
    Ok(())
}
