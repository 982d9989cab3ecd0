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
mod writes;

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
    let mut found = Vec::new();
    guardrails::find(sides, &mut found);
    invariants::find(sides, &mut found);
    for old in &sides.base.editions {
        if let Some(new) = sides.head.edition(&old.name.value) {
            let both = Both { sides, old, new };
            requests::find(&both, &mut found);
            writes::find(&both, &mut found);
            logs::find(&both, &mut found);
        }
    }
    items::find(sides, &mut found);
    found.sort_by_key(|it: &Consequence| std::cmp::Reverse(it.class));
    found
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
