//! Arcs: each between two states that a device can be in, each once.

use super::{arrow, name, with};
use crate::analysis::fsm::{Machine, supported};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::map::Map;
use crate::model::{Fsm, FsmArc};
use crate::source::Span;

/// An arc leads from one state to another, and neither is the error state.
pub(super) fn arcs_lead_somewhere(fsm: &Fsm, diagnostics: &mut Diagnostics) {
    for arc in &fsm.arcs {
        if arc.from.value == arc.to.value {
            let title = format!(
                "an arc from `{}` to itself: a request of the state that is does nothing",
                name(fsm, arc.from.value)
            );
            diagnostics.push(Diagnostic::error("bad-arc", arc.to.span, title));
        }
        for end in [&arc.from, &arc.to] {
            if end.value == fsm.error.value {
                let title = "no arc leads into the error state, and none out of it";
                diagnostics.push(
                    Diagnostic::error("bad-arc", end.span, title)
                        .related(fsm.error.span, "declared here")
                        .help("errors and events lead there, events lead out"),
                );
            }
        }
    }
}

/// No two arcs have the same ends.
pub(super) fn arcs_are_unique(fsm: &Fsm, diagnostics: &mut Diagnostics) {
    let mut first: Map<(u32, u32), &FsmArc> = Map::default();
    for arc in &fsm.arcs {
        let ends = (arc.from.value, arc.to.value);
        let earlier = *first.entry(ends).or_insert(arc);
        if !std::ptr::eq(earlier, arc) {
            let title = format!("arc {} declared twice", arrow(fsm, arc));
            diagnostics.push(
                Diagnostic::error("duplicate-arc", place(arc), title)
                    .related(place(earlier), "first declared here")
                    .help("say all of what it needs in one row"),
            );
        }
    }
}

/// Both ends of an arc, in the row.
pub(super) fn place(arc: &FsmArc) -> Span {
    Span {
        start: arc.from.span.start.min(arc.to.span.start),
        end: arc.from.span.end.max(arc.to.span.end),
        ..arc.from.span
    }
}

/// What an arc needs is there on some devices and missing on others.
pub(super) fn needs_choose(fsm: &Fsm, sets: &[Vec<&str>], diagnostics: &mut Diagnostics) {
    for arc in &fsm.arcs {
        let holds = |set: &&Vec<&str>| arc.needs.value.eval(&|name| set.contains(&name));
        let count = sets.iter().filter(holds).count();
        let title = match count {
            0 => "no device has what this arc needs",
            count if count == sets.len() => "every device has what this arc needs",
            _ => continue,
        };
        if !matches!(arc.needs.value, Expr::Const(true)) {
            diagnostics.push(
                Diagnostic::error("constant-predicate", arc.needs.span, title)
                    .label(format!("always {}", count != 0))
                    .help("the cell of an arc that every device has is empty"),
            );
        }
    }
}

/// A device that has an arc can be in the states at both ends.
pub(super) fn ends_exist(fsm: &Fsm, machines: &[Machine<'_>], diagnostics: &mut Diagnostics) {
    for arc in &fsm.arcs {
        let lacks = |machine: &&Machine<'_>, end: u32| {
            let has = machine.arcs().iter().any(|it| std::ptr::eq(*it, arc));
            has && !supported(fsm, machine.capabilities(), end)
        };
        for end in [&arc.from, &arc.to] {
            let Some(machine) = machines.iter().find(|machine| lacks(machine, end.value)) else {
                continue;
            };
            let title = format!(
                "a device {} has the arc {}, and no state `{}`",
                with(machine.capabilities()),
                arrow(fsm, arc),
                name(fsm, end.value)
            );
            let error = Diagnostic::error("arc-without-state", end.span, title);
            let state = fsm.state(end.value);
            let needs = state.and_then(|state| state.needs.first().zip(state.needs.last()));
            diagnostics.push(match needs {
                Some((first, last)) => error
                    .related(
                        Span {
                            end: last.span.end,
                            ..first.span
                        },
                        "the state needs this",
                    )
                    .help("an arc needs at least what the states at its ends need"),
                None => error,
            });
        }
    }
}
