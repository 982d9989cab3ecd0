//! A trace, event by event, against the tables of its edition.

mod breaches;
mod device;
mod register;
mod request;
mod stream;

use spec_model::analysis::{self, Register, fsm::Machine};
use spec_model::model::{Edition, Fault, Party};
use spec_model::source::Span;

use crate::report::Violation;
use crate::trace::{Act, Event, Trace, What};
use breaches::{Holding, Seen};
use device::Device;

/// Every rule that the trace breaks, in the order of its events.
pub(crate) fn replay(edition: &Edition, trace: &Trace<'_>) -> Vec<Violation> {
    let Some(register) = analysis::register(edition) else {
        return Vec::new();
    };
    let mut replay = Replay::new(edition, register, trace);
    for number in 0..trace.devices.len() {
        let span = trace.devices[number].initial.span;
        let state = replay.devices[number].state;
        replay.begin();
        replay.observe(number, span, state, Seen::opened());
    }
    for (event, ends) in trace.events.iter().zip(ends_of_requests(trace)) {
        replay.begin();
        replay.event(event);
        if let Some(number) = ends {
            replay.finish(number);
        }
    }
    let mut violations = replay.violations;
    violations.sort_by_key(|violation| violation.span.start);
    violations
}

/// For each event, the device whose request ends with it: the next event of that device is no arc of the
/// request, and no failure. So an arc that is missing is missed where it should stand, also if other
/// devices have events before this one has its next.
fn ends_of_requests(trace: &Trace<'_>) -> Vec<Option<usize>> {
    let mut goes_on = vec![false; trace.devices.len()];
    let ends = trace.events.iter().rev().map(|event| match &event.what {
        What::Condition { .. } => None,
        What::Device { number, act } => {
            let part = matches!(act, Act::Arc(..) | Act::Failed(_));
            let more = std::mem::replace(&mut goes_on[*number], part);
            (!more).then_some(*number)
        }
    });
    let mut ends: Vec<Option<usize>> = ends.collect();
    ends.reverse();
    ends
}

/// How far the replay is.
struct Replay<'e, 't> {
    edition: &'e Edition,
    register: Register<'e>,
    trace: &'t Trace<'t>,
    /// One a device, where requests lead along paths.
    machines: Vec<Option<Machine<'e>>>,
    devices: Vec<Device>,
    /// By number of a condition: what the trace has shown of it.
    conditions: Vec<Option<bool>>,
    /// The states of all devices when the event came.
    states: Vec<(String, String)>,
    holding: Holding,
    violations: Vec<Violation>,
}

impl<'e, 't: 'e> Replay<'e, 't> {
    fn new(edition: &'e Edition, register: Register<'e>, trace: &'t Trace<'t>) -> Self {
        let machine = |device: &crate::trace::Device<'t>| {
            let fsm = edition.fsm.as_ref()?;
            Some(Machine::new(fsm, &device.capabilities))
        };
        let initial = register.initial();
        let devices = trace.devices.iter();
        Self {
            edition,
            register,
            trace,
            machines: devices.clone().map(machine).collect(),
            devices: devices
                .map(|it| Device::found(it.initial.value, initial))
                .collect(),
            conditions: vec![None; edition.conditions.len()],
            states: Vec::new(),
            holding: Holding::default(),
            violations: Vec::new(),
        }
    }

    /// Notes where everybody is before an event.
    fn begin(&mut self) {
        let devices = self.trace.devices.iter().zip(&self.devices);
        let state = |(device, now): (&crate::trace::Device<'_>, &Device)| {
            (device.name.clone(), self.register.state_name(now.state))
        };
        self.states = devices.map(state).collect();
    }

    fn event(&mut self, event: &Event) {
        match &event.what {
            What::Condition { number, on } => self.condition(*number, *on, event.span),
            What::Device { number, act } => self.act(*number, act, event.span),
        }
    }

    fn condition(&mut self, number: usize, on: bool, span: Span) {
        self.conditions[number] = Some(on);
        for device in 0..self.devices.len() {
            self.devices[device].used |= on && self.lets_guest_run(number);
            let state = self.devices[device].state;
            self.observe(device, span, state, Seen::default());
        }
    }

    /// Whether a condition is that the guest uses devices: some work names it and the initial state.
    fn lets_guest_run(&self, condition: usize) -> bool {
        let name = &self.edition.conditions[condition].name.value;
        let initial = self.register.initial();
        let mut work = self.edition.work.iter();
        work.any(|work| {
            let legal = |on: bool| {
                work.legal.value.eval(&|it| match it == name {
                    true => on,
                    false => self.register.holds_name(it, initial),
                })
            };
            legal(true) && !legal(false)
        })
    }

    fn act(&mut self, number: usize, act: &Act, span: Span) {
        match act {
            Act::Set(state) => self.set(number, *state, span),
            Act::Arc(from, to) => self.arc(number, *from, *to, span),
            Act::Failed(errno) => self.failed(number, errno, span),
            Act::Get(state) => self.get(number, *state, span),
            Act::State { old, new, failed } => {
                self.write(number, *old, *new, failed.as_deref(), span);
            }
            Act::Operation {
                operation,
                room,
                result,
            } => self.operation(number, *operation, *room, result, span),
            Act::Register {
                access,
                value,
                failed,
            } => self.access(number, access, *value, failed.as_deref(), span),
            Act::Data {
                access,
                at,
                length,
                failed,
            } => self.data(number, access, (*at, *length), failed.as_deref(), span),
            Act::Told(after) => self.told(number, *after, span),
        }
    }

    /// A read of the state.
    fn get(&mut self, number: usize, state: u32, span: Span) {
        let device = &mut self.devices[number];
        let was = device.state;
        let broke = device.may_be_broken && Some(state) == self.register.error();
        device.may_be_broken = false;
        let mut seen = Seen::default();
        if state != was {
            device.arrive(state);
            seen.by_itself = !broke;
        }
        self.observe(number, span, was, seen);
    }

    /// An event of the `events` table, such as a reset.
    fn told(&mut self, number: usize, after: u32, span: Span) {
        let was = self.devices[number].state;
        self.devices[number] = Device::found(after, after);
        self.devices[number].end_session();
        self.observe(number, span, was, Seen::default());
    }

    /// The row of the `errors` table.
    fn fault(&self, name: &str) -> Option<&'e Fault> {
        self.edition
            .faults
            .iter()
            .find(|row| row.name.value == name)
    }

    fn name(&self, state: u32) -> String {
        self.register.state_name(state)
    }

    /// Adds a violation; `message` goes on after the device's name.
    fn violate(&mut self, number: usize, span: Span, rule: Option<&str>, by: Party, message: &str) {
        self.violations.push(Violation {
            span,
            rule: rule.map(str::to_owned),
            by,
            message: format!("{}: {message}", self.trace.devices[number].name),
            states: self.states.clone(),
        });
    }
}
