//! Runs both versions, and finds what comes out differently.
//!
//! To add another: a file here, a line in [`find`], and its part in
//! [`OTHER_PARTS`](spec_model::model::OTHER_PARTS).

mod devices;
mod grouped;
mod guardrails;
mod invariants;
mod items;
mod logs;
mod requests;
mod touched;
mod writes;

use std::panic::resume_unwind;

use spec_model::model::{Class, Edition};

use crate::change::{Consequence, What};
use crate::sides::{Plain, Sides};

/// Everything that follows, the heaviest first.
pub(crate) fn find(sides: &Sides<'_>) -> Vec<Consequence> {
    if sides
        .changes
        .iter()
        .all(|change| change.class == Class::Editorial)
    {
        // Words for readers are no part of any model.
        return Vec::new();
    }
    let parts: [fn(&Sides<'_>, &mut Vec<Consequence>); _] =
        [guardrails::find, invariants::find, editions, items::find];
    let mut found: Vec<Consequence> = std::thread::scope(|scope| {
        let run = |part: fn(&Sides<'_>, &mut Vec<Consequence>)| {
            scope.spawn(move || {
                let mut found = Vec::new();
                part(sides, &mut found);
                found
            })
        };
        let running = parts.map(run);
        let found = running.map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
        found.into_iter().flatten().collect()
    });
    found.sort_by_key(|it| std::cmp::Reverse(it.class));
    found
}

/// What devices do, edition by edition.
fn editions(sides: &Sides<'_>, found: &mut Vec<Consequence>) {
    for old in &sides.base.editions {
        if let Some(new) = sides.head.edition(&old.name.value) {
            let both = Both { sides, old, new };
            requests::find(&both, found);
            writes::find(&both, found);
            logs::find(&both, found);
        }
    }
}

/// One edition in both versions.
#[derive(Clone, Copy)]
pub(crate) struct Both<'s, 'b> {
    pub(crate) sides: &'s Sides<'b>,
    pub(crate) old: &'b Edition,
    pub(crate) new: &'b Edition,
}

impl Both<'_, '_> {
    pub(crate) fn name(&self) -> &str {
        &self.new.name.value
    }

    /// An old name as the new version has it.
    pub(crate) fn renamed(&self, name: &str) -> String {
        self.sides.renames.name(Some(self.name()), name)
    }
}

/// What came out, before and after.
pub(crate) struct Outcome {
    pub(crate) subject: String,
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
    pub(crate) devices: Vec<String>,
    /// Which devices these are, for people.
    pub(crate) on: Option<String>,
}

/// Judges what was found.
pub(crate) fn judged(
    sides: &Sides<'_>,
    edition: Option<&str>,
    (table, part): (&str, &str),
    what: What,
    outcome: Outcome,
) -> Consequence {
    let weight = sides.weights.of(table, part, what);
    let (class, because) = weight.class(&Plain { binding: true });
    let words = edition.into_iter().chain([table]);
    let words: Vec<&str> = words.chain([outcome.subject.as_str()]).collect();
    Consequence {
        id: words.join("/").replace(" → ", ">").replace(' ', "-"),
        table: table.to_owned(),
        part: part.to_owned(),
        what,
        kind: weight.kind(class),
        class,
        edition: edition.map(str::to_owned),
        subject: outcome.subject,
        before: outcome.before,
        after: outcome.after,
        devices: outcome.devices,
        on: outcome.on,
        because,
    }
}
