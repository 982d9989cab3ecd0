//! What a device does when the VMM asks for a state: the actions or arcs of the book.

use spec_model::analysis::{Register, loss, refuse, triggered};
use spec_model::model::{ActionTable, BitField, Change, OrderStatus, STREAM_LOST};

use crate::effect::Effect;
use crate::formula::Formula;
use crate::words::Words;

/// A way in which a request can end.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// It does not return before this holds.
    pub(crate) when: Formula,
    pub(crate) effect: Effect,
    /// The register's state afterwards, by number.
    pub(crate) after: u32,
    pub(crate) failed: bool,
}

impl Words<'_> {
    /// Every way in which a request of one register state in another can end, the good one first; none
    /// where it is refused. States by number.
    pub(crate) fn request(&self, device: usize, from: u32, to: u32) -> Vec<Outcome> {
        let (old, new) = (self.states[from as usize], self.states[to as usize]);
        let mut outcomes = match self.register {
            Register::Bits(field) => Vec::from_iter(self.write(field, device, old, new)),
            Register::Fsm(_) => self.arcs(device, old, new),
        };
        if !outcomes.is_empty() {
            outcomes.extend(self.broken(device));
        }
        outcomes
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
    fn broken(&self, device: usize) -> Option<Outcome> {
        let error = self.error()?;
        let name = self.event(self.states[error as usize]);
        let (_, effect) = self.deed(device, name);
        Some(Outcome {
            when: Formula::constant(true),
            effect: effect.then(self.in_register(device, error)),
            after: error,
            failed: true,
        })
    }

    fn order<'f>(&self, field: &'f BitField) -> Option<&'f ActionTable> {
        let changed = self.variant.map(|variant| &variant.change.value);
        let meant = |order: &&ActionTable| match changed {
            Some(Change::Order(name)) => order.name.value == *name,
            _ => order.status == OrderStatus::Adopted,
        };
        field.actions.iter().find(meant)
    }

    fn write(&self, field: &BitField, device: usize, old: u32, new: u32) -> Option<Outcome> {
        if refuse(field, &self.capabilities(device), old, new).is_some() {
            return None;
        }
        let (mut when, mut effect) = (Formula::constant(true), Effect::default());
        if let Some(order) = self.order(field) {
            let actions = triggered(field, order, old, new);
            for action in &actions {
                let (returns, does) = self.deed(device, &action.name.value);
                when = when.and(&returns);
                effect = effect.then(does);
            }
            if loss(field, order, old, &actions).is_some() {
                let lost = self.layout.device(STREAM_LOST, device);
                effect.set |= lost.map_or(0, |bit| 1 << bit);
            }
        }
        Some(self.done(device, (when, effect), new))
    }

    fn done(&self, device: usize, (when, effect): (Formula, Effect), state: u32) -> Outcome {
        let after = self.number(state).unwrap_or(0);
        Outcome {
            when,
            effect: effect.then(self.in_register(device, after)),
            after,
            failed: false,
        }
    }

    /// Along the path; a failing arc leaves the device where it is.
    fn arcs(&self, device: usize, old: u32, new: u32) -> Vec<Outcome> {
        let machine = &self.machines[device];
        let Ok(path) = machine.path(old, new) else {
            return Vec::new();
        };
        let (mut when, mut effect) = (Formula::constant(true), Effect::default());
        let mut outcomes = Vec::new();
        for (n, ends) in path.windows(2).enumerate() {
            if n > 0 {
                let stuck = self.done(device, (when.clone(), effect), ends[0]);
                outcomes.push(Outcome {
                    failed: true,
                    ..stuck
                });
            }
            if let Some(arc) = machine.arc(ends[0], ends[1]) {
                let (returns, does) = self.deed(device, &arc.callback.value);
                when = when.and(&returns);
                effect = effect.then(does);
            }
        }
        outcomes.insert(0, self.done(device, (when, effect), new));
        outcomes
    }
}
