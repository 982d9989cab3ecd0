//! What happens in a flow, step by step: which message the device gets, which state it is in then.

use spec_model::analysis::{Register, register, states_of};
use spec_model::model::{Behaviour, Edition, Fault, Flow, Injection, Step, Target};

/// A step, played.
#[derive(Debug)]
pub(crate) struct Beat<'a> {
    pub(crate) step: &'a Step,
    pub(crate) message: Message,
    /// The state before.
    pub(crate) from: String,
    /// The state asked for, or read.
    pub(crate) state: String,
    /// Whether the device had another state before, or the flow begins here.
    pub(crate) news: bool,
    /// How much of what the device does in its initial state it does in this step.
    pub(crate) activity: Activity,
    /// Whether it is in error.
    pub(crate) error: bool,
    /// The conditions that have another value than before, or begin here.
    pub(crate) changed: Vec<usize>,
    /// What goes wrong.
    pub(crate) injection: Option<&'a Injection>,
    /// What the VMM is answered.
    pub(crate) fault: Option<&'a Fault>,
}

/// How much a device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Nothing of it: it is stopped.
    Rest,
    /// A part: it starts no DMA, say, but answers.
    Part,
    /// All of it.
    Full,
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
        match (self.error, self.activity) {
            // Asked for, and not reached.
            _ if self.fault.is_some() && self.message == Message::Write => "box refused",
            (true, _) => "box bad",
            (false, Activity::Rest) => "box",
            (false, _) => "box running",
        }
    }
}

/// Plays a flow on paper.
pub(crate) fn script<'a>(edition: &'a Edition, flow: &'a Flow) -> Vec<Beat<'a>> {
    let Some(register) = register(edition) else {
        return Vec::new();
    };
    let (error, initial) = (register.error(), register.initial());
    let states = states_of(edition, register, flow);
    let mut before: Option<&Step> = None;
    let mut beats = Vec::with_capacity(flow.steps.len());
    for (step, (at, _)) in flow.steps.iter().zip(states) {
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
            from: register.state_name(at),
            state: register.state_name(state),
            news: before.is_none(),
            activity: if is_error {
                Activity::Rest
            } else {
                activity(register, state)
            },
            error: is_error,
            changed: (0..step.conditions.len()).filter(differs).collect(),
            injection,
            fault,
        });
        before = Some(step);
    }
    beats
}

/// Of the behaviours that hold in the initial state, how many hold here? What holds in every state but
/// that of an error tells nothing.
fn activity(register: Register<'_>, state: u32) -> Activity {
    let holds = |behaviour: &Behaviour, state| register.holds(&behaviour.holds.value, state);
    let mut states = register.states();
    states.retain(|state| Some(*state) != register.error());
    let telling = |behaviour: &&Behaviour| {
        holds(behaviour, register.initial()) && !states.iter().all(|state| holds(behaviour, *state))
    };
    let normal = || register.behaviours().iter().filter(telling);
    match normal().filter(|behaviour| holds(behaviour, state)).count() {
        0 => Activity::Rest,
        some if some < normal().count() => Activity::Part,
        _ => Activity::Full,
    }
}
