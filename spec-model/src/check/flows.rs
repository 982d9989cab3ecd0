//! Flows: numbered, legal step by step, with work that fits the state.

use super::register::Register;
use super::truth::{MOST_VARIABLES, Space, Truth};
use crate::analysis::capability_sets;
use crate::analysis::fsm::Machine;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Edition, Fault, FaultAfter, Flow, Step, Target, Work};
use crate::source::Span;

mod work;

/// Steps are numbered from 1, without holes.
pub(super) fn steps_are_numbered(flow: &Flow, diagnostics: &mut Diagnostics) {
    if flow.steps.is_empty() {
        let title = format!("flow `{}` has no steps", flow.name.value);
        diagnostics.push(Diagnostic::error("empty-table", flow.name.span, title));
    }
    for (expected, step) in (1..).zip(&flow.steps) {
        if step.number.value != expected {
            let title = format!("this is step {expected} of flow `{}`", flow.name.value);
            let error = Diagnostic::error("wrong-step-number", step.number.span, title);
            return diagnostics.push(error.label(format!("expected `{expected}`")));
        }
    }
}

/// A flow does not need what it lacks.
pub(super) fn needs_and_lacks_differ(flow: &Flow, diagnostics: &mut Diagnostics) {
    for lack in &flow.lacks {
        if let Some(need) = flow.needs.iter().find(|need| need.value == lack.value) {
            let title = format!(
                "flow `{}` both needs and lacks `{}`",
                flow.name.value, lack.value
            );
            diagnostics.push(
                Diagnostic::error("contradictory-flow", lack.span, title)
                    .related(need.span, "needed here"),
            );
        }
    }
}

/// A VMM that walks through the flows of an edition.
pub(super) struct Walker<'e, 'f> {
    edition: &'e Edition,
    register: &'e Register<'f>,
    error: Option<usize>,
    /// Over the register's value, then the conditions.
    work: Vec<(&'e Work, Truth)>,
    work_space: Space,
}

/// What a flow may find: one set of capabilities.
struct Device<'e> {
    /// The values that it never has.
    unsupported: Truth,
    /// Which way it takes, where that is a question.
    machine: Option<Machine<'e>>,
}

impl<'e, 'f> Walker<'e, 'f> {
    /// `None`, and a diagnostic, if the edition has too many conditions.
    pub(super) fn new(
        edition: &'e Edition,
        register: &'e Register<'f>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        if register.variables + edition.conditions.len() > MOST_VARIABLES {
            let place = edition.conditions[0].name.span;
            diagnostics.push(Diagnostic::error(
                "too-many-flags",
                place,
                "too many conditions to combine with the states",
            ));
            return None;
        }
        let space = register.space_with_conditions(edition);
        let work = edition
            .work
            .iter()
            .map(|work| (work, space.truth(&work.legal.value)))
            .collect();
        Some(Self {
            edition,
            register,
            error: register.error.first(),
            work,
            work_space: space,
        })
    }

    /// Walks through one flow, with every device that it may find; up to the first that fails.
    pub(super) fn walk(&self, flow: &Flow, diagnostics: &mut Diagnostics) {
        let mut found = Diagnostics::default();
        let mut devices = self.devices(flow).into_iter().peekable();
        if devices.peek().is_none() {
            let title = format!("no device is like flow `{}` wants it", flow.name.value);
            let error = Diagnostic::error("contradictory-flow", flow.name.span, title);
            found.push(error.help("it lacks a capability that every device has"));
        }
        for device in devices {
            if !found.has_errors() {
                self.walk_with(flow, &device, &mut found);
            }
        }
        diagnostics.extend(found);
    }

    fn walk_with(&self, flow: &Flow, device: &Device<'_>, diagnostics: &mut Diagnostics) {
        // Where a step may fail in more than one way, the device may be in one of several states.
        let mut states = vec![self.register.initial()];
        for step in &flow.steps {
            let Ok(after) = self.step(step, &states, device, diagnostics) else {
                return;
            };
            self.work_is_legal(step, &after, diagnostics);
            states = after;
        }
    }

