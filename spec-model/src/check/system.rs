//! The system around the devices: small enough to be tried out, and something that can go wrong.

use super::predicates::constant;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::model::{Definition, Edition, MOST_DEVICES, Observable, Scope};

/// The most states of the register.
const MOST_STATES: usize = 14;
/// The bits that tell states of a machine apart, without the VMM's place in its program; four of each
/// device are its register's.
const ROOM: usize = 52 - 4 * MOST_DEVICES;
/// The bits for what lasts a moment; one of each device is for what the tools know themselves.
const MOMENTS: usize = 64 - MOST_DEVICES;

/// Every check of an edition's system.
pub(super) fn check(edition: &Edition, states: usize, diagnostics: &mut Diagnostics) {
    observables_fit(edition, diagnostics);
    invariants_say_something(edition, diagnostics);
    let system = &edition.system;
    if let (true, Some(first)) = (states > MOST_STATES, system.devices.first()) {
        let title =
            format!("a system of devices with more than {MOST_STATES} states cannot be tried out");
        diagnostics.push(Diagnostic::error("too-many-states", first.name.span, title));
    }
    for variant in &system.variants {
        if variant.devices.len() > MOST_DEVICES {
            let title =
                format!("a machine of more than {MOST_DEVICES} devices cannot be tried out");
            let place = variant.devices[MOST_DEVICES].span;
            diagnostics.push(Diagnostic::error("too-many-devices", place, title));
        }
    }
}

/// What lasts, and what does not, each find room.
fn observables_fit(edition: &Edition, diagnostics: &mut Diagnostics) {
    let rows = || edition.system.observables.iter();
    let kept = rows().filter(|row| matches!(row.definition, Definition::Kept));
    let moments = rows().filter(|row| matches!(row.definition, Definition::Moment));
    let room = ROOM.saturating_sub(edition.conditions.len());
    let without = [beyond(kept, room), beyond(moments, MOMENTS)];
    for row in without.into_iter().flatten() {
        let title = "more observables than a state of three devices has room for";
        let error = Diagnostic::error("too-many-observables", row.name.span, title);
        diagnostics.push(error.help("every state that is tried has to hold them; derive some"));
    }
}

/// The first row that does not find room, each for all devices, pairs, or the machine.
fn beyond<'e>(
    mut rows: impl Iterator<Item = &'e Observable>,
    mut room: usize,
) -> Option<&'e Observable> {
    rows.find(|row| {
        let bits = match row.scope {
            Scope::Device => MOST_DEVICES,
            Scope::Pair => MOST_DEVICES * MOST_DEVICES,
            Scope::Machine => 1,
        };
        let fits = room.checked_sub(bits);
        room = fits.unwrap_or(room);
        fits.is_none()
    })
}

/// A claim about `true` or `false` claims nothing.
fn invariants_say_something(edition: &Edition, diagnostics: &mut Diagnostics) {
    for row in &edition.system.invariants {
        if let Expr::Const(value) = row.predicate.value {
            diagnostics.push(constant(&row.predicate, value, "any system"));
        }
    }
}
