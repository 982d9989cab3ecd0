//! What arcs say of the data session fits together.

use super::arcs::place;
use super::{arrow, name};
use crate::analysis::fsm::{Misfit, MisfitWhy as Why, misfits};
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
