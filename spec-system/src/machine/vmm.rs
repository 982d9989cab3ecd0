//! The VMM's commands: rows begun, devices brought along, work, conditions, turning back.

use spec_model::model::{Change, Mover, Side};

use super::mids::{Here, Mids};
use super::road::Road;
use super::{Act, Command, Machine};
use crate::effect::Effect;
use crate::formula::Formula;

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
    /// Fills `places`, `mids` and `program_commands`.
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
        let mut mids = Mids::new(self.places.len());
        let mut commands: Vec<Vec<Command>> = self.places.iter().map(|_| Vec::new()).collect();
        for (node, after) in after.iter().enumerate() {
            let Range { first, last } = ranges[node];
            let here = Here { node, pc: first };
            commands[first].extend(self.devices(here, &mut mids));
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
        commands.extend(mids.commands);
        self.mids = mids.all;
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
            let part = part.map(|row| self.words.achieved(row).1);
            effect.then(own).then(part.unwrap_or_default())
        })
    }

    pub(super) fn command(when: Formula, effect: Effect, act: Act) -> Command {
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
                let part = part.map(|row| self.words.achieved(row));
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

    fn devices(&self, here: Here, mids: &mut Mids) -> Vec<Command> {
        let devices = 0..self.words.devices.len();
        let roads = devices.map(|device| Road::new(self, here.node, device));
        roads
            .flat_map(|road| road.commands(&self.words, here, mids))
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
