//! What a device does when the VMM asks for a state: the actions or arcs of the book.

use spec_model::analysis::{Register, loss, refuse, triggered};
use spec_model::model::{ActionTable, Bit, BitField, Change, OrderStatus, STREAM_LOST};

use crate::effect::Effect;
use crate::formula::Formula;
use crate::words::Words;

/// A part of a request that is done without a break: an action or arc, with those that follow it and
/// change nothing.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// It is not over before this holds.
    pub(crate) when: Formula,
    /// With the register's state.
    pub(crate) effect: Effect,
    /// The register's state afterwards, by number.
    pub(crate) after: u32,
    /// The names of the actions or arcs.
    pub(crate) does: Vec<String>,
}

/// What a request of one state in another does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// None: it is refused.
    pub(crate) stages: Vec<Stage>,
    /// How it ends where the device breaks: the effect and the register's state.
    pub(crate) broken: Option<(Effect, u32)>,
    /// A stage that fails can also leave the device where it is.
    pub(crate) stays: bool,
}

impl Words<'_> {
    /// What a request does. States by number.
    pub(crate) fn request(&self, device: usize, from: u32, to: u32) -> Request {
        let (old, new) = (self.states[from as usize], self.states[to as usize]);
        let stages = match self.register {
            Register::Bits(field) => self.write(field, device, old, new),
            Register::Fsm(_) => self.arcs(device, old, new),
        };
        let mut merged: Vec<Stage> = Vec::new();
        let mut before = from;
        for stage in stages {
            let (_, register) = self.layout.with_register(device, stage.after);
            let still = stage.after == before
                && stage.when == Formula::constant(true)
                && stage.effect.set == register
                && stage.effect.clear & !self.layout.with_register(device, 0).0 == 0;
            before = stage.after;
            match merged.last_mut() {
                Some(last) if still => last.does.extend(stage.does),
                _ => merged.push(stage),
            }
        }
        Request {
            broken: self.broken(device).filter(|_| !merged.is_empty()),
            stages: merged,
            stays: matches!(self.register, Register::Fsm(_)),
        }
    }

    /// The event of a reset.
    pub(crate) fn reset(&self) -> &str {
        self.event(self.register.initial())
    }

    /// The first event that leads to a state.
    fn event(&self, state: u32) -> &str {
        let events = self.edition.events.iter();
        let mut leading = events.filter(|event| {
            let after = event.after.as_ref().map(|after| after.value);
            after == Some(state)
        });
        leading.next().map_or("", |event| &event.name.value)
    }

    /// The device breaks.
    fn broken(&self, device: usize) -> Option<(Effect, u32)> {
        let error = self.error()?;
        let name = self.event(self.states[error as usize]);
        let (_, effect) = self.deed(device, name);
        Some((effect.then(self.in_register(device, error)), error))
    }

    fn order<'f>(&self, field: &'f BitField) -> Option<&'f ActionTable> {
        let changed = self.variant.map(|variant| &variant.change.value);
        let meant = |order: &&ActionTable| match changed {
            Some(Change::Step {
                order: Some(name), ..
            }) => order.name.value == *name,
            _ => order.status == OrderStatus::Adopted,
        };
        field.actions.iter().find(meant)
    }

    /// Action after action. After each, the bits that its group names have their new values.
    fn write(&self, field: &BitField, device: usize, old: u32, new: u32) -> Vec<Stage> {
        if refuse(field, &self.capabilities(device), old, new).is_some() {
            return Vec::new();
        }
        let order = self.order(field);
        let actions = order.map_or_else(Vec::new, |order| triggered(field, order, old, new));
        let lost = order.and_then(|order| loss(field, order, old, &actions));
        let (mut stages, mut bits) = (Vec::new(), old);
        for action in &actions {
            let names = action.group.value.names();
            let named = |bit: &&Bit| names.iter().any(|it| it.name == bit.name.value);
            let named = field.bits.iter().filter(named);
            let named = named.fold(0, |all, bit| {
                all | 1u32.checked_shl(bit.number.value).unwrap_or(0)
            });
            let next = bits & !named | new & named;
            // What no register holds, no device is in.
            bits = match self.number(next) {
                Some(number) if Some(number) != self.error() => next,
                _ => bits,
            };
            let mut stage = self.stage(device, &action.name.value, bits);
            if lost.as_ref().is_some_and(|it| it.by.name == action.name) {
                let bit = self.layout.device(STREAM_LOST, device);
                stage.effect.set |= bit.map_or(0, |bit| 1 << bit);
            }
            stages.push(stage);
        }
        match stages.last_mut() {
            Some(last) => self.arrive(device, last, new),
            None => {
                let nothing = self.stage(device, "", new);
                stages.push(Stage {
                    does: Vec::new(),
                    ..nothing
                });
            }
        }
        stages
    }

    /// An action or arc, after which the register is in a state.
    fn stage(&self, device: usize, name: &str, state: u32) -> Stage {
        let (when, effect) = self.deed(device, name);
        let mut stage = Stage {
            when,
            effect,
            after: 0,
            does: vec![name.to_owned()],
        };
        self.arrive(device, &mut stage, state);
        stage
    }

    fn arrive(&self, device: usize, stage: &mut Stage, state: u32) {
        stage.after = self.number(state).unwrap_or(0);
        stage.effect = stage.effect.then(self.in_register(device, stage.after));
    }

    /// Arc after arc, along the path.
    fn arcs(&self, device: usize, old: u32, new: u32) -> Vec<Stage> {
        let machine = &self.machines[device];
        let path = machine.path(old, new).unwrap_or_default();
        let arcs = path.windows(2);
        let arcs = arcs.filter_map(|ends| Some((machine.arc(ends[0], ends[1])?, ends[1])));
        arcs.map(|(arc, state)| self.stage(device, &arc.callback.value, state))
            .collect()
    }
}
