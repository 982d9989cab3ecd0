//! What a move changes: bits that are cleared, then bits that are set.

use spec_model::model::{Change, Move, MoveAfter, Mover};

use crate::formula::{ABSENT, Formula};
use crate::machine::subjects;
use crate::words::{Subject, Words};

/// A change of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) clear: u128,
    pub(crate) set: u128,
}

impl Effect {
    /// This one, then another.
    pub(crate) fn then(self, next: Self) -> Self {
        Self {
            clear: self.clear | next.clear,
            set: self.set & !next.clear | next.set,
        }
    }

    pub(crate) const fn of((clear, set): (u128, u128)) -> Self {
        Self { clear, set }
    }

    #[inline]
    pub(crate) const fn apply(self, state: u128) -> u128 {
        state & !self.clear | self.set
    }
}

impl Words<'_> {
    /// When a move can be made, and what it changes.
    pub(crate) fn moved(&self, row: &Move, subject: Subject) -> (Formula, Effect) {
        let when = self.changed(&Change::Move(row.name.value.clone()), &row.when);
        (self.of(subject, when), self.effect(row, subject))
    }

    /// A device's register is in another state.
    pub(crate) fn in_register(&self, device: usize, number: u32) -> Effect {
        Effect::of(self.layout.with_register(device, number))
    }

    fn effect(&self, row: &Move, subject: Subject) -> Effect {
        let mut effect = Effect::default();
        for name in &row.clears {
            effect.clear |= self.bits(subject, &name.value);
        }
        for name in &row.sets {
            effect.set |= self.bits(subject, &name.value);
        }
        let (Subject::Device(device) | Subject::Pair(device, _)) = subject else {
            return effect;
        };
        match row.after.as_ref().map(|after| after.value) {
            None => effect,
            Some(MoveAfter::State(state)) => {
                let number = self.number(state).unwrap_or(ABSENT);
                effect.then(self.in_register(device, number))
            }
            Some(MoveAfter::Absent) => {
                let all = Effect::of((self.layout.device_mask(device), 0));
                effect.then(all).then(self.in_register(device, ABSENT))
            }
        }
    }

    /// The bits of a name in `Sets` or `Clears`.
    fn bits(&self, subject: Subject, name: &str) -> u128 {
        let layout = &self.layout;
        let one = |bit: Option<u32>| bit.map_or(0, |bit| 1u128 << bit);
        let others = |device: usize| (0..self.devices.len()).filter(move |&other| other != device);
        let peer = name.strip_prefix("peer_");
        match (subject, peer) {
            (Subject::Pair(i, j), Some(rest)) => {
                one(layout.device(rest, j)) | one(layout.pair(rest, j, i))
            }
            (Subject::Pair(i, j), None) => {
                one(layout.device(name, i))
                    | one(layout.pair(name, i, j))
                    | one(layout.machine(name))
            }
            (Subject::Device(device), Some(rest)) => {
                let bits = others(device).map(|other| one(layout.pair(rest, other, device)));
                bits.fold(0, |all, bit| all | bit)
            }
            (Subject::Device(device), None) => {
                let bits = others(device).map(|other| one(layout.pair(name, device, other)));
                let pairs = bits.fold(0, |all, bit| all | bit);
                pairs | one(layout.device(name, device)) | one(layout.machine(name))
            }
            (Subject::Machine, _) => one(layout.machine(name)),
        }
    }

    /// When the VMM has achieved something, and what that changes: of every device that is there.
    pub(crate) fn achieved(&self, row: &Move) -> (Formula, Effect) {
        let done = (Formula::constant(true), Effect::default());
        let each = subjects(row.scope, self.devices.len()).into_iter();
        each.fold(done, |(when, effect), subject| {
            let (own, does) = self.moved(row, subject);
            let own = match subject {
                Subject::Machine => own,
                Subject::Device(i) => own.or(self.absent(i)),
                Subject::Pair(i, j) => own.or(self.absent(i)).or(self.absent(j)),
            };
            (when.and(&own), effect.then(does))
        })
    }

    /// The row of `moves` that is a part of something.
    pub(crate) fn part(&self, by: Mover, name: &str) -> Option<&Move> {
        let mut rows = self.edition.system.moves.iter();
        rows.find(|row| row.by == by && row.name.value == name)
    }

    /// What a driver's action, arc or event does to a device: when it returns, and what it changes.
    pub(crate) fn deed(&self, device: usize, name: &str) -> (Formula, Effect) {
        match self.part(Mover::Driver, name) {
            Some(row) => self.moved(row, Subject::Device(device)),
            None => (Formula::constant(true), Effect::default()),
        }
    }
}
