//! The book's flows as one machine follows them: what each row wants of each device, and when its work
//! is done.

use spec_model::analysis::Register;
use spec_model::expr::{Expr, NameRef};
use spec_model::model::{Bit, Change, Devices, Flow, Mover, Scope, Side, Step, Target};

use crate::words::{Subject, Words};

/// What a row wants of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Nothing: it stays as it is.
    Stay,
    /// Its register is in this state, by number.
    State(u32),
    /// It was reset.
    Reset,
}

/// A row of a flow.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) goals: Vec<Goal>,
    /// In the order of the edition's conditions.
    pub(crate) conditions: Vec<bool>,
    pub(crate) barrier: bool,
    /// The work that changes something in the system.
    pub(crate) work: Vec<String>,
    /// Index into the edition's flows.
    pub(crate) flow: usize,
    pub(crate) step: u32,
}

impl Row {
    /// Whether it is the same for the machine.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.goals == other.goals
            && self.conditions == other.conditions
            && self.barrier == other.barrier
            && self.work == other.work
    }
}

/// A flow that the machine's VMM may follow.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) side: Side,
    /// The VMM may begin with the first of the rows wherever it is.
    pub(crate) anywhere: bool,
    pub(crate) rows: Vec<Row>,
}

/// Every flow that fits the machine, in the order of the book.
pub(crate) fn plans(words: &Words<'_>) -> Vec<Plan> {
    let flows = words.edition.flows.iter().enumerate();
    let fitting = flows.filter(|(_, flow)| fits(words, flow));
    fitting.map(|(n, flow)| plan(words, n, flow)).collect()
}

/// For as many devices, not a record of what is out there, and without anything that goes wrong: that
/// can happen in every step anyway. Some device has what it needs, the others leave steps out.
fn fits(words: &Words<'_>, flow: &Flow) -> bool {
    let plain = |step: &Step| {
        let reads = matches!(step.target.value, Target::Reads(_));
        step.injection.is_none() && step.result.is_none() && !reads
    };
    let has = |device: usize, name: &str| {
        let own = words.devices[device]
            .has
            .iter()
            .any(|has| has.value == name);
        own || words.capabilities(device).contains(&name)
    };
    let all = || 0..words.devices.len();
    let needs = |device| flow.needs.iter().all(|need| has(device, &need.value));
    let lacks = |device| !flow.lacks.iter().any(|lack| has(device, &lack.value));
    let excluded = flow
        .unless
        .as_ref()
        .is_some_and(|name| can_hold(words, &name.value));
    (flow.devices == Devices::Many || words.devices.len() == 1)
        && flow.released.is_none()
        && flow.steps.iter().all(plain)
        && all().any(needs)
        && all().all(lacks)
        && !excluded
}

/// Whether an observable holds in any state of the machine.
fn can_hold(words: &Words<'_>, name: &str) -> bool {
    let scope = words.edition.system.observable(name).map(|row| row.scope);
    let expr = named(words, name);
    let of = |subject| !words.of(subject, &expr).0.is_empty();
    let mut devices = 0..words.devices.len();
    match scope {
        Some(Scope::Device) => devices.any(|device| of(Subject::Device(device))),
        Some(Scope::Pair) => devices.any(|i| {
            let mut others = (0..words.devices.len()).filter(|&j| j != i);
            others.any(|j| of(Subject::Pair(i, j)))
        }),
        Some(Scope::Machine) => of(Subject::Machine),
        None => false,
    }
}

fn named(words: &Words<'_>, name: &str) -> Expr {
    Expr::Name(NameRef {
        name: name.to_owned(),
        span: words.edition.name.span,
    })
}

fn plan(words: &Words<'_>, number: usize, flow: &Flow) -> Plan {
    let left_out = match words.variant.map(|variant| &variant.change.value) {
        Some(Change::Step {
            flow: of, number, ..
        }) if *of == flow.name.value => Some(*number),
        _ => None,
    };
    let steps = flow.steps.iter();
    let steps: Vec<&Step> = steps
        .filter(|step| Some(step.number.value) != left_out)
        .skip(usize::from(flow.from_anywhere))
        .collect();
    let mut rows: Vec<Row> = Vec::new();
    for step in &steps {
        let before = rows.last();
        let goal = |device| {
            let before = before.map_or(Goal::Stay, |row: &Row| row.goals[device]);
            goal(words, device, before, step.target.value)
        };
        rows.push(Row {
            goals: (0..words.devices.len()).map(goal).collect(),
            conditions: step.conditions.clone(),
            barrier: step.barrier.is_some(),
            work: Vec::new(),
            flow: number,
            step: step.number.value,
        });
    }
    schedule(words, &steps, &mut rows);
    Plan {
        side: flow.side,
        anywhere: flow.from_anywhere,
        rows,
    }
}

