//! Devices of the same kind may change places: of all states that differ in that only, the smallest
//! stands for all.

use crate::formula::MOST_DEVICES;
use crate::layout::{at, pc};
use crate::machine::{Machine, Mid};

/// Places for the devices: the device at place `n` was at `of[n]`.
type Places = [usize; MOST_DEVICES];

/// A change of places, and what becomes of the nine bits of an observable of pairs, and of where the VMM
/// is in its program.
#[derive(Clone, Debug)]
struct Exchange {
    places: Places,
    pairs: Vec<u16>,
    program: Vec<u16>,
}

impl Exchange {
    fn new(places: Places, machine: &Machine<'_>) -> Self {
        let pairs = |matrix: u16| {
            let bit = |n: usize| matrix >> (3 * places[n / 3] + places[n % 3]) & 1;
            (0..9).fold(0, |new, n| new | bit(n) << n)
        };
        Self {
            places,
            pairs: (0..1 << 9).map(pairs).collect(),
            program: program(places, machine),
        }
    }
}

/// In the midst of a request, the VMM waits for a device that now has another place.
fn program(places: Places, machine: &Machine<'_>) -> Vec<u16> {
    let rows = machine.places.len();
    let moved = |&mid: &Mid| {
        let new = mid.of(|device| places.iter().position(|&it| it == device).unwrap_or(device));
        let known = machine.mids.iter().position(|it| *it == new);
        known.map_or(0, |n| (rows + n) as u16)
    };
    let others = machine.mids.iter().map(moved);
    (0..rows as u16).chain(others).collect()
}

/// The changes of places that leave the machine as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symmetry {
    others: Vec<Exchange>,
    /// Bits a device.
    width: u32,
    /// Where the bits of the pairs begin and end.
    pairs: (u32, u32),
}

impl Symmetry {
    pub(crate) fn new(machine: &Machine<'_>) -> Self {
        let (devices, layout) = (&machine.words.devices, machine.layout());
        let kind = |n: usize| devices.get(n).map(|kind| kind.name.value.as_str());
        let same = |places: &Places| {
            let alike =
                |n: usize| n == places[n] || kind(n).is_some() && kind(n) == kind(places[n]);
            (0..MOST_DEVICES).all(alike)
        };
        let all = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let [width, first, end] = layout.lasting_parts();
        Self {
            others: all
                .into_iter()
                .filter(same)
                .map(|places| Exchange::new(places, machine))
                .collect(),
            width,
            pairs: (first, end),
        }
    }

    /// The smallest of the states that differ in the places of devices only.
    #[inline]
    pub(crate) fn canonical(&self, state: u64) -> u64 {
        if self.others.is_empty() {
            return state;
        }
        let moved = self
            .others
            .iter()
            .map(|exchange| self.moved(state, exchange));
        moved.fold(state, u64::min)
    }

    fn moved(&self, state: u64, exchange: &Exchange) -> u64 {
        let device = |n: usize| state >> (self.width * n as u32) & ((1 << self.width) - 1);
        let mut moved = state >> self.pairs.0 << self.pairs.0;
        for (n, &place) in exchange.places.iter().enumerate() {
            moved |= device(place) << (self.width * n as u32);
        }
        for shift in (self.pairs.0..self.pairs.1).step_by(9) {
            let matrix = (state >> shift) as usize & 0x1ff;
            moved = moved & !(0x1ff << shift) | u64::from(exchange.pairs[matrix]) << shift;
        }
        at(moved, usize::from(exchange.program[pc(state)]))
    }
}
