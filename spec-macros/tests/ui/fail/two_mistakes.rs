//! Two mistakes that are found in the same phase are two errors.

spec_macros::spec!("two_mistakes/SUMMARY.md");

fn main() {}
