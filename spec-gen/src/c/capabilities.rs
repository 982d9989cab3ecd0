//! Capabilities as flags.

use spec_model::model::{Capability, Edition};

use super::comment::words;
use super::{Cx, constants, number};

pub(super) fn generate(cx: &Cx<'_>) -> String {
    let rows = cx.edition.capabilities.iter().map(|row| {
        let name = cx.names.capabilities.get(&row.name.value);
        let without = format!("Without it: {}.", words(&row.without.value));
        let required = if row.required {
            "Every device has it."
        } else {
            ""
        };
        let comment = constants::comment(name, &row.meaning.value)
            .paragraph(&without)
            .paragraph(required)
            .origin(cx.book, row.name.span);
        constants::define(comment, name, &number::flags(flag(cx.edition, row)))
    });
    rows.collect()
}

/// The bit that devices announce; where they announce none, bits of our own in the order of the book.
pub(super) fn flag(edition: &Edition, row: &Capability) -> u64 {
    if let Some(flag) = &row.flag {
        return flag.value;
    }
    let mut rows = edition.capabilities.iter();
    let place = rows.position(|it| it.name.value == row.name.value);
    place.map_or(0, |place| 1u64.checked_shl(place as u32).unwrap_or(0))
}
