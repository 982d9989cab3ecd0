//! Every state and every arc of a device is used: something leads there, and back.

use super::arcs::place;
use super::{arrow, name, with};
use crate::analysis::fsm::Machine;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Edition, FaultAfter, Fsm};

/// A fresh device is in a state that every device has.
pub(super) fn initial_state_is_always_there(
    fsm: &Fsm,
    machines: &[Machine<'_>],
    diagnostics: &mut Diagnostics,
) {
    let lacks = |machine: &&Machine<'_>| {
        !machine
            .states()
            .any(|it| it.value.value == fsm.initial.value)
    };
    if let Some(machine) = machines.iter().find(lacks) {
        let title = format!(
            "a device {} has no state `{}` to begin in",
            with(machine.capabilities()),
            name(fsm, fsm.initial.value)
        );
        diagnostics.push(Diagnostic::error(
            "invalid-initial",
            fsm.initial.span,
            title,
        ));
    }
}

/// Every state that a device can be in is reached from the initial one, by arcs, and left for it, by
/// arcs or events.
pub(super) fn states_are_connected(
    edition: &Edition,
    fsm: &Fsm,
    machines: &[Machine<'_>],
    diagnostics: &mut Diagnostics,
) {
    let events = edition
        .events
        .iter()
        .filter_map(|event| event.after.as_ref());
    let events: Vec<u32> = events.map(|after| after.value).collect();
    let (initial, error) = (fsm.initial.value, fsm.error.value);
    let fails = events.contains(&error)
        || edition
            .faults
            .iter()
            .any(|fault| fault.after == FaultAfter::Error);
    for state in &fsm.states {
        let state_value = state.value.value;
        let mut having = machines
            .iter()
            .filter(|machine| machine.states().any(|it| it.value.value == state_value));
        let lost = having.find_map(|machine| {
            let forward = |from, to| machine.arc(from, to).is_some();
            let back = |to, from| forward(from, to) || events.contains(&to);
            let reached = closure(fsm, initial, &forward).contains(&state_value);
            let reached = reached || (state_value == error && fails);
            let returns = closure(fsm, initial, &back).contains(&state_value);
            match (reached, returns) {
                // A book may know an error state and nothing that leads there.
                (false, _) if state_value != error => Some((machine, "reached from")),
                (true, false) => Some((machine, "left for")),
                _ => None,
            }
        });
        if let Some((machine, what)) = lost {
            let title = format!(
                "{}, state `{}` can never be {what} `{}`",
                with(machine.capabilities()),
                state.name.value,
                name(fsm, initial)
            );
            let error = Diagnostic::error("unreachable-state", state.name.span, title);
            diagnostics.push(error.help("by arcs of such a device; an event may lead back"));
        }
    }
}

fn closure(fsm: &Fsm, from: u32, step: &dyn Fn(u32, u32) -> bool) -> Vec<u32> {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(&state) = reached.get(next) {
        next += 1;
        let states = fsm.states.iter().map(|it| it.value.value);
        let more: Vec<u32> = states
            .filter(|new| !reached.contains(new) && step(state, *new))
            .collect();
        reached.extend(more);
    }
    reached
}

/// Some device can take each arc.
pub(super) fn arcs_are_reachable(
    fsm: &Fsm,
    machines: &[Machine<'_>],
    diagnostics: &mut Diagnostics,
) {
    for arc in &fsm.arcs {
        let takes = |machine: &Machine<'_>| {
            let forward = |from, to| machine.arc(from, to).is_some();
            machine.arc(arc.from.value, arc.to.value).is_some()
                && closure(fsm, fsm.initial.value, &forward).contains(&arc.from.value)
        };
        if !machines.iter().any(takes) {
            let title = format!("no device can ever take the arc {}", arrow(fsm, arc));
            diagnostics.push(
                Diagnostic::error("unreachable-arc", place(arc), title)
                    .label("nothing leads to its first state on a device that has it"),
            );
        }
    }
}
