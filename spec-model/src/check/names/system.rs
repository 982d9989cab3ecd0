//! Names of the system around the devices.

use super::{Case, Namespace};
use crate::analysis::{self, Register};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{ABSENT, Edition, PREFIXES, REACHES, STREAM_LOST};
use crate::source::Spanned;

/// Observables differ from everything that predicates can name; the rest is unique among its own.
pub(super) fn names(edition: &Edition, diagnostics: &mut Diagnostics) {
    observables(edition, diagnostics);
    let system = &edition.system;
    let mut list = |what, names: Vec<&Spanned<String>>| {
        let mut namespace = Namespace::new(diagnostics, &["barriers", "instead", "order"]);
        for name in names {
            // A move that is named after a condition has the condition's capitals.
            let condition = edition
                .conditions
                .iter()
                .any(|it| it.name.value == name.value);
            let case = if condition {
                Case::Foreign
            } else {
                Case::Lower
            };
            namespace.declare(what, case, name);
        }
    };
    list(
        "device",
        system.devices.iter().map(|row| &row.name).collect(),
    );
    list("move", system.moves.iter().map(|row| &row.name).collect());
    list(
        "invariant",
        system.invariants.iter().map(|row| &row.name).collect(),
    );
    list(
        "variant",
        system.variants.iter().map(|row| &row.name).collect(),
    );
}

fn observables(edition: &Edition, diagnostics: &mut Diagnostics) {
    let mut names = Namespace::new(diagnostics, &[ABSENT, REACHES, STREAM_LOST]);
    let register = analysis::register(edition);
    let predicates = register.into_iter().flat_map(Register::predicates);
    let behaviours = register.into_iter().flat_map(Register::behaviours);
    let known = (predicates.map(|row| ("predicate", &row.name)))
        .chain(behaviours.map(|row| ("behaviour", &row.name)))
        .chain(
            edition
                .capabilities
                .iter()
                .map(|row| ("capability", &row.name)),
        )
        .chain(edition.properties.iter().map(|row| ("property", &row.name)))
        .chain(
            edition
                .consequences
                .iter()
                .map(|row| ("consequence", &row.name)),
        );
    for (what, name) in known {
        // Two equal names among these are reported elsewhere, or meant.
        let first = names.first.entry(&name.value);
        first.or_insert((what, Some(name.span)));
    }
    for row in &edition.system.observables {
        names.declare("system observable", Case::Lower, &row.name);
        let prefix = PREFIXES
            .iter()
            .find(|prefix| row.name.value.starts_with(**prefix));
        if let Some(prefix) = prefix {
            let title = format!(
                "an observable cannot begin with `{prefix}`: that asks it of another device"
            );
            let error = Diagnostic::error("reserved-name", row.name.span, title);
            names.diagnostics.push(error);
        }
    }
}
