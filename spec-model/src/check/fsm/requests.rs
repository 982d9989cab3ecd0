//! Requests: each is refused, or has exactly one shortest path.

use super::arcs::place;
use super::{arrow, name, with, written_path};
use crate::analysis::fsm::{Machine, NoPath, ends_hold, holds};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::model::{Fsm, FsmArc};
use crate::source::Spanned;

/// The predicates of a rule for paths can hold and can fail.
pub(super) fn rules_choose(fsm: &Fsm, diagnostics: &mut Diagnostics) {
    let states = || fsm.states.iter().map(|state| state.value.value);
    for rule in &fsm.paths {
        let inside = states().map(|state| holds(fsm, &rule.inside.value, state));
        expect_choice(&rule.inside, inside, "any state", diagnostics);
        let ends = states().flat_map(|from| states().map(move |to| (from, to)));
        let only = ends.map(|(from, to)| ends_hold(fsm, &rule.only_where.value, from, to));
        expect_choice(&rule.only_where, only, "any request", diagnostics);
    }
}

fn expect_choice(
    expr: &Spanned<Expr>,
    values: impl Iterator<Item = bool>,
    over: &str,
    diagnostics: &mut Diagnostics,
) {
    let (mut held, mut failed) = (false, false);
    values.for_each(|value| if value { held = true } else { failed = true });
    if held != failed && !matches!(expr.value, Expr::Const(_)) {
        diagnostics.push(crate::check::predicates::constant(expr, held, over));
    }
}

/// What is refused has no arc: a driver would implement what is never asked of it.
pub(super) fn arcs_are_not_refused(
    fsm: &Fsm,
    machines: &[Machine<'_>],
    diagnostics: &mut Diagnostics,
) {
    for arc in &fsm.arcs {
        let refused = machines.iter().find_map(|machine| {
            machine.arc(arc.from.value, arc.to.value)?;
            let refusal = machine.refuse(arc.from.value, arc.to.value)?;
            Some((machine, refusal))
        });
        if let Some((machine, refusal)) = refused {
            let title = format!(
                "{}, the request that the arc {} answers is refused",
                with(machine.capabilities()),
                arrow(fsm, arc)
            );
            diagnostics.push(
                Diagnostic::error("refused-arc", place(arc), title)
                    .related(refusal.when.span, "refused by this row"),
            );
        }
    }
}

/// On every device, in every state, every request of a state is refused or has exactly one shortest path.
/// Only the first that is not so is reported: one missing arc gives dozens. Requests of the error state
/// are checked with those of what is no state.
pub(super) fn every_request_has_one_path(
    fsm: &Fsm,
    machines: &[Machine<'_>],
    diagnostics: &mut Diagnostics,
) {
    for machine in machines {
        for from in machine.states() {
            for to in fsm
                .states
                .iter()
                .filter(|to| to.value.value != fsm.error.value)
            {
                let (from, to) = (from.value.value, to.value.value);
                let request = format!(
                    "{}, a request of `{}` in state `{}`",
                    with(machine.capabilities()),
                    name(fsm, to),
                    name(fsm, from)
                );
                match machine.path(from, to) {
                    Err(NoPath::Missing) => {
                        return diagnostics.push(missing(fsm, from, &request));
                    }
                    Err(NoPath::Ambiguous(first, second)) => {
                        return diagnostics.push(ambiguous(
                            fsm,
                            machine,
                            [&first, &second],
                            &request,
                        ));
                    }
                    Ok(_) | Err(NoPath::Refused(_)) => {}
                }
            }
        }
    }
}

fn missing(fsm: &Fsm, from: u32, request: &str) -> Diagnostic {
    let title = format!("{request} is not refused, and has no path");
    let place = fsm.state(from).map_or(fsm.span, |state| state.name.span);
    let error = Diagnostic::error("missing-path", place, title);
    let rules = fsm.paths.first().map(|rule| rule.inside.span);
    let error = error.help("declare arcs that lead there, or refuse it in the `refused` table");
    match rules {
        Some(rule) => error.related(rule, "rules for paths may forbid the ways there are"),
        None => error,
    }
}

fn ambiguous(fsm: &Fsm, machine: &Machine<'_>, paths: [&[u32]; 2], request: &str) -> Diagnostic {
    let [first, second] = paths.map(|path| written_path(fsm, path));
    let title = format!("{request} has two shortest paths: {first}, and {second}");
    let arcs = paths.map(|path| {
        let arcs = path
            .windows(2)
            .filter_map(|ends| machine.arc(ends[0], ends[1]));
        arcs.collect::<Vec<&FsmArc>>()
    });
    let mut parting = arcs[0].iter().zip(&arcs[1]);
    let parting = parting.find(|(first, second)| !std::ptr::eq(**first, **second));
    let place_of = |arc: Option<&FsmArc>| arc.map_or(fsm.span, place);
    Diagnostic::error(
        "ambiguous-path",
        place_of(parting.map(|(arc, _)| *arc)),
        title,
    )
    .label("the first path takes this arc")
    .related(
        place_of(parting.map(|(_, arc)| *arc)),
        "the second one this",
    )
    .help("say in the `paths` table which states may lie inside")
}
