//! The report, for people, forges and programs.

pub(crate) mod escape;
mod github;
mod inline;
mod json;
mod markdown;
mod mermaid;
mod text;
mod verdict;

pub use github::github;
pub use json::json;
pub use markdown::{MOST_CHARACTERS, markdown};
pub use text::text;
pub use verdict::Verdict;

use crate::change::{Change, Consequence};

/// What is compared, in the words of whoever asked.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// `the merge base with main, 1a2b3c4`
    pub base: String,
    /// `the working tree`
    pub head: String,
}

/// `v2 states STOP, Value`: what a change is about, in one line.
pub(crate) fn headline(change: &Change) -> String {
    let mut words: Vec<String> = change.edition.iter().cloned().collect();
    words.push(change.table.clone());
    words.extend(change.name.clone());
    let part = match change.part.as_str() {
        "row" | "table" | "prose" | "more" => None,
        "order" => Some("order of rows"),
        part => Some(part),
    };
    let subject = Some(change.subject.as_str()).filter(|subject| !subject.is_empty());
    words.extend(match (subject, part) {
        (Some(subject), Some(part)) => Some(format!("{subject}, {part}")),
        (subject, part) => subject.or(part).map(str::to_owned),
    });
    words.join(" ")
}

/// `v2 request RUNNING → STOP_COPY`
pub(crate) fn consequence_headline(it: &Consequence) -> String {
    let words = it.edition.iter().map(String::as_str);
    let words = words.chain([it.table.as_str(), it.subject.as_str()]);
    words.collect::<Vec<_>>().join(" ")
}

/// `1 change`, `3 changes`
pub(crate) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
