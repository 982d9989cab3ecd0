//! Where in the 128 bits of a state each thing is kept.
//!
//! What lasts fills the lower half, which alone tells states from each other: for each device the state of
//! its register, in the lowest four bits, then its observables; nine bits for each observable of pairs
//! (three times the first device, plus the second); the conditions and the machine's observables; at the
//! top, where the VMM is in its program. What lasts a moment is kept in the same order in the upper half.

use spec_model::model::{Definition, Edition, Observable, STREAM_LOST, Scope};

use crate::formula::MOST_DEVICES;

const REGISTER: u32 = 4;
const PAIR: u32 = (MOST_DEVICES * MOST_DEVICES) as u32;
/// The most steps of the VMM's program, as a power of two.
const PROGRAM: u32 = 12;
const PLACE: u32 = u64::BITS - PROGRAM;

/// The places of the bits.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    lasting: Part,
    moments: Part,
    /// All names by scope, in the order of the book.
    names: [Vec<String>; 3],
}

/// The places of what lasts, or of what does not.
#[derive(Clone, Debug)]
struct Part {
    start: u32,
    /// The bits of each device before its observables.
    register: u32,
    device: Vec<String>,
    pair: Vec<String>,
    machine: Vec<String>,
}

impl Part {
    /// Bits a device.
    fn width(&self) -> u32 {
        self.register + self.device.len() as u32
    }

    fn pairs(&self) -> u32 {
        self.start + self.width() * MOST_DEVICES as u32
    }

    fn machines(&self) -> u32 {
        self.pairs() + PAIR * self.pair.len() as u32
    }

    fn end(&self) -> u32 {
        self.machines() + self.machine.len() as u32
    }

    fn first(&self, device: usize) -> u32 {
        self.start + self.width() * device as u32
    }

    fn device_mask(&self, device: usize) -> u128 {
        ((1 << self.width()) - 1) << self.first(device)
    }

    fn device(&self, name: &str, device: usize) -> Option<u32> {
        Some(self.first(device) + self.register + place(&self.device, name)?)
    }

    fn pair(&self, name: &str, first: usize, second: usize) -> Option<u32> {
        let pair = (MOST_DEVICES * first + second) as u32;
        Some(self.pairs() + PAIR * place(&self.pair, name)? + pair)
    }

    fn machine(&self, name: &str) -> Option<u32> {
        Some(self.machines() + place(&self.machine, name)?)
    }
}

fn place(names: &[String], name: &str) -> Option<u32> {
    names.iter().position(|it| it == name).map(|n| n as u32)
}

impl Layout {
    /// For the observables that are kept, and the conditions. `None` where they are too many, which the
    /// checks of the book rule out.
    pub(crate) fn new(edition: &Edition) -> Option<Self> {
        let rows = &edition.system.observables;
        let named = |scope: Scope, wanted: fn(&Definition) -> bool| {
            let rows = rows.iter();
            let rows = rows.filter(move |row| row.scope == scope && wanted(&row.definition));
            rows.map(|row: &Observable| row.name.value.clone())
        };
        let lasts = |it: &Definition| matches!(it, Definition::Kept);
        let moment = |it: &Definition| matches!(it, Definition::Moment);
        let kept = |it: &Definition| !matches!(it, Definition::Derived(_));
        let lost = || std::iter::once(STREAM_LOST.to_owned());
        let conditions = || edition.conditions.iter().map(|row| row.name.value.clone());
        let layout = Self {
            lasting: Part {
                start: 0,
                register: REGISTER,
                device: named(Scope::Device, lasts).collect(),
                pair: named(Scope::Pair, lasts).collect(),
                machine: conditions().chain(named(Scope::Machine, lasts)).collect(),
            },
            moments: Part {
                start: u64::BITS,
                register: 0,
                device: lost().chain(named(Scope::Device, moment)).collect(),
                pair: named(Scope::Pair, moment).collect(),
                machine: named(Scope::Machine, moment).collect(),
            },
            names: [
                lost().chain(named(Scope::Device, kept)).collect(),
                named(Scope::Pair, kept).collect(),
                conditions().chain(named(Scope::Machine, kept)).collect(),
            ],
        };
        let fits = layout.lasting.end() <= PLACE && layout.moments.end() <= u128::BITS;
        fits.then_some(layout)
    }

    pub(crate) fn device(&self, name: &str, device: usize) -> Option<u32> {
        let lasting = self.lasting.device(name, device);
        lasting.or_else(|| self.moments.device(name, device))
    }

    pub(crate) fn pair(&self, name: &str, first: usize, second: usize) -> Option<u32> {
        let lasting = self.lasting.pair(name, first, second);
        lasting.or_else(|| self.moments.pair(name, first, second))
    }

    pub(crate) fn machine(&self, name: &str) -> Option<u32> {
        let lasting = self.lasting.machine(name);
        lasting.or_else(|| self.moments.machine(name))
    }

    /// Every observable of devices, pairs and the machine that is kept.
    pub(crate) fn names(&self, scope: Scope) -> &[String] {
        &self.names[scope as usize]
    }

    /// Whether any of the bits lasts a moment.
    pub(crate) const fn is_of_moment(bits: u128) -> bool {
        bits >> u64::BITS != 0
    }

    pub(crate) fn with_pc(&self, pc: usize) -> (u128, u128) {
        (
            u128::from(u64::MAX << PLACE),
            u128::from((pc as u64) << PLACE),
        )
    }

    /// The register's state of a device.
    pub(crate) fn register(&self, state: u128, device: usize) -> u32 {
        (state >> self.lasting.first(device)) as u32 & ((1 << REGISTER) - 1)
    }

    /// The mask, and the value, of a device in a register's state.
    pub(crate) fn with_register(&self, device: usize, number: u32) -> (u128, u128) {
        let shift = self.lasting.first(device);
        (((1 << REGISTER) - 1) << shift, u128::from(number) << shift)
    }

    /// Sixteen bits a device: that of its register's state is set.
    pub(crate) fn registers(&self, state: u128) -> u64 {
        let one = |device| 1 << (16 * device as u32 + self.register(state, device));
        (0..MOST_DEVICES).map(one).sum()
    }

    /// All bits of a device.
    pub(crate) fn device_mask(&self, device: usize) -> u128 {
        self.lasting.device_mask(device) | self.moments.device_mask(device)
    }

    /// Bits a device, and where those of the pairs begin and end.
    pub(crate) fn lasting_parts(&self) -> [u32; 3] {
        let part = &self.lasting;
        [part.width(), part.pairs(), part.machines()]
    }

    /// Where the bits end that are not the VMM's place.
    pub(crate) fn lasting_end(&self) -> u32 {
        self.lasting.end()
    }
}

/// Whether the VMM's program may have so many places.
pub(crate) const fn has_place(places: usize) -> bool {
    places <= 1 << PROGRAM
}

/// The same with the VMM at another place in its program.
#[inline]
pub(crate) const fn at(state: u64, pc: usize) -> u64 {
    state & !(u64::MAX << PLACE) | (pc as u64) << PLACE
}

/// Where the VMM is in its program.
#[inline]
pub(crate) const fn pc(state: u64) -> usize {
    (state >> PLACE) as usize
}