/// A device without what the state needs goes where the book sends it instead, or stays.
fn goal(words: &Words<'_>, device: usize, before: Goal, target: Target) -> Goal {
    let (Target::State(state) | Target::Write(state)) = target else {
        return Goal::Reset;
    };
    let capabilities = words.capabilities(device);
    let has = |state: &u32| {
        words
            .register
            .refuse(&capabilities, *state, *state)
            .is_none()
    };
    let states = std::iter::once(state).chain(instead(words, &capabilities, state));
    let own = states.into_iter().find(has);
    own.and_then(|state| words.number(state))
        .map_or(before, Goal::State)
}

/// The same without the bits that the device lacks; of states, what the column `Instead` says.
fn instead(words: &Words<'_>, capabilities: &[&str], state: u32) -> Vec<u32> {
    if words
        .variant
        .is_some_and(|variant| variant.change.value == Change::Fold)
    {
        return Vec::new();
    }
    match words.register {
        Register::Bits(field) => {
            let lacks = |bit: &&Bit| {
                let need = bit.needs.as_ref();
                need.is_some_and(|need| !capabilities.contains(&need.value.as_str()))
            };
            let lacking = field.bits.iter().filter(lacks);
            let lacking = lacking.map(|bit| 1u32.checked_shl(bit.number.value).unwrap_or(0));
            vec![state & !lacking.fold(0, |mask, bit| mask | bit)]
        }
        Register::Fsm(fsm) => {
            let state = fsm.state(state).into_iter();
            state
                .flat_map(|state| &state.instead)
                .map(|it| it.value)
                .collect()
        }
    }
}

/// Work is done in its row, once all devices are there. Where it is not legal for a device that left
/// the state of the row out, it waits for the first row in which it is legal for all; if there is none,
/// that device does without.
fn schedule(words: &Words<'_>, steps: &[&Step], rows: &mut [Row]) {
    for (n, step) in steps.iter().enumerate() {
        for work in &step.work {
            if words.part(Mover::Vmm, &work.value).is_none() {
                continue;
            }
            let legal = |row: &usize| legal(words, &work.value, rows, *row);
            // A variant does it as early as it now may.
            let first = if hasty(words, &work.value) { 0 } else { n };
            let when = (first..rows.len()).find(legal).unwrap_or(n);
            rows[when].work.push(work.value.clone());
        }
    }
}

fn hasty(words: &Words<'_>, work: &str) -> bool {
    let change = words.variant.map(|variant| &variant.change.value);
    matches!(change, Some(Change::Work(name)) if name == work)
}

fn legal(words: &Words<'_>, work: &str, rows: &[Row], n: usize) -> bool {
    let Some(work) = words.edition.work.iter().find(|row| row.name.value == work) else {
        return true;
    };
    let expr = words.changed(&Change::Work(work.name.value.clone()), &work.legal);
    let conditions = words.edition.conditions.iter().enumerate();
    let mut during: Vec<(&str, bool)> = Vec::new();
    for (c, condition) in conditions {
        let before = n
            .checked_sub(1)
            .is_some_and(|before| rows[before].conditions[c]);
        // What is turned off last is still on.
        let on = rows[n].conditions[c] || condition.first && before;
        during.push((condition.name.value.as_str(), on));
    }
    let holds = |goal: &Goal| {
        let number = match goal {
            Goal::Stay => return true,
            Goal::State(number) => *number,
            Goal::Reset => words.initial(),
        };
        let state = words.states[number as usize];
        expr.eval(&|name| {
            let mut known = during.iter();
            match known.find(|(condition, _)| *condition == name) {
                Some((_, on)) => *on,
                None => words.register.holds(&named(words, name), state),
            }
        })
    };
    rows[n].goals.iter().all(holds)
}
