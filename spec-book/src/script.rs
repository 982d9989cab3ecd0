//! What happens in a flow, step by step: which message the device gets, which state it is in then.

use spec_model::analysis::{error_state, state_name};
use spec_model::model::{Edition, Fault, FaultAfter, Flow, Injection, Step, Target};

/// A step, played.
#[derive(Debug)]
pub(crate) struct Beat<'a> {
    pub(crate) step: &'a Step,
    pub(crate) message: Message,
    /// The state asked for, or read.
    pub(crate) state: String,
    /// Whether the device had another state before, or the flow begins here.
    pub(crate) news: bool,
    /// Whether the device runs in this step.
    pub(crate) operates: bool,
    /// Whether it is in error.
    pub(crate) error: bool,
    /// The conditions that have another value than before, or begin here.
    pub(crate) changed: Vec<usize>,
    /// What goes wrong.
    pub(crate) injection: Option<&'a Injection>,
    /// What the VMM is answered.
    pub(crate) fault: Option<&'a Fault>,
}

/// What passes between the VMM and the device at the beginning of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// Nothing.
    None,
    /// `device_state` is written.
    Write,
    /// The device is reset.
    Reset,
    /// `device_state` is read.
    Read,
}

impl Beat<'_> {
    /// Whether the diagram shows the state.
    pub(crate) fn has_message(&self) -> bool {
        self.news || self.message != Message::None
    }

    /// The class of the state's box.
    pub(crate) fn state_class(&self) -> &'static str {
        match (self.error, self.operates) {
            (true, _) => "state bad",
            (false, true) => "state running",
            (false, false) => "state",
        }
    }
}

/// Plays a flow on paper.
pub(crate) fn script<'a>(edition: &'a Edition, flow: &'a Flow) -> Vec<Beat<'a>> {
    let Some(field) = &edition.bits else {
        return Vec::new();
    };
    let error = error_state(field);
    let initial = field.initial.value;
    // A device begins in its initial state: there nothing is written.
    let mut at = initial;
    let mut before: Option<&Step> = None;
    let mut beats = Vec::with_capacity(flow.steps.len());
    for step in &flow.steps {
        let (message, state) = match step.target.value {
            Target::State(state) if state == at => (Message::None, state),
            Target::State(state) | Target::Write(state) => (Message::Write, state),
            Target::Reset => (Message::Reset, initial),
            Target::Reads(state) => (Message::Read, state),
        };
        let fault = step
            .result
            .as_ref()
            .and_then(|name| edition.faults.iter().find(|f| f.name.value == name.value));
        let injected = step.injection.as_ref();
        let injection = injected.and_then(|name| {
            edition
                .injections
                .iter()
                .find(|i| i.name.value == name.value)
        });
        let differs = |n: &usize| before.is_none_or(|b| b.conditions[*n] != step.conditions[*n]);
        let is_error = Some(state) == error;
        beats.push(Beat {
            step,
            message,
            state: state_name(field, state),
            news: before.is_none(),
            operates: state & initial == initial && !is_error,
            error: is_error,
            changed: (0..step.conditions.len()).filter(differs).collect(),
            injection,
            fault,
        });
        at = match fault.map(|fault| fault.after) {
            None => state,
            Some(FaultAfter::Unchanged) => at,
            Some(FaultAfter::Error) => error.unwrap_or(at),
        };
        before = Some(step);
    }
    beats
}
