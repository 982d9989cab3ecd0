//! Which tests name which rule.

/// Where tests are, relative to the folder of `book.toml`.
pub(crate) const FOLDERS: &[&str] = &["src", "tests"];
