//! Writes the model in other languages.
//!
//! [`rust::tokens`] is what the macro expands to: the uAPI as Rust items, one file here for each group of
//! items. `pretty` prints the same as a stand-alone file, `json` writes the whole model as data; both are
//! features, for the macro needs neither. `c` prints both editions as one header, `dot` the states as diagrams.
//!
//! To add another generated group: a file in `rust/`, and a line in the list in `rust.rs`.

pub mod c;
mod condition;
mod doc;
pub mod dot;
mod ident;
mod items;
mod names;
pub mod rust;

pub use items::{Item, items};

#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "pretty")]
pub mod pretty;
