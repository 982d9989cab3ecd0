//! The VMM's commands: rows begun, devices brought along, work, conditions, turning back.

use std::collections::HashMap;

use spec_model::model::{Change, Mover, Side};

use super::{Act, Command, Machine};
use crate::effect::Effect;
use crate::flows::Goal;
use crate::formula::{ABSENT, Formula, Set};
use crate::request::Outcome;
use crate::words::{Subject, Words};

/// How each request ends, by device and states: many rows ask for the same.
type Requests = HashMap<(usize, u32, u32), Vec<Outcome>>;

/// What is done once all devices are in a row.
enum After {
    /// Conditions by number, and their values.
    Conditions(Vec<(usize, bool)>),
    Work(String),
}

/// Where a row stands in the program: from the first place to the last.
#[derive(Clone, Copy)]
struct Range {
    first: usize,
    last: usize,
}

impl Machine<'_> {
    /// Fills `places` and `program_commands`.
    pub(super) fn compile_program(&mut self) {
        let after: Vec<Vec<After>> = (0..self.program.nodes.len())
            .map(|n| self.after(n))
            .collect();
        let mut ranges = Vec::new();
        for (node, after) in after.iter().enumerate() {
            let first = self.places.len();
            self.places.extend((0..=after.len()).map(|_| node));
            let last = self.places.len() - 1;
            ranges.push(Range { first, last });
        }
        let mut requests = Requests::new();
        let mut commands: Vec<Vec<Command>> = self.places.iter().map(|_| Vec::new()).collect();
        for (node, after) in after.iter().enumerate() {
            let Range { first, last } = ranges[node];
            commands[first].extend(self.devices(node, &mut requests));
            for (n, after) in after.iter().enumerate() {
                let when = if n == 0 {
                    self.all_there(node)
                } else {
                    Formula::constant(true)
                };
                commands[first + n].push(self.later(after, when, first + n + 1));
            }
            commands[last].extend(self.onward(node, after.is_empty(), &ranges));
        }
        self.turn(&ranges, &mut commands);
        self.program_commands = commands;
    }

    /// Conditions of a row against the row before; those that stay are left out. From anywhere, nothing
    /// is known of the row before.
    fn changes(&self, node: usize) -> Vec<(usize, bool)> {
        let node = &self.program.nodes[node];
        let before = node
            .parent
            .map(|parent| &self.program.nodes[parent].row.conditions);
        let row = node.row.conditions.iter().enumerate();
        let changed = row.filter(|(n, on)| match before {
            Some(before) => before[*n] != **on,
            None => node.anywhere,
        });
        let free = |n: usize| self.fixed(&self.edition.conditions[n].name.value).is_none();
        changed
            .filter(|(n, _)| free(*n))
            .map(|(n, &on)| (n, on))
            .collect()
    }

    /// What quiets the machine comes before the devices.
    fn is_first(&self, (n, on): (usize, bool)) -> bool {
        self.edition.conditions[n].first == on
    }

    fn after(&self, node: usize) -> Vec<After> {
        let late = self
            .changes(node)
            .into_iter()
            .filter(|it| !self.is_first(*it));
        let (on, off): (Vec<_>, Vec<_>) = late.partition(|(_, on)| *on);
        let work = self.program.nodes[node]
            .row
            .work
            .iter()
            .cloned()
            .map(After::Work);
        let on = Some(on).filter(|on| !on.is_empty()).map(After::Conditions);
        let off = Some(off)
            .filter(|off| !off.is_empty())
            .map(After::Conditions);
        on.into_iter().chain(work).chain(off).collect()
    }

    fn pc(&self, pc: usize) -> Effect {
        Effect::of(self.layout().with_pc(pc))
    }

    /// What changing conditions does.
    fn conditions(&self, changes: &[(usize, bool)]) -> Effect {
        changes.iter().fold(Effect::default(), |effect, &(n, on)| {
            let name = &self.edition.conditions[n].name.value;
            let bit = 1 << self.layout().machine(name).unwrap_or(0);
            let own = Effect {
                clear: bit,
                set: if on { bit } else { 0 },
            };
            let part = self.words.part(Mover::Vmm, name).filter(|_| on);
            let part = part.map(|row| self.words.moved(row, Subject::Machine).1);
            effect.then(own).then(part.unwrap_or_default())
        })
    }

    fn command(when: Formula, effect: Effect, act: Act) -> Command {
        Command {
            when,
            effect,
            act,
            hostile: false,
            guest: false,
        }
    }

    /// The command after which the row at `first` is begun.
    fn begin(&self, node: usize, when: Formula, first: usize) -> Command {
        let quiet: Vec<_> = self
            .changes(node)
            .into_iter()
            .filter(|it| self.is_first(*it))
            .collect();
        let row = &self.program.nodes[node].row;
        let act = match self.program.nodes[node].anywhere {
            true => Act::Turn(row.flow, row.step),
            false => Act::Begin(row.flow, row.step),
        };
        let effect = self.conditions(&quiet).then(self.pc(first));
        Self::command(when, effect, act)
    }

    /// Work and conditions, in the program one place after the other.
    fn later(&self, after: &After, when: Formula, next: usize) -> Command {
        match after {
            After::Conditions(changes) => {
                let effect = self.conditions(changes).then(self.pc(next));
                Self::command(when, effect, Act::Conditions)
            }
            After::Work(name) => {
                let part = self.words.part(Mover::Vmm, name);
                let part = part.map(|row| self.words.moved(row, Subject::Machine));
                let (possible, effect) =
                    part.unwrap_or_else(|| (Formula::constant(true), Effect::default()));
                let act = Act::Work(name.clone());
                Self::command(when.and(&possible), effect.then(self.pc(next)), act)
            }
        }
    }

    /// To the rows that follow; from the last row of a flow whose machine runs, to the beginning.
    fn onward(&self, node: usize, wait: bool, ranges: &[Range]) -> Vec<Command> {
        let all = || self.all_there(node);
        let children = self.program.nodes[node].children.iter();
        let mut commands: Vec<Command> = children
            .map(|&child| {
                let synchronous = wait && self.is_barrier(node, child);
                let when = if synchronous {
                    all()
                } else {
                    Formula::constant(true)
                };
                self.begin(child, when, ranges[child].first)
            })
            .collect();
        if let Some(root) = self.home(node) {
            let when = if wait { all() } else { Formula::constant(true) };
            commands.push(Self::command(
                when,
                self.pc(ranges[root].first),
                Act::Through,
            ));
        }
        commands
    }

    /// Whether all devices do a row before any does the next: at a barrier, and where the machine's
    /// conditions change.
    fn is_barrier(&self, node: usize, next: usize) -> bool {
        let broken = self.words.variant.map(|variant| &variant.change.value);
        let waits = broken != Some(&Change::Barriers);
        let row = &self.program.nodes[node].row;
        waits && (row.barrier || row.conditions != self.program.nodes[next].row.conditions)
    }

    /// The row in which a machine just runs, if the last row of a flow leads there.
    fn home(&self, node: usize) -> Option<usize> {
        let root = self.program.roots(Side::Source).next()?;
        let (own, home) = (&self.program.nodes[node], &self.program.nodes[root]);
        let same = own.row.goals == home.row.goals && own.row.conditions == home.row.conditions;
        (own.children.is_empty() && node != root && same).then_some(root)
    }

    /// Every device is where the row wants it.
    fn all_there(&self, node: usize) -> Formula {
        let devices = 0..self.words.devices.len();
        devices.fold(Formula::constant(true), |all, device| {
            let road = Road::new(self, node, device);
            all.and(&road.there(&self.words))
        })
    }

    fn devices(&self, node: usize, requests: &mut Requests) -> Vec<Command> {
        let devices = 0..self.words.devices.len();
        let roads = devices.map(|device| Road::new(self, node, device));
        roads
            .flat_map(|road| road.commands(&self.words, requests))
            .collect()
    }

    /// From anywhere on the same side.
    fn turn(&self, ranges: &[Range], commands: &mut [Vec<Command>]) {
        let nodes = self.program.nodes.iter().enumerate();
        let home = self.program.roots(Side::Source).next();
        for (to, target) in nodes.filter(|(_, node)| node.anywhere) {
            let turn = self.begin(to, Formula::constant(true), ranges[to].first);
            for (pc, &from) in self.places.iter().enumerate() {
                let same = self.program.nodes[from].side == target.side;
                if same && Some(from) != home && pc != ranges[to].first {
                    commands[pc].push(turn.clone());
                }
            }
        }
    }
}

