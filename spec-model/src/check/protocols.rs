//! Protocol tables: one answer to every access, no phase out of reach.

use std::collections::HashMap;

use super::register::Register;
use super::truth::Truth;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Access, Direction, Edition, FieldAccess, Protocol, Transition};

/// Every row applies in some state.
pub(super) fn rows_apply(
    protocol: &Protocol,
    register: &Register<'_>,
    diagnostics: &mut Diagnostics,
) {
    let states = register.valid.or(&register.error);
    for transition in &protocol.transitions {
        let truth = register.space.truth(&transition.when.value);
        let constant = matches!(transition.when.value, crate::expr::Expr::Const(true));
        if !constant && truth.and(&states).first().is_none() {
            diagnostics.push(
                Diagnostic::error(
                    "constant-predicate",
                    transition.when.span,
                    "this predicate holds in no state",
                )
                .help("a row that never applies can be left out"),
            );
        }
    }
}

/// No two rows answer the same access in the same phase and state.
pub(super) fn rows_do_not_overlap(
    protocol: &Protocol,
    register: &Register<'_>,
    diagnostics: &mut Diagnostics,
) {
    let states = register.valid.or(&register.error);
    let mut earlier: HashMap<(&Access, usize), Vec<(&Transition, Truth)>> = HashMap::new();
    for transition in &protocol.transitions {
        let truth = register.space.truth(&transition.when.value).and(&states);
        let rows = earlier
            .entry((&transition.access.value, transition.from))
            .or_default();
        for (first, other) in rows.iter() {
            if let Some(both) = truth.and(other).first() {
                let phase = &protocol.phases[transition.from].name;
                let title = format!(
                    "two rows answer this access in phase `{phase}` and state `{}`",
                    register.name(both)
                );
                diagnostics.push(
                    Diagnostic::error("overlapping-rows", transition.access.span, title)
                        .related(first.access.span, "the first row"),
                );
            }
        }
        rows.push((transition, truth));
    }
}

/// Every phase can be reached from the first one.
pub(super) fn phases_are_reachable(protocol: &Protocol, diagnostics: &mut Diagnostics) {
    let mut reached = vec![false; protocol.phases.len()];
    let mut open = vec![0];
    while let Some(phase) = open.pop() {
        match reached.get_mut(phase) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        open.extend(
            protocol
                .transitions
                .iter()
                .filter(|row| row.from == phase)
                .map(|row| row.to),
        );
    }
    for (phase, _) in protocol
        .phases
        .iter()
        .zip(reached)
        .filter(|(_, reached)| !reached)
    {
        let title = format!(
            "phase `{}` can never be reached from `{}`",
            phase.name, protocol.phases[0].name
        );
        diagnostics.push(
            Diagnostic::error("unreachable-phase", phase.span, title)
                .help("a protocol begins in the phase that its table names first"),
        );
    }
}

/// A register is accessed as its struct allows.
pub(super) fn accesses_are_allowed(
    protocol: &Protocol,
    edition: &Edition,
    diagnostics: &mut Diagnostics,
) {
    let fields = edition
        .structs
        .iter()
        .filter(|s| s.name.value == protocol.of.value)
        .flat_map(|s| &s.fields);
    let fields: HashMap<&str, _> = fields
        .map(|field| (field.name.value.as_str(), field))
        .collect();
    for transition in &protocol.transitions {
        let access = &transition.access.value;
        let Some(field) = fields.get(access.register.as_str()) else {
            continue;
        };
        let allowed = match access.direction {
            Direction::Read => matches!(field.access, FieldAccess::Read | FieldAccess::ReadWrite),
            Direction::Write => matches!(field.access, FieldAccess::Write | FieldAccess::ReadWrite),
        };
        if !allowed {
            let verb = if access.direction == Direction::Read {
                "read"
            } else {
                "written"
            };
            let title = format!("`{}` cannot be {verb}", access.register);
            diagnostics.push(
                Diagnostic::error("access-not-allowed", transition.access.span, title)
                    .related(field.name.span, "its `Access` is declared in this row"),
            );
        }
    }
}

/// A callback serves one access: it has one signature.
pub(super) fn callbacks_serve_one_access(edition: &Edition, diagnostics: &mut Diagnostics) {
    let mut first: HashMap<&str, &Transition> = HashMap::new();
    for transition in edition
        .protocols
        .iter()
        .flat_map(|protocol| &protocol.transitions)
    {
        let Some(callback) = &transition.callback else {
            continue;
        };
        let earlier = first.entry(&callback.value).or_insert(transition);
        if earlier.access.value != transition.access.value {
            let title = format!("callback `{}` serves two accesses", callback.value);
            diagnostics.push(
                Diagnostic::error("ambiguous-callback", callback.span, title)
                    .related(earlier.access.span, "it serves this access")
                    .help("give each access its own callback"),
            );
        }
    }
}
