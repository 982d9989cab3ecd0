//! Reads the specification book.
//!
//! [`load`] turns `book/SUMMARY.md` into a checked [`model::Book`], or into diagnostics that point at
//! the mistake. The steps: `load` (the only file I/O) → `markdown` (the only user of pulldown-cmark)
//! → `parse` (dialect, cells with spans) → `lower` (names resolved) → `check` (one function a rule of
//! well-formedness). All mistakes of a step are reported before the next begins.

pub mod analysis;
pub mod cell;
pub mod coverage;
pub mod diagnostic;
pub mod expr;
pub mod inline;
pub mod model;
pub mod source;

mod check;
mod load;
mod lower;
mod map;
mod markdown;
mod parse;
mod pipeline;

/// What `<!-- spec: show … -->` can ask for.
pub const SHOWS: &[&str] = &[
    "behaviours",
    "coverage",
    "decomposition",
    "domains",
    "explorer",
    "machine",
    "mapping",
    "matrix",
    "names",
    "protocol",
    "region",
    "rules",
];

pub use load::{TRACE_EXTENSION, TRACE_FOLDER};

use std::path::Path;

use diagnostic::Diagnostic;
use model::Book;
use source::SourceMap;

/// A book without a model: the files that were read, and what is wrong with them.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// The files, SUMMARY.md first, for drawing the diagnostics.
    pub sources: SourceMap,
    /// At least one error; sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the book that this SUMMARY.md lists, from disk. Paths in diagnostics begin as `summary` does.
///
/// # Errors
/// A file that cannot be read, or any mistake in the chapters: all of one phase at once.
pub fn load(summary: &Path) -> Result<Book, Box<Rejected>> {
    pipeline::run(|diagnostics| load::from_disk(summary, diagnostics))
}

/// The same from memory: `files` holds the paths as [`load`] would show them, SUMMARY.md first.
///
/// # Errors
/// As [`load`].
pub fn read(files: Vec<(String, String)>) -> Result<Book, Box<Rejected>> {
    pipeline::run(|diagnostics| load::from_memory(files, diagnostics))
}