/// What a row asks of one device in each of its register states.
struct Road {
    device: usize,
    /// The rows' goals, from the beginning.
    goals: Vec<Goal>,
    anywhere: bool,
}

/// What comes next.
enum Next {
    /// Nothing, if the device is clean.
    There,
    /// A request of a state, if the device is clean.
    Request(u32),
    /// A reset, unless the device is clean.
    Reset,
    /// A reset.
    Recover,
}

impl Road {
    fn new(machine: &Machine<'_>, node: usize, device: usize) -> Self {
        let path = machine.program.path(node);
        let goals = path
            .iter()
            .map(|&node| machine.program.nodes[node].row.goals[device]);
        Self {
            device,
            goals: goals.collect(),
            anywhere: machine.program.begins_anywhere(node),
        }
    }

    /// What is to be done with a device in a state: each with whether it must have been reset.
    fn next(&self, words: &Words<'_>, state: u32) -> Vec<(Next, bool)> {
        if Some(state) == words.error() {
            return if self.anywhere {
                vec![(Next::Recover, false)]
            } else {
                Vec::new()
            };
        }
        let passed = self
            .goals
            .iter()
            .rposition(|goal| *goal == Goal::State(state));
        if passed.is_none() && !self.anywhere {
            return Vec::new();
        }
        let (mut found, mut clean) = (Vec::new(), false);
        for goal in &self.goals[passed.map_or(0, |row| row + 1)..] {
            match goal {
                Goal::Stay => {}
                Goal::State(goal) => {
                    found.push((Next::Request(*goal), clean));
                    return found;
                }
                Goal::Reset => {
                    found.push((Next::Reset, false));
                    if state != words.initial() {
                        return vec![(Next::Recover, false)];
                    }
                    clean = true;
                }
            }
        }
        found.push((Next::There, clean));
        found
    }

