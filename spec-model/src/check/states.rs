//! The states of a register: predicates that say something, writes that are answered, states that
//! can be reached and left.

use super::predicates::expect_choice;
use super::register::Register;
use crate::analysis;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{ActionTable, Edition, FaultAfter, OrderStatus};
use crate::source::Span;

/// Every predicate over the register can hold and can fail.
pub(super) fn predicates_choose(register: &Register<'_>, diagnostics: &mut Diagnostics) {
    let predicates = register.register.predicates().iter();
    let predicates = predicates.map(|row| &row.holds);
    let behaviours = register.register.behaviours().iter();
    let behaviours = behaviours.map(|row| &row.holds);
    let groups = actions(register).iter().flat_map(|table| &table.actions);
    let groups = groups.map(|action| &action.group);
    for expr in predicates.chain(behaviours).chain(groups) {
        expect_choice(
            expr,
            &register.space,
            "any value of the register",
            diagnostics,
        );
    }
    for (refusal, _) in &register.refusals {
        expect_choice(
            &refusal.when,
            &register.refusal_space,
            "any write",
            diagnostics,
        );
    }
}

/// The tables of actions, in a register of bits.
fn actions<'f>(register: &Register<'f>) -> &'f [ActionTable] {
    match register.register {
        analysis::Register::Bits(field) => &field.actions,
        analysis::Register::Fsm(_) => &[],
    }
}

/// One value satisfies `error`, none of the valid ones; the initial value is valid.
pub(super) fn error_is_one_state(register: &Register<'_>, diagnostics: &mut Diagnostics) {
    let place = |name: &str| predicate(register, name);
    if let Some(at) = place("error") {
        let count = register.error.count();
        if count > 1 {
            let title = format!("`error` holds for {count} values, and must name one");
            diagnostics.push(Diagnostic::error("ambiguous-error", at, title));
        }
        if let Some(both) = register.error.and(&register.valid).first() {
            let title = format!("`{}` is both `valid` and `error`", register.bits(both));
            let error = Diagnostic::error("valid-error", at, title)
                .help("the error state cannot be written");
            diagnostics.push(match place("valid") {
                Some(valid) => error.related(valid, "`valid` holds there too"),
                None => error,
            });
        }
    }
    if !register.valid.holds(register.initial()) {
        let value = register.bits(register.initial());
        let title = format!("the initial value `{value}` is not valid");
        let place = match register.register {
            analysis::Register::Bits(field) => field.initial.span,
            analysis::Register::Fsm(fsm) => fsm.initial.span,
        };
        diagnostics.push(Diagnostic::error("invalid-initial", place, title));
    }
}

fn predicate(register: &Register<'_>, name: &str) -> Option<Span> {
    register
        .register
        .predicates()
        .iter()
        .find(|row| row.name.value == name)
        .map(|row| row.holds.span)
}

/// Every write of a value that is not valid is refused.
pub(super) fn invalid_is_refused(register: &Register<'_>, diagnostics: &mut Diagnostics) {
    let invalid = register
        .values()
        .filter(|&value| !register.valid.holds(value));
    for new in invalid {
        if let Some(old) = register
            .states()
            .find(|&old| register.refuse(old, new, false).is_none())
        {
            return diagnostics.push(not_refused(register, old, new));
        }
    }
}

fn not_refused(register: &Register<'_>, old: usize, new: usize) -> Diagnostic {
    let is_error = register.error.holds(new);
    let (old, new) = (register.name(old), register.bits(new));
    let (what, row) = match register.register {
        analysis::Register::Bits(_) => ("which is not valid", "!valid"),
        analysis::Register::Fsm(_) if is_error => ("the error state", new.as_str()),
        analysis::Register::Fsm(_) => ("which is no state", "unknown"),
    };
    let asking = register.asking();
    let title = format!("{asking} `{new}`, {what}, is not refused in state `{old}`");
    Diagnostic::error("invalid-not-refused", register.register.name().span, title)
        .help(format!("add a row to the `refused` table, such as `{row}`"))
}

