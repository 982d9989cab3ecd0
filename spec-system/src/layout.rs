//! Where in the 128 bits of a state each thing is kept.
//!
//! Sixteen bits a device (the register's state in the lowest four), nine for each observable of pairs
//! (three times the first device, plus the second), then the machine's.

use spec_model::model::{Definition, Edition, Observable, STREAM_LOST, Scope};

use crate::formula::MOST_DEVICES;

const DEVICE: u32 = 16;
const REGISTER: u32 = 4;
const PAIR: u32 = (MOST_DEVICES * MOST_DEVICES) as u32;
/// The most steps of the VMM's program, as a power of two.
const PROGRAM: u32 = 12;

/// The places of the bits.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    device: Vec<String>,
    pair: Vec<String>,
    machine: Vec<String>,
    /// Observables that last a moment, of every scope.
    pub(crate) moments: u128,
}

impl Layout {
    /// For the observables that are kept, and the conditions.
    pub(crate) fn new(edition: &Edition) -> Self {
        let rows = &edition.system.observables;
        let kept = |scope: Scope| {
            let kept = move |row: &&Observable| {
                row.scope == scope && !matches!(row.definition, Definition::Derived(_))
            };
            rows.iter().filter(kept).map(|row| row.name.value.clone())
        };
        let conditions = edition.conditions.iter().map(|row| row.name.value.clone());
        let mut layout = Self {
            device: std::iter::once(STREAM_LOST.to_owned())
                .chain(kept(Scope::Device))
                .collect(),
            pair: kept(Scope::Pair).collect(),
            machine: conditions.chain(kept(Scope::Machine)).collect(),
            moments: 0,
        };
        layout.moments = layout.of_moments(rows);
        layout
    }

    fn of_moments(&self, rows: &[Observable]) -> u128 {
        let moment = |row: &&Observable| matches!(row.definition, Definition::Moment);
        let names = rows
            .iter()
            .filter(moment)
            .map(|row| row.name.value.as_str());
        let names = names.chain([STREAM_LOST]);
        names.fold(0, |mask, name| mask | self.everywhere(name))
    }

    /// The bits of a name, of every device or pair.
    fn everywhere(&self, name: &str) -> u128 {
        let devices = 0..MOST_DEVICES;
        let single = devices
            .clone()
            .filter_map(|device| self.device(name, device));
        let pairs =
            devices.flat_map(|i| (0..MOST_DEVICES).filter_map(move |j| self.pair(name, i, j)));
        let bits = single.chain(pairs).chain(self.machine(name));
        bits.fold(0, |mask, bit| mask | 1 << bit)
    }

    pub(crate) fn device(&self, name: &str, device: usize) -> Option<u32> {
        let n = self.device.iter().position(|known| known == name)? as u32;
        Some(DEVICE * device as u32 + REGISTER + n)
    }

    pub(crate) fn pair(&self, name: &str, first: usize, second: usize) -> Option<u32> {
        let n = self.pair.iter().position(|known| known == name)? as u32;
        Some(self.pairs() + PAIR * n + (MOST_DEVICES * first + second) as u32)
    }

    pub(crate) fn machine(&self, name: &str) -> Option<u32> {
        let n = self.machine.iter().position(|known| known == name)? as u32;
        Some(self.pairs() + PAIR * self.pair.len() as u32 + n)
    }

    /// Every observable of devices, pairs and the machine that is kept.
    pub(crate) fn names(&self, scope: Scope) -> &[String] {
        match scope {
            Scope::Device => &self.device,
            Scope::Pair => &self.pair,
            Scope::Machine => &self.machine,
        }
    }

    const fn pairs(&self) -> u32 {
        DEVICE * MOST_DEVICES as u32
    }

    fn program(&self) -> u32 {
        self.pairs() + PAIR * self.pair.len() as u32 + self.machine.len() as u32
    }

    /// Where the VMM is in its program.
    pub(crate) fn pc(&self, state: u128) -> usize {
        (state >> self.program()) as usize & ((1 << PROGRAM) - 1)
    }

    pub(crate) fn with_pc(&self, pc: usize) -> (u128, u128) {
        let mask = ((1 << PROGRAM) - 1) << self.program();
        (mask, (pc as u128) << self.program())
    }

    /// The number of the first bit of the pairs' part, and how many observables it has.
    pub(crate) fn pair_part(&self) -> (u32, u32) {
        (self.pairs(), self.pair.len() as u32)
    }
}

/// The register's state of a device.
pub(crate) const fn register(state: u128, device: usize) -> u32 {
    (state >> (DEVICE * device as u32)) as u32 & ((1 << REGISTER) - 1)
}

/// The mask, and the value, of a device in a register's state.
pub(crate) const fn with_register(device: usize, number: u32) -> (u128, u128) {
    let shift = DEVICE * device as u32;
    (0xf << shift, (number as u128) << shift)
}

/// One bit a device: that of its register's state.
#[inline]
pub(crate) const fn registers(state: u128) -> u64 {
    1 << register(state, 0) | 1 << (16 + register(state, 1)) | 1 << (32 + register(state, 2))
}

/// All bits of a device.
pub(crate) const fn device_mask(device: usize) -> u128 {
    0xffff << (DEVICE * device as u32)
}