    /// What a reset leaves: none of the bits that it clears.
    fn dirt(&self, words: &Words<'_>) -> u128 {
        words.deed(self.device, words.reset()).1.clear
    }

    fn there(&self, words: &Words<'_>) -> Formula {
        let absent = Formula::register(self.device, 1 << ABSENT);
        (0..words.states.len() as u32).fold(absent, |all, state| {
            let set: Set = 1 << state;
            let there = self
                .next(words, state)
                .into_iter()
                .find_map(|(next, clean)| matches!(next, Next::There).then_some(clean));
            let here = Formula::register(self.device, set);
            match there {
                Some(true) => all.or(here.and(&Formula::bits(self.dirt(words), 0))),
                Some(false) => all.or(here),
                None => all,
            }
        })
    }

    fn commands(&self, words: &Words<'_>, requests: &mut Requests) -> Vec<Command> {
        let dirt = self.dirt(words);
        let mut commands = Vec::new();
        for state in 0..words.states.len() as u32 {
            let here = Formula::register(self.device, 1 << state);
            for (next, clean) in self.next(words, state) {
                let when = if clean {
                    here.and(&Formula::bits(dirt, 0))
                } else {
                    here.clone()
                };
                match next {
                    Next::There => {}
                    Next::Request(to) => {
                        let ends = requests
                            .entry((self.device, state, to))
                            .or_insert_with(|| words.request(self.device, state, to));
                        commands.extend(self.request(&when, (state, to), ends));
                    }
                    Next::Recover => commands.push(self.reset(words, when)),
                    Next::Reset => {
                        let dirty = (0..128).filter(|bit| dirt >> bit & 1 == 1);
                        let dirty = dirty.map(|bit| Formula::bit(bit, true));
                        let dirty = dirty.fold(Formula::default(), Formula::or);
                        commands.push(self.reset(words, when.and(&dirty)));
                    }
                }
            }
        }
        commands
    }

    fn reset(&self, words: &Words<'_>, when: Formula) -> Command {
        let (_, does) = words.deed(self.device, words.reset());
        let effect = does.then(words.in_register(self.device, words.initial()));
        Machine::command(when, effect, Act::Reset(self.device))
    }

    fn request(
        &self,
        when: &Formula,
        (from, to): (u32, u32),
        ends: &[Outcome],
    ) -> impl Iterator<Item = Command> {
        ends.iter().map(move |outcome| {
            let act = match outcome.failed {
                false => Act::Request(self.device, from, to),
                true => Act::Failure(self.device, from, to, outcome.after),
            };
            Command {
                hostile: outcome.failed,
                ..Machine::command(when.and(&outcome.when), outcome.effect, act)
            }
        })
    }
}