/// Every state can be reached from the initial one, and the initial one from every state.
pub(super) fn states_are_connected(
    register: &Register<'_>,
    edition: &Edition,
    diagnostics: &mut Diagnostics,
) {
    let states: Vec<usize> = register.states().collect();
    let initial = register.initial();
    let events: Vec<usize> = edition
        .events
        .iter()
        .filter_map(|event| event.after.as_ref())
        .map(|state| register.pack(state.value))
        .collect();
    let error = register.error.first();
    let fails = edition
        .faults
        .iter()
        .any(|fault| fault.after == FaultAfter::Error);
    let step = |old: usize, new: usize| {
        let write =
            register.valid.holds(new) && old != new && register.refuse(old, new, false).is_none();
        write || events.contains(&new) || (fails && error == Some(new))
    };
    let reached = closure(&states, initial, &step);
    let returns = closure(&states, initial, &|new, old| step(old, new));
    for &state in &states {
        let what = match (reached.contains(&state), returns.contains(&state)) {
            // A book may know an error state and nothing that leads there.
            (false, _) if error == Some(state) => continue,
            (false, _) => "reached from",
            (true, false) => "left for",
            (true, true) => continue,
        };
        let (state, initial) = (register.name(state), register.name(initial));
        let title = format!("state `{state}` can never be {what} `{initial}`");
        let place = predicate(register, "valid").unwrap_or(register.register.name().span);
        diagnostics.push(
            Diagnostic::error("unreachable-state", place, title)
                .label("valid by this")
                .help("by writes that no row of `refused` refuses, by events, or by errors"),
        );
    }
}

fn closure(states: &[usize], from: usize, step: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(&state) = reached.get(next) {
        next += 1;
        let more: Vec<usize> = states
            .iter()
            .copied()
            .filter(|&new| !reached.contains(&new) && step(state, new))
            .collect();
        reached.extend(more);
    }
    reached
}

/// Exactly one table of actions is adopted.
pub(super) fn one_order_is_adopted(register: &Register<'_>, diagnostics: &mut Diagnostics) {
    let name = register.register.name();
    let mut adopted = actions(register)
        .iter()
        .filter(|table| table.status == OrderStatus::Adopted);
    let Some(first) = adopted.next() else {
        let title = format!("no `actions` table of `{}` is adopted", name.value);
        let error = Diagnostic::error("missing-table", name.span, title);
        return diagnostics.push(error.help("give one of them `status=adopted`"));
    };
    for more in adopted {
        diagnostics.push(
            Diagnostic::error(
                "duplicate-table",
                more.name.span,
                "a second order of actions is adopted",
            )
            .related(first.name.span, "the first one")
            .help("give the others `status=proposed`"),
        );
    }
}

/// A layout places every state once, on a place of its own.
pub(super) fn layout_places_states(register: &Register<'_>, diagnostics: &mut Diagnostics) {
    let Some(layout) = register.register.layout() else {
        return;
    };
    for (index, place) in layout.places.iter().enumerate() {
        let packed = register.pack(place.state.value);
        let name = register.name(packed);
        if !register.valid.holds(packed) && !register.error.holds(packed) {
            let title = format!("`{name}` is no state of the register");
            diagnostics.push(Diagnostic::error("unknown-state", place.state.span, title));
        }
        for earlier in &layout.places[..index] {
            let title = if earlier.state.value == place.state.value {
                format!("state `{name}` placed twice")
            } else if (earlier.column, earlier.row) == (place.column, place.row) {
                format!("state `{name}` lies on another state")
            } else {
                continue;
            };
            diagnostics.push(
                Diagnostic::error("duplicate-place", place.state.span, title)
                    .related(earlier.state.span, "the other one"),
            );
        }
    }
    let placed = |state: usize| {
        layout
            .places
            .iter()
            .any(|place| register.pack(place.state.value) == state)
    };
    let missing: Vec<String> = register
        .states()
        .filter(|&state| !placed(state))
        .map(|state| format!("`{}`", register.name(state)))
        .collect();
    if !missing.is_empty() {
        let title = format!("the layout has no place for {}", missing.join(", "));
        diagnostics
            .push(Diagnostic::error("missing-row", layout.span, title).label("one row a state"));
    }
}
