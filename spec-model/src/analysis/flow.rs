//! A flow, step by step: which state its device is in, and which work the VMM may do there.

use super::Register;
use crate::model::{Condition, Edition, FaultAfter, Flow, Step, Target, Work};

/// The state of the device before and after each step. It begins in the initial state; where an error
/// leaves the state open, the next step's reading tells, or else nothing has changed.
pub fn states_of(edition: &Edition, register: Register<'_>, flow: &Flow) -> Vec<(u32, u32)> {
    let mut at = register.initial();
    let next = flow.steps.iter().skip(1).map(Some).chain([None]);
    let step = |(step, next): (&Step, Option<&Step>)| {
        let before = at;
        at = after(edition, register, at, step, next);
        (before, at)
    };
    flow.steps.iter().zip(next).map(step).collect()
}

fn after(
    edition: &Edition,
    register: Register<'_>,
    at: u32,
    step: &Step,
    next: Option<&Step>,
) -> u32 {
    let wanted = match step.target.value {
        Target::State(state) | Target::Write(state) | Target::Reads(state) => state,
        Target::Reset => register.initial(),
    };
    let named = step.result.as_ref().map(|name| name.value.as_str());
    let mut faults = edition.faults.iter();
    let fault = faults.find(|fault| Some(fault.name.value.as_str()) == named);
    match (
        fault.map(|fault| fault.after),
        next.map(|it| it.target.value),
    ) {
        (None, _) => wanted,
        (Some(_), Some(Target::Reads(state))) => state,
        (Some(FaultAfter::Error), _) => register.error().unwrap_or(at),
        (Some(FaultAfter::Unchanged | FaultAfter::OnThePath), _) => at,
    }
}

/// Under which conditions some work may be done in a state: bit `n` of the answer is set if it may while
/// just those of `conditions` hold whose bits are set in `n`.
pub fn legal_while(
    register: Register<'_>,
    conditions: &[Condition],
    work: &Work,
    state: u32,
) -> u64 {
    let legal = |n: &u32| {
        work.legal.value.eval(&|name| {
            let condition = conditions.iter().position(|row| row.name.value == name);
            match condition {
                Some(bit) => n & (1 << bit) != 0,
                None => register.holds_name(name, state),
            }
        })
    };
    // A checked book has few conditions; the answers to more than six would not fit.
    let sets = 0..1u32 << conditions.len().min(6);
    sets.filter(legal).fold(0, |set, n| set | 1 << n)
}
