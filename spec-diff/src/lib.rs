//! Compares two versions of the book as models, and says what a change of the contract does.
//!
//! [`compare`] takes two books that were read: facts are paired (renames and moves are recognised), what
//! differs is judged by the book's own [`classes`](spec_model::model::ClassRow), and both versions are run
//! to see what comes out differently. [`render`] writes the [`Diff`] for people, forges and programs;
//! [`git`] reads a version out of a repository without touching its working tree; [`changelog`] writes the
//! book's next entry.

pub mod change;
pub mod changelog;
pub mod git;
pub mod render;

mod chapters;
mod consequences;
mod meaning;
mod names;
mod pairing;
mod prose;
mod rules;
mod sheet;
mod sides;
mod tables;
mod traces;
mod weights;
mod words;

use spec_model::coverage::Report;
use spec_model::model::Book;

pub use change::{Change, Consequence, Diff, Fact, Place, Test, What};

use sides::Sides;

/// Compares two versions, and runs both. `tests` says which tests name the rules of the new one.
pub fn compare(base: &Book, head: &Book, tests: Option<&Report>) -> Diff {
    let sides = texts(base, head, tests);
    let consequences = consequences::find(&sides);
    Diff {
        consequences,
        ..summed_up(sides)
    }
}

/// Compares the texts alone: nothing is run, so there are no consequences.
pub fn changes(base: &Book, head: &Book, tests: Option<&Report>) -> Diff {
    summed_up(texts(base, head, tests))
}

fn texts<'b>(base: &'b Book, head: &'b Book, tests: Option<&Report>) -> Sides<'b> {
    let mut sides = Sides::new(base, head, tests);
    chapters::find_renames(&mut sides);
    rules::find_renames(&mut sides);
    tables::compare(&mut sides);
    rules::compare(&mut sides);
    chapters::compare(&mut sides);
    prose::compare(&mut sides);
    traces::compare(&mut sides);
    sides.hand_out_follows();
    chapters::nothing_is_left(&mut sides);
    sides
}

fn summed_up(sides: Sides<'_>) -> Diff {
    let mut changes = sides.changes;
    // The order of the book within a class: the sort is stable.
    changes.sort_by_key(|change| std::cmp::Reverse(change.class));
    Diff {
        changes,
        consequences: Vec::new(),
        base_version: sides.base.version(),
        head_version: sides.head.version(),
    }
}
