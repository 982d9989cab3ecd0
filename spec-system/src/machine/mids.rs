//! Requests, one action or arc after the other. The VMM waits meanwhile; everybody else goes on.

use std::collections::HashMap;

use super::{Act, Command, Machine};
use crate::effect::Effect;
use crate::formula::{Formula, Set};
use crate::request::{Request, Stage};
use crate::words::Words;

/// A device in one register state that is asked for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) device: usize,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A place in the program, and its row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) node: usize,
    pub(super) pc: usize,
}

/// In the midst of a request: the VMM's place between two stages of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mid {
    pub(super) node: usize,
    asked: Asked,
    stage: usize,
}

impl Mid {
    /// The same of another device.
    pub(crate) fn of(self, other: impl Fn(usize) -> usize) -> Self {
        let device = other(self.asked.device);
        let asked = Asked {
            device,
            ..self.asked
        };
        Self { asked, ..self }
    }
}

/// The places in the midst of requests; they come after all others.
#[derive(Default)]
pub(super) struct Mids {
    first: usize,
    pub(super) all: Vec<Mid>,
    /// By place.
    pub(super) commands: Vec<Vec<Command>>,
    /// Many rows ask for the same.
    requests: HashMap<Asked, Request>,
}

impl Mids {
    pub(super) fn new(first: usize) -> Self {
        Self {
            first,
            ..Self::default()
        }
    }

    /// The commands with which a request begins; the rest of it is noted.
    pub(super) fn request(
        &mut self,
        words: &Words<'_>,
        here: Here,
        asked: Asked,
        when: &Formula,
    ) -> Vec<Command> {
        let Asked { device, from, to } = asked;
        let known = self.requests.entry(asked);
        let request = known.or_insert_with(|| words.request(device, from, to));
        let Request {
            stages,
            broken,
            stays,
        } = request.clone();
        let Some(first) = stages.first() else {
            return Vec::new();
        };
        let way = Way {
            words,
            asked,
            here,
            count: stages.len(),
            next: self.first + self.all.len(),
        };
        for (stage, ends) in (1..).zip(stages.windows(2)) {
            let node = here.node;
            self.all.push(Mid { node, asked, stage });
            let between = ends[0].after;
            let at = Formula::register(device, 1 << between);
            let stuck = stays.then_some((Effect::default(), between));
            let failed = stuck.into_iter().chain(broken);
            let failed = failed.map(|it| way.failure(&at, it));
            let mut commands = vec![way.taken(stage, &ends[1], &at), way.overtaken(between)];
            commands.extend(failed);
            self.commands.push(commands);
        }
        let broken = broken.map(|it| way.failure(when, it));
        std::iter::once(way.taken(0, first, when))
            .chain(broken)
            .collect()
    }
}

/// One request, and its places.
struct Way<'w, 'a> {
    words: &'w Words<'a>,
    asked: Asked,
    here: Here,
    /// Stages.
    count: usize,
    /// The place after the first of several stages.
    next: usize,
}

impl Way<'_, '_> {
    /// A stage is done; after the last, the request returns.
    fn taken(&self, stage: usize, it: &Stage, at: &Formula) -> Command {
        let Asked { device, from, to } = self.asked;
        let act = match self.count {
            1 => Act::Request(device, from, to),
            _ => Act::Part {
                device,
                from,
                to,
                stage,
                does: it.does.clone(),
            },
        };
        let effect = match (self.count, stage + 1 == self.count) {
            (1, _) => it.effect,
            (_, true) => it.effect.then(self.back()),
            (_, false) => it.effect.then(self.place(self.next + stage)),
        };
        Machine::command(at.and(&it.when), effect, act)
    }

    fn place(&self, pc: usize) -> Effect {
        Effect::of(self.words.layout.with_pc(pc))
    }

    /// The request has returned.
    fn back(&self) -> Effect {
        self.place(self.here.pc)
    }

    fn failure(&self, at: &Formula, (effect, after): (Effect, u32)) -> Command {
        let Asked { device, from, to } = self.asked;
        let act = Act::Failure(device, from, to, after);
        Command {
            hostile: true,
            ..Machine::command(at.clone(), effect.then(self.back()), act)
        }
    }

    /// The guest has its device reset, or gives it up: the request comes to nothing.
    fn overtaken(&self, between: u32) -> Command {
        let Asked { device, from, to } = self.asked;
        let others: Set = !(1 << between);
        let elsewhere = Formula::register(device, others);
        Machine::command(elsewhere, self.back(), Act::Overtaken(device, from, to))
    }
}
