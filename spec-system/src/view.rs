//! A step as people see it: who, what, and what holds after it.

use spec_model::model::{Edition, Mover, Scope};

use crate::machine::{Act, Machine};
use crate::trace::{Actor, Arrow, Step, conditions, letter, state_name, states};
use crate::words::Subject;

/// What is done in a machine.
pub(crate) struct View<'m, 'a> {
    pub(crate) machine: &'m Machine<'a>,
    pub(crate) act: &'m Act,
}

impl View<'_, '_> {
    fn edition(&self) -> &Edition {
        self.machine.edition
    }

    pub(crate) fn step(&self, after: u128) -> Step {
        let (actor, act, text) = self.words();
        Step {
            actor,
            act,
            text,
            row: self.row(),
            arrow: self.arrow(),
            devices: states(self.machine, after),
            observed: self.observed(after),
            conditions: conditions(self.machine, after),
            machine: self.of_machine(after),
        }
    }

    fn observed(&self, after: u128) -> Vec<Vec<String>> {
        let layout = self.machine.layout();
        let devices = self.machine.words.devices.len();
        let set = |bit: Option<u32>| bit.is_some_and(|bit| after >> bit & 1 == 1);
        let of = |device: usize| {
            let own = layout.names(Scope::Device).iter();
            let own = own.filter(|name| set(layout.device(name, device))).cloned();
            let pairs = layout.names(Scope::Pair).iter();
            let pairs = pairs.filter(|name| {
                (0..devices).any(|other| other != device && set(layout.pair(name, device, other)))
            });
            own.chain(pairs.cloned()).collect()
        };
        (0..devices).map(of).collect()
    }

    fn of_machine(&self, after: u128) -> Vec<String> {
        let layout = self.machine.layout();
        let conditions = &self.edition().conditions;
        let names = layout.names(Scope::Machine).iter();
        let names = names.filter(|name| !conditions.iter().any(|row| row.name.value == **name));
        let set = |name: &&String| {
            layout
                .machine(name)
                .is_some_and(|bit| after >> bit & 1 == 1)
        };
        names.filter(set).cloned().collect()
    }

    fn row(&self) -> Option<(String, u32)> {
        match self.act {
            Act::Begin(flow, step) | Act::Turn(flow, step) => {
                Some((self.edition().flows[*flow].name.value.clone(), *step))
            }
            _ => None,
        }
    }

    fn arrow(&self) -> Arrow {
        match *self.act {
            Act::Request(device, _, to) => Arrow::Request {
                device,
                state: state_name(self.machine, to),
                failed: false,
            },
            Act::Part {
                device,
                to,
                stage: 0,
                ..
            } => Arrow::Request {
                device,
                state: state_name(self.machine, to),
                failed: false,
            },
            Act::Failure(device, _, to, _) => Arrow::Request {
                device,
                state: state_name(self.machine, to),
                failed: true,
            },
            Act::Reset(device) => Arrow::Reset { device },
            Act::Move(_, Subject::Pair(from, to)) => Arrow::Between { from, to },
            Act::Move(row, Subject::Device(device)) => {
                let row = &self.edition().system.moves[row];
                match row.by {
                    Mover::Guest if row.after.is_none() => Arrow::Touch { device },
                    _ => Arrow::None,
                }
            }
            _ => Arrow::None,
        }
    }

    /// Who, the name of what it does, and the same in words.
    fn words(&self) -> (Actor, String, String) {
        let vmm = |act: &str, text: String| (Actor::Vmm, act.to_owned(), text);
        match self.act {
            Act::Move(row, subject) => self.moved(*row, *subject),
            Act::Begin(..) => vmm("begin", format!("begins {}", self.place())),
            Act::Turn(..) => vmm("turn", format!("turns to {}", self.place())),
            Act::Request(device, from, to) => {
                let (from, to) = (
                    state_name(self.machine, *from),
                    state_name(self.machine, *to),
                );
                vmm(
                    "request",
                    format!("takes {} from {from} to {to}", letter(*device)),
                )
            }
            Act::Part {
                device,
                from,
                to,
                stage,
                does,
            } => {
                let name = |state| state_name(self.machine, state);
                let (from, to) = (name(*from), name(*to));
                let (letter, parts) = (letter(*device), does.join("`, `"));
                if *stage == 0 {
                    let text = format!("begins to take {letter} from {from} to {to}: `{parts}`");
                    return vmm("request", text);
                }
                let text = format!("goes on to {to}: `{parts}`");
                (Actor::Device(*device), does.join(", "), text)
            }
            Act::Overtaken(device, _, to) => {
                let to = state_name(self.machine, *to);
                let text = format!("sees that {} will not come to {to}", letter(*device));
                vmm("overtaken", text)
            }
            Act::Failure(device, from, to, after) => {
                let name = |state| state_name(self.machine, state);
                let (from, to, after) = (name(*from), name(*to), name(*after));
                let text = format!(
                    "takes {} from {from} to {to}, which fails: it is in {after}",
                    letter(*device)
                );
                vmm("failure", text)
            }
            Act::Reset(device) => vmm("reset", format!("resets {}", letter(*device))),
            Act::Work(name) => {
                let mut work = self.edition().work.iter();
                let row = work.find(|row| row.name.value == *name);
                let meaning = row.map_or("", |row| &row.meaning.value);
                vmm(name, spec_model::inline::plain(meaning))
            }
            Act::Conditions => vmm(
                "conditions",
                "changes what all devices are ready for".to_owned(),
            ),
            Act::Through => vmm("through", "is through: the machine runs".to_owned()),
        }
    }

    fn place(&self) -> String {
        self.row().map_or_else(String::new, |(flow, step)| {
            format!("step {step} of `{flow}`")
        })
    }

    fn moved(&self, row: usize, subject: Subject) -> (Actor, String, String) {
        let row = &self.edition().system.moves[row];
        let of = match subject {
            Subject::Machine => String::new(),
            Subject::Device(device) => format!(", {}", letter(device)),
            Subject::Pair(i, j) => format!(", {} to {}", letter(i), letter(j)),
        };
        let actor = match (row.by, subject) {
            (Mover::Guest, _) => Actor::Guest,
            (Mover::Operator, _) => Actor::Operator,
            (_, Subject::Device(device) | Subject::Pair(device, _)) => Actor::Device(device),
            _ => Actor::Vmm,
        };
        let text = format!("{}{of}", spec_model::inline::plain(&row.meaning.value));
        (actor, row.name.value.clone(), text)
    }
}
