//! The door between the book and Rust: one macro, [`spec!`].
//!
//! The work is done by `spec-model` (reads the book) and `spec-gen` (writes Rust); here the path is found, mistakes
//! are handed to the compiler, and the chapters are made known to it.

mod expand;
mod fallback;
mod locate;
mod report;

use proc_macro::TokenStream;

/// Becomes the generated uAPI of the book whose SUMMARY.md is named.
///
/// ```ignore
/// spec_macros::spec!("../book/SUMMARY.md");
/// ```
///
/// The path is relative to the file that holds the call, as with `include_str!`. Every chapter is tracked: an edit
/// builds anew. Each mistake in the book is one error whose text begins with its place, `book/v1/state.md:12:5`.
#[proc_macro]
pub fn spec(input: TokenStream) -> TokenStream {
    expand::expand(input.into()).into()
}
