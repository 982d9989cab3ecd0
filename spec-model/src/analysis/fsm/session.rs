//! Which states have an open data session: the arcs say it.

use std::collections::BTreeMap;

use crate::model::{Fsm, FsmArc, Session, SessionEffect};

/// The session of each state that arcs lead to from the initial one, which has none: which way its data
/// flow, or that none is open.
pub fn sessions(fsm: &Fsm) -> BTreeMap<u32, Option<Session>> {
    let sessions = walk(fsm).into_iter();
    sessions
        .map(|(state, reached)| (state, reached.session))
        .collect()
}

/// A state as the walk found it.
#[derive(Clone, Copy)]
struct Reached<'a> {
    session: Option<Session>,
    /// The arc that led there first; `None` for the initial state.
    by: Option<&'a FsmArc>,
}

/// An arc whose effect on the session does not fit.
pub(crate) struct Misfit<'a> {
    pub(crate) arc: &'a FsmArc,
    /// The session that the arc leads to its end with.
    pub(crate) after: Option<Session>,
    pub(crate) why: Why<'a>,
}

/// In which way it does not fit.
pub(crate) enum Why<'a> {
    /// It starts a session where one is open, or says nothing of one that is open.
    Open,
    /// It keeps or ends a session where none is open.
    Closed,
    /// The state that it leads to has this session by another arc, or as the initial state.
    Other(Option<&'a FsmArc>, Option<Session>),
}

/// Every arc whose effect on the session does not fit.
pub(crate) fn misfits<'a>(fsm: &'a Fsm) -> Vec<Misfit<'a>> {
    let reached = walk(fsm);
    let misfit = |arc: &'a FsmArc| {
        let before = reached.get(&arc.from.value)?.session;
        Some(Misfit {
            arc,
            after: after(arc.session, before),
            why: why(&reached, arc, before)?,
        })
    };
    fsm.arcs.iter().filter_map(misfit).collect()
}

fn why<'a>(
    reached: &BTreeMap<u32, Reached<'a>>,
    arc: &FsmArc,
    before: Option<Session>,
) -> Option<Why<'a>> {
    let other = reached.get(&arc.to.value)?;
    match (arc.session, before) {
        (SessionEffect::None | SessionEffect::Starts(_), Some(_)) => Some(Why::Open),
        (SessionEffect::Keeps | SessionEffect::Ends, None) => Some(Why::Closed),
        _ if after(arc.session, before) != other.session => {
            Some(Why::Other(other.by, other.session))
        }
        _ => None,
    }
}

fn after(effect: SessionEffect, before: Option<Session>) -> Option<Session> {
    match effect {
        SessionEffect::None | SessionEffect::Keeps => before,
        SessionEffect::Starts(session) => Some(session),
        SessionEffect::Ends => None,
    }
}

fn walk(fsm: &Fsm) -> BTreeMap<u32, Reached<'_>> {
    let (session, by) = (None, None);
    let mut reached = BTreeMap::from([(fsm.initial.value, Reached { session, by })]);
    let mut waiting = vec![fsm.initial.value];
    while let Some(state) = waiting.pop() {
        let before = reached[&state].session;
        for arc in fsm.arcs.iter().filter(|arc| arc.from.value == state) {
            reached.entry(arc.to.value).or_insert_with(|| {
                waiting.push(arc.to.value);
                Reached {
                    session: after(arc.session, before),
                    by: Some(arc),
                }
            });
        }
    }
    reached
}