    /// In a register of bits, capabilities only allow more: the device that has no more than it needs
    /// stands for all. In a state machine, they change the way.
    fn devices(&self, flow: &Flow) -> Vec<Device<'e>> {
        let needs = |name: &str| flow.needs.iter().any(|it| it.value == name);
        let lacks = |name: &str| flow.lacks.iter().any(|it| it.value == name);
        let Some(fsm) = &self.edition.fsm else {
            return vec![Device {
                unsupported: self.register.unsupported(needs),
                machine: None,
            }];
        };
        let rows = self.edition.capabilities.iter();
        let needed = rows.filter(|row| needs(&row.name.value)).count();
        let fits = |set: &Vec<&str>| {
            let has = set.iter().filter(|name| needs(name)).count();
            has == needed && !set.iter().any(|name| lacks(name))
        };
        let sets = capability_sets(self.edition).into_iter().filter(fits);
        let device = |set: Vec<&'e str>| Device {
            unsupported: self.register.unsupported(|name| set.contains(&name)),
            machine: Some(Machine::new(fsm, &set)),
        };
        sets.map(device).collect()
    }

    /// The states that a device may be in after the step, or a stop at the first illegal one.
    fn step(
        &self,
        step: &Step,
        before: &[usize],
        device: &Device<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Vec<usize>, ()> {
        let result = step.result.as_ref();
        let fault = result.and_then(|name| {
            self.edition
                .faults
                .iter()
                .find(|fault| fault.name.value == name.value)
        });
        let new = match step.target.value {
            Target::Reset => {
                return Ok(vec![self.register.initial()]);
            }
            Target::Reads(value) => {
                return self.reads(
                    self.register.pack(value),
                    before,
                    step.target.span,
                    diagnostics,
                );
            }
            Target::State(value) | Target::Write(value) => self.register.pack(value),
        };
        let written =
            matches!(step.target.value, Target::Write(_)) || before.iter().any(|&old| old != new);
        if written {
            self.write(step, (before, new), device, diagnostics)?;
            if let Some(fault) = fault.filter(|fault| self.is_refusal(fault)) {
                return Ok(if fault.after == FaultAfter::Error {
                    self.error.into_iter().collect()
                } else {
                    before.to_vec()
                });
            }
        }
        Ok(self.after(step, fault, device, (before, new)))
    }

    fn is_refusal(&self, fault: &Fault) -> bool {
        self.register
            .refusals
            .iter()
            .any(|(refusal, _)| refusal.fault.value == fault.name.value)
    }

    /// The write gets the answer that the step expects.
    fn write(
        &self,
        step: &Step,
        (before, new): (&[usize], usize),
        device: &Device<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), ()> {
        let unsupported = device.unsupported.holds(new);
        let answers: Vec<_> = before
            .iter()
            .map(|&old| (old, self.register.refuse(old, new, unsupported)))
            .collect();
        let expected = step.result.as_ref().filter(|name| {
            self.register
                .refusals
                .iter()
                .any(|(refusal, _)| refusal.fault.value == name.value)
        });
        let fits = |answer: &(usize, Option<&crate::model::Refusal>)| {
            answer.1.map(|refusal| &refusal.fault.value) == expected.map(|name| &name.value)
        };
        if answers.iter().any(fits) {
            return Ok(());
        }
        let (old, refusal) = answers[0];
        let (old, new) = (self.register.name(old), self.register.bits(new));
        let write = format!("{} `{new}` in state `{old}`", self.register.asking());
        diagnostics.push(match (expected, refusal) {
            (Some(expected), Some(refusal)) => {
                let title = format!(
                    "{write} is refused with `{}`, not `{}`",
                    refusal.fault.value, expected.value
                );
                Diagnostic::error("wrong-result", expected.span, title)
                    .related(refusal.when.span, "by this row")
            }
            (Some(expected), None) => {
                let title = format!("{write} is legal, so it does not get `{}`", expected.value);
                Diagnostic::error("wrong-result", expected.span, title)
            }
            (None, Some(refusal)) => self.illegal(step.target.span, &write, refusal),
            (None, None) => return Ok(()),
        });
        Err(())
    }

    fn illegal(&self, place: Span, write: &str, refusal: &crate::model::Refusal) -> Diagnostic {
        let title = format!("{write} is refused with `{}`", refusal.fault.value);
        let error = Diagnostic::error("illegal-step", place, title)
            .related(refusal.when.span, "refused by this row");
        if refusal
            .when
            .value
            .names()
            .iter()
            .any(|name| name.name == "unsupported")
        {
            let all = self.edition.capabilities.iter();
            let all: Vec<&str> = all.map(|row| row.name.value.as_str()).collect();
            error.help(format!(
                "the flow's directive says which capabilities its devices have: `needs={}`",
                all.join(",")
            ))
        } else {
            error.help("if the error is meant, name it in the column `Result`")
        }
    }

    fn reads(
        &self,
        value: usize,
        before: &[usize],
        place: Span,
        diagnostics: &mut Diagnostics,
    ) -> Result<Vec<usize>, ()> {
        if before.contains(&value) {
            return Ok(vec![value]);
        }
        let states: Vec<String> = before
            .iter()
            .map(|&state| format!("`{}`", self.register.name(state)))
            .collect();
        let title = format!(
            "the device cannot read `{}` here",
            self.register.name(value)
        );
        diagnostics.push(
            Diagnostic::error("illegal-step", place, title)
                .label(format!("it reads {}", states.join(" or ")))
                .help(
                    "the state changes by writes, resets, and steps with a `Result` or a `Failure`",
                ),
        );
        Err(())
    }

    /// The states after a step whose write was not refused.
    fn after(
        &self,
        step: &Step,
        fault: Option<&Fault>,
        device: &Device<'_>,
        (before, new): (&[usize], usize),
    ) -> Vec<usize> {
        let mut after = match fault.map(|fault| fault.after) {
            Some(FaultAfter::Error) => self.error.into_iter().collect(),
            // The write or the work failed; a write that cannot be undone ends in the error state.
            Some(FaultAfter::Unchanged) => before
                .iter()
                .copied()
                .chain([new])
                .chain(self.error)
                .collect(),
            Some(FaultAfter::OnThePath) => self.on_the_path(device, before, new),
            None => vec![new],
        };
        if step.injection.is_some() {
            after.extend(self.error);
        }
        after.sort_unstable();
        after.dedup();
        after
    }

    /// Every state along the paths of a request.
    fn on_the_path(&self, device: &Device<'_>, before: &[usize], new: usize) -> Vec<usize> {
        let mut states = before.to_vec();
        for (old, machine) in before.iter().zip(device.machine.iter().cycle()) {
            let (old, new) = (self.register.unpack(*old), self.register.unpack(new));
            let path = machine.path(old, new).unwrap_or_default();
            states.extend(path.into_iter().map(|state| self.register.pack(state)));
        }
        states
    }
}
