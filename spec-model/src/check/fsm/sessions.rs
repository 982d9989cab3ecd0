//! What arcs say of the data session fits together.

use super::arcs::place;
use super::{arrow, name, with, written_path};
use crate::analysis::fsm::{Machine, Misfit, MisfitWhy as Why, holds, misfits, sessions};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Edition, Fsm, Operation, Session, SessionEffect};

/// An arc starts a session where none is open, keeps or ends one that is; a state has the same session
/// whichever arc led there.
pub(super) fn effects_fit(fsm: &Fsm, diagnostics: &mut Diagnostics) {
    for Misfit { arc, after, why } in misfits(fsm) {
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
            ))
            .help("write `keeps` if it goes on, or end it on an arc before"),
            (Why::Closed, _) => error(format!(
                "the arc {arrow} needs an open session, and there is none"
            ))
            .help("write `starts saving` or `starts resuming`, or leave the cell empty"),
            (Why::Other(by, there), _) => {
                let error = error(format!(
                    "the arc {arrow} leads to `{state}` with {}, but the state has {}",
                    session(after),
                    session(there)
                ))
                .help("a state has the same session whichever arc led there: mend one of the two `Session` cells");
                match by {
                    Some(by) => error.related(place(by), format!("by this arc, {}", session(there))),
                    None => error.related(fsm.initial.span, "a fresh device has none"),
                }
            }
        });
    }
}

/// In the middle of a sentence.
fn session(session: Option<Session>) -> &'static str {
    match session {
        None => "no session",
        Some(Session::Saving) => "a saving session",
        Some(Session::Resuming) => "a resuming session",
    }
}

/// Data can flow only through an open session of their direction.
pub(super) fn data_need_a_session(edition: &Edition, fsm: &Fsm, diagnostics: &mut Diagnostics) {
    let sessions = sessions(fsm);
    let rows = edition.fd_protocols.iter().flat_map(|it| &it.rows);
    for row in rows.filter(|row| row.callback.is_some()) {
        let fits = |session: Option<Session>| match row.operation.value {
            Operation::Read => session == Some(Session::Saving),
            Operation::Write => session == Some(Session::Resuming),
            _ => session.is_some(),
        };
        let mut states = fsm.states.iter().map(|state| state.value.value);
        let misfit = states.find(|state| {
            let session = sessions.get(state).copied().flatten();
            holds(fsm, &row.when.value, *state) && !fits(session)
        });
        if let Some(state) = misfit {
            let title = format!(
                "in state `{}`, no session is open that `{}` could be about",
                name(fsm, state),
                row.operation.value.name()
            );
            diagnostics.push(
                Diagnostic::error("session-misfit", row.when.span, title)
                    .label("holds in that state")
                    .help("the column `Session` of the `arcs` table says where one is open"),
            );
        }
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
