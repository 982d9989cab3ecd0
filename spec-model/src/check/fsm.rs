//! A state machine: arcs that fit the states, one path for each request, sessions that fit the arcs.

use crate::diagnostic::Diagnostics;
use crate::model::{Edition, Fsm};

pub(super) fn check(edition: &Edition, fsm: &Fsm, diagnostics: &mut Diagnostics) {}
