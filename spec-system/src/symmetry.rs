//! Devices of the same kind may change places: of all states that differ in that only, the smallest
//! stands for all.

use spec_model::model::DeviceKind;

use crate::formula::MOST_DEVICES;
use crate::layout::Layout;

/// Places for the devices: the device at place `n` was at `of[n]`.
type Places = [usize; MOST_DEVICES];

/// A change of places, and what becomes of the nine bits of an observable of pairs.
#[derive(Clone, Debug)]
struct Exchange {
    places: Places,
    pairs: Vec<u16>,
}

impl Exchange {
    fn new(places: Places) -> Self {
        let pairs = |matrix: u16| {
            let bit = |n: usize| matrix >> (3 * places[n / 3] + places[n % 3]) & 1;
            (0..9).fold(0, |new, n| new | bit(n) << n)
        };
        Self {
            places,
            pairs: (0..1 << 9).map(pairs).collect(),
        }
    }
}

/// The changes of places that leave the machine as it is.
#[derive(Clone, Debug)]
pub(crate) struct Symmetry {
    others: Vec<Exchange>,
    /// Bits a device.
    width: u32,
    /// Where the bits of the pairs begin and end.
    pairs: (u32, u32),
}

impl Symmetry {
    pub(crate) fn new(devices: &[&DeviceKind], layout: &Layout) -> Self {
        let kind = |n: usize| devices.get(n).map(|kind| kind.name.value.as_str());
        let same = |places: &Places| {
            let alike =
                |n: usize| n == places[n] || kind(n).is_some() && kind(n) == kind(places[n]);
            (0..MOST_DEVICES).all(alike)
        };
        let all = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let [width, first, end] = layout.lasting_parts();
        Self {
            others: all.into_iter().filter(same).map(Exchange::new).collect(),
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
        moved
    }
}
