//! What the changes leave as it was, so that it need not be run again. In doubt, it runs.

use spec_model::model::Class;

use crate::change::Change;
use crate::sides::Sides;

/// Tables and [other parts](spec_model::model::OTHER_PARTS) that the system model does not read. It takes
/// editions, their registers, flows, conditions, capabilities and its own tables, and no number of the uAPI.
const OUTSIDE_THE_SYSTEM: &[&str] = &[
    "breaches",
    "chapter",
    "constants",
    "demands",
    "description",
    "guardrails",
    "ioctl",
    "mapping",
    "rule",
    "struct",
    "terms",
    "trace",
    "versions",
];

/// The changes that are more than words for readers.
fn real<'s>(sides: &'s Sides<'_>) -> impl Iterator<Item = &'s Change> {
    let changes = sides.changes.iter();
    changes.filter(|change| change.class > Class::Editorial)
}

/// Whether something is of this edition, or of all.
fn is_of(change: &Change, edition: &str) -> bool {
    let of = change.edition.as_deref();
    of.is_none_or(|of| of == edition)
}

/// Whether the system around the devices of an edition may have become another.
pub(super) fn system(sides: &Sides<'_>, edition: &str) -> bool {
    real(sides).any(|change| {
        is_of(change, edition) && !OUTSIDE_THE_SYSTEM.contains(&change.table.as_str())
    })
}

/// Whether the items in the module of an edition, or in the root, may have become others. Rules are of
/// the root, and named everywhere.
pub(super) fn items(sides: &Sides<'_>, edition: Option<&str>) -> bool {
    real(sides).any(|change| {
        change.edition.is_none()
            || change.table == "rule"
            || edition.is_some_and(|edition| is_of(change, edition))
    })
}

#[cfg(test)]
mod tests {
    use spec_model::model::classed_parts;

    use super::*;

    #[test]
    fn every_part_outside_the_system_is_known() {
        let parts = classed_parts();
        for name in OUTSIDE_THE_SYSTEM {
            assert!(parts.iter().any(|(table, _)| table == name), "{name}");
        }
    }
}
