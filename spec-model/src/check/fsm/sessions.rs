//! What arcs say of the data session fits together.

use super::arcs::place;
use super::{arrow, name, with, written_path};
use crate::analysis::fsm::{Machine, Misfit, MisfitWhy as Why, misfits};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Fsm, SessionEffect};

/// An arc starts a session where none is open, keeps or ends one that is; a state has the same session
/// whichever arc led there.
pub(super) fn effects_fit(fsm: &Fsm, diagnostics: &mut Diagnostics) {
    for Misfit { arc, why } in misfits(fsm) {
        let arrow = arrow(fsm, arc);
        let state = name(fsm, arc.to.value);
        let error = |title: String| Diagnostic::error("session-misfit", place(arc), title);
        diagnostics.push(match (why, arc.session) {
            (Why::Open, SessionEffect::None) => error(format!(
                "the arc {arrow} does not say what becomes of the open session"
            ))
            .help("write `keeps` or `ends`"),
            (Why::Open, _) => error(format!(
                "the arc {arrow} starts a session where one is open"
            )),
            (Why::Closed, _) => error(format!(
                "the arc {arrow} needs an open session, and there is none"
            )),
            (Why::Other(Some(other)), _) => error(format!(
                "the arc {arrow} leads to `{state}` with another session than another arc"
            ))
            .related(place(other), "this one"),
            (Why::Other(None), _) => error(format!(
                "the arc {arrow} leads to `{state}` with an open session, and a fresh device has none there"
            ))
            .related(fsm.initial.span, "the initial state"),
        });
    }
}

/// Only the last arc of a path starts a session: a request gives back one file descriptor. Reports the
/// first path that does otherwise.
pub(super) fn sessions_begin_at_the_end(
    fsm: &Fsm,
    machines: &[Machine<'_>],
    diagnostics: &mut Diagnostics,
) {
    let states = || fsm.states.iter().map(|state| state.value.value);
    for machine in machines {
        for (from, to) in states().flat_map(|from| states().map(move |to| (from, to))) {
            let path = machine.path(from, to).unwrap_or_default();
            let inner = path.windows(2).take(path.len().saturating_sub(2));
            let mut arcs = inner.filter_map(|ends| machine.arc(ends[0], ends[1]));
            let starts = |arc: &_| matches!(arc, SessionEffect::Starts(_));
            let Some(arc) = arcs.find(|arc| starts(&arc.session)) else {
                continue;
            };
            let title = format!(
                "{}, the path {} starts a session on the way",
                with(machine.capabilities()),
                written_path(fsm, &path)
            );
            return diagnostics.push(
                Diagnostic::error("session-misfit", place(arc), title)
                    .label("this arc starts it")
                    .help("say in the `paths` table which states may lie inside"),
            );
        }
    }
}
