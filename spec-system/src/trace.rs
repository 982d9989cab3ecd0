//! A counterexample: the shortest way to what must not be, as a flow that people and programs read.

use spec_model::model::Edition;

use crate::explore::{Broken, successors};
use crate::formula::ABSENT;
use crate::machine::{Act, Machine};
use crate::table::Table;
use crate::view::View;

/// Who does something in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The guest's vCPUs.
    Guest,
    /// Whoever runs the machine.
    Operator,
    /// The VMM.
    Vmm,
    /// A device, by its place.
    Device(usize),
}

/// What a step does to the devices' registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// Nothing; the act alone.
    None,
    /// The VMM asks this device for a state.
    Request {
        /// The device.
        device: usize,
        /// The name of the state that was asked for.
        state: String,
        /// It ends in another state instead.
        failed: bool,
    },
    /// The VMM, or the guest by it, resets this device.
    Reset {
        /// The device.
        device: usize,
    },
    /// Something goes from one device to another.
    Between {
        /// Who sends.
        from: usize,
        /// Who is reached.
        to: usize,
    },
    /// The guest touches a device.
    Touch {
        /// The device.
        device: usize,
    },
}

/// One step, and what holds after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub actor: Actor,
    /// The name of the move, the work, or of what the VMM does: `start_p2p`, `request`, `begin`.
    pub act: String,
    /// In words, without the name of the actor.
    pub text: String,
    /// The flow and the number of the row that the VMM begins with.
    pub row: Option<(String, u32)>,
    /// How to draw it.
    pub arrow: Arrow,
    /// The state of each device; `None`: it is not there.
    pub devices: Vec<Option<String>>,
    /// For each device, the observables that hold of it.
    pub observed: Vec<Vec<String>>,
    /// The conditions of the edition, in their order.
    pub conditions: Vec<bool>,
    /// The observables of the machine that hold.
    pub machine: Vec<String>,
}

/// A condition of the edition: what its column is called, and its words for on and off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// `vCPUs`
    pub title: String,
    /// `run`
    pub on: String,
    /// `stopped`
    pub off: String,
}

/// The shortest way to what an invariant forbids, from a machine that just runs or is about to be
/// entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The name of the edition.
    pub edition: String,
    /// The invariant that is broken.
    pub invariant: String,
    /// The rule that the invariant protects.
    pub rule: String,
    /// What is broken, in words.
    pub meaning: String,
    /// The conditions of the edition.
    pub columns: Vec<Column>,
    /// The kinds of the devices, in their order.
    pub devices: Vec<String>,
    /// The state of each device at the beginning.
    pub initial: Vec<Option<String>>,
    /// The conditions at the beginning.
    pub conditions: Vec<bool>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// The way to the place where a claim is broken.
pub(crate) fn to_broken(machine: &Machine<'_>, table: &Table, broken: Broken) -> Counterexample {
    let mut way = walk(machine, table, broken.state);
    if broken.after {
        let (layout, before) = (machine.layout(), u128::from(way.state));
        let wanted = &machine.claims[broken.claim].formula;
        let here = layout.registers(before);
        // The state was turned to its canonical form: here, the devices are in their own places.
        let command = machine.commands(way.state).find(|command| {
            let after = command.effect.apply(before);
            command.when.holds(before, here) && wanted.holds(after, layout.registers(after))
        });
        if let Some(command) = command {
            way.take(machine, &command.act, command.effect.apply(before));
        }
    }
    way.finish(machine, broken.claim)
}

/// The way to a state that is stuck.
pub(crate) fn to_state(
    machine: &Machine<'_>,
    table: &Table,
    number: u32,
    claim: usize,
) -> Counterexample {
    walk(machine, table, number).finish(machine, claim)
}

struct Way {
    initial: u64,
    state: u64,
    steps: Vec<Step>,
}

/// From the beginning, with each device in its own place all the time.
fn walk(machine: &Machine<'_>, table: &Table, number: u32) -> Way {
    let mut numbers = vec![number];
    while let Some(parent) = table.parent(numbers[numbers.len() - 1]) {
        numbers.push(parent);
    }
    let first = table.state(numbers.pop().unwrap_or(number));
    let canonical = |&&state: &&u64| machine.symmetry.canonical(state) == first;
    let initial = machine
        .initial
        .iter()
        .find(canonical)
        .copied()
        .unwrap_or(first);
    let mut way = Way {
        initial,
        state: initial,
        steps: Vec::new(),
    };
    for number in numbers.into_iter().rev() {
        let wanted = table.state(number);
        let found = successors(machine, way.state).find(|(_, after)| *after == wanted);
        if let Some((command, _)) = found {
            let after = command.effect.apply(way.state.into());
            way.take(machine, &command.act, after);
        }
    }
    way
}

impl Way {
    /// `after` still has what lasts a moment.
    fn take(&mut self, machine: &Machine<'_>, act: &Act, after: u128) {
        let view = View { machine, act };
        self.steps.push(view.step(after));
        self.state = after as u64;
    }

    fn finish(self, machine: &Machine<'_>, claim: usize) -> Counterexample {
        let row = machine.claims[claim].row;
        let kinds = machine
            .words
            .devices
            .iter()
            .map(|kind| kind.name.value.clone());
        Counterexample {
            edition: machine.edition.name.value.clone(),
            invariant: row.name.value.clone(),
            rule: row.rule.value.clone(),
            meaning: spec_model::inline::plain(&row.meaning.value),
            columns: columns(machine.edition),
            devices: kinds.collect(),
            initial: states(machine, self.initial.into()),
            conditions: conditions(machine, self.initial.into()),
            steps: self.steps,
        }
    }
}

fn columns(edition: &Edition) -> Vec<Column> {
    let rows = edition.conditions.iter();
    let column = rows.map(|row| Column {
        title: row.column.value.clone(),
        on: row.on.clone(),
        off: row.off.clone(),
    });
    column.collect()
}

pub(crate) fn states(machine: &Machine<'_>, state: u128) -> Vec<Option<String>> {
    let devices = 0..machine.words.devices.len();
    let name = |device| {
        let number = machine.layout().register(state, device);
        (number != ABSENT).then(|| state_name(machine, number))
    };
    devices.map(name).collect()
}

pub(crate) fn state_name(machine: &Machine<'_>, number: u32) -> String {
    let words = &machine.words;
    words.register.state_name(words.states[number as usize])
}

pub(crate) fn conditions(machine: &Machine<'_>, state: u128) -> Vec<bool> {
    let rows = machine.edition.conditions.iter();
    let bits = rows.map(|row| machine.layout().machine(&row.name.value));
    bits.map(|bit| bit.is_some_and(|bit| state >> bit & 1 == 1))
        .collect()
}

/// A letter for each device.
pub fn letter(device: usize) -> char {
    (b'A' + device as u8) as char
}
