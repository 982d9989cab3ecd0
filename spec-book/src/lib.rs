//! The site: an mdBook preprocessor that works from the model of the book.
//!
//! It changes chapters by the spans that the model gives and never looks at Markdown itself. What it
//! adds is HTML made by the elements of `html`, which escape; `page` lists the passes in order. [`Spec`] gives
//! mdBook all of it; with [`Parts`], mdBook has the text alone, and the pages are completed last.

mod describe;
mod draw;
mod drawings;
mod edit;
mod flows;
mod html;
mod links;
mod moves;
mod page;
mod parts;
mod prose;
mod rows;
mod rules;
mod script;
mod show;
mod site;
mod tables;
mod terms;
mod tests_of;
mod variants;

pub use page::{Site, render};
pub use parts::{Parts, Text};
pub use site::Spec;
pub use tests_of::Tests;
