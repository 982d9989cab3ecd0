//! The system around the devices: small enough to be tried out, and something that can go wrong.

use super::predicates::constant;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::model::{Definition, Edition, Observable, Scope};

/// The most observables that are kept, of each scope: what a packed state has room for.
const MOST: [(Scope, usize); 3] = [(Scope::Device, 11), (Scope::Pair, 4), (Scope::Machine, 20)];
/// The most devices in a machine that is tried.
const MOST_DEVICES: usize = 3;
/// The most states of the register.
const MOST_STATES: usize = 14;

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

fn observables_fit(edition: &Edition, diagnostics: &mut Diagnostics) {
    for (scope, most) in MOST {
        let kept = |row: &&Observable| {
            row.scope == scope && !matches!(row.definition, Definition::Derived(_))
        };
        let mut kept = edition.system.observables.iter().filter(kept);
        if let Some(row) = kept.nth(most) {
            let title = format!(
                "more than {most} observables of scope `{}` that are kept",
                scope.name()
            );
            let error = Diagnostic::error("too-many-observables", row.name.span, title);
            diagnostics.push(error.help("every state that is tried has to hold them; derive some"));
        }
    }
}

/// A claim about `true` or `false` claims nothing.
fn invariants_say_something(edition: &Edition, diagnostics: &mut Diagnostics) {
    for row in &edition.system.invariants {
        if let Expr::Const(value) = row.predicate.value {
            diagnostics.push(constant(&row.predicate, value, "any system"));
        }
    }
}
