//! Protocol tables: one answer to every access, no phase out of reach.

use crate::map::Map;
use std::hash::Hash;

use super::register::Register;
use super::truth::Truth;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::model::{
    Access, Direction, Edition, FdProtocol, FdRow, FieldAccess, Operation, Protocol, Transition,
};
use crate::source::{Span, Spanned};

/// A row of either kind of protocol.
pub(super) struct Row<'p, K> {
    /// What is accessed, and in which phase.
    key: (K, usize),
    phase: &'p str,
    when: &'p Spanned<Expr>,
    place: Span,
}

/// The rows of a protocol over registers.
pub(super) fn rows<'p>(protocol: &'p Protocol) -> Vec<Row<'p, &'p Access>> {
    let row = |row: &'p Transition| Row {
        key: (&row.access.value, row.from),
        phase: &protocol.phases[row.from].name,
        when: &row.when,
        place: row.access.span,
    };
    protocol.transitions.iter().map(row).collect()
}

/// The rows of a protocol over the data fd.
pub(super) fn fd_rows<'p>(protocol: &'p FdProtocol) -> Vec<Row<'p, Operation>> {
    let row = |row: &'p FdRow| Row {
        key: (row.operation.value, row.from),
        phase: &protocol.phases[row.from].name,
        when: &row.when,
        place: row.operation.span,
    };
    protocol.rows.iter().map(row).collect()
}

/// Every row applies in some state.
pub(super) fn rows_apply<K>(
    rows: &[Row<'_, K>],
    register: &Register<'_>,
    diagnostics: &mut Diagnostics,
) {
    let states = register.valid.or(&register.error);
    for row in rows {
        let truth = register.space.truth(&row.when.value);
        let constant = matches!(row.when.value, Expr::Const(true));
        if !constant && truth.and(&states).first().is_none() {
            diagnostics.push(
                Diagnostic::error(
                    "constant-predicate",
                    row.when.span,
                    "this predicate holds in no state",
                )
                .help("a row that never applies can be left out"),
            );
        }
    }
}

/// No two rows answer the same access in the same phase and state.
pub(super) fn rows_do_not_overlap<K: Eq + Hash>(
    rows: &[Row<'_, K>],
    register: &Register<'_>,
    diagnostics: &mut Diagnostics,
) {
    let states = register.valid.or(&register.error);
    let mut earlier: Map<_, Vec<(&Row<'_, K>, Truth)>> = Map::default();
    for row in rows {
        let truth = register.space.truth(&row.when.value).and(&states);
        let others = earlier.entry(&row.key).or_default();
        for (first, other) in others.iter() {
            if let Some(both) = truth.and(other).first() {
                let title = format!(
                    "two rows answer this access in phase `{}` and state `{}`",
                    row.phase,
                    register.name(both)
                );
                diagnostics.push(
                    Diagnostic::error("overlapping-rows", row.place, title)
                        .related(first.place, "the first row"),
                );
            }
        }
        others.push((row, truth));
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
    let fields: Map<&str, _> = fields
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
    let accesses = edition.protocols.iter().flat_map(|it| &it.transitions);
    let accesses = accesses.map(|row| {
        (
            &row.callback,
            (Some(&row.access.value), None),
            row.access.span,
        )
    });
    let operations = edition.fd_protocols.iter().flat_map(|it| &it.rows);
    let operations = operations.map(|row| {
        (
            &row.callback,
            (None, Some(row.operation.value)),
            row.operation.span,
        )
    });
    let mut first = Map::default();
    for (callback, access, place) in accesses.chain(operations) {
        let Some(callback) = callback else {
            continue;
        };
        let (earlier, earlier_place) = *first
            .entry(callback.value.as_str())
            .or_insert((access, place));
        if earlier != access {
            let title = format!("callback `{}` serves two accesses", callback.value);
            diagnostics.push(
                Diagnostic::error("ambiguous-callback", callback.span, title)
                    .related(earlier_place, "it serves this access")
                    .help("give each access its own callback"),
            );
        }
    }
}
