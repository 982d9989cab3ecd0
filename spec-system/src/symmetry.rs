//! Devices of the same kind may change places: of all states that differ in that only, the smallest
//! stands for all.

use spec_model::model::DeviceKind;

use crate::formula::MOST_DEVICES;
use crate::layout::Layout;

/// Places for the devices: the device at place `n` was at `of[n]`.
type Places = [usize; MOST_DEVICES];

/// The changes of places that leave the machine as it is.
#[derive(Clone, Debug)]
pub(crate) struct Symmetry {
    others: Vec<Places>,
    first_pair: u32,
    pairs: u32,
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
        let (first_pair, pairs) = layout.pair_part();
        Self {
            others: all.into_iter().filter(same).collect(),
            first_pair,
            pairs,
        }
    }

    /// The smallest of the states that differ in the places of devices only.
    #[inline]
    pub(crate) fn canonical(&self, state: u128) -> u128 {
        let moved = self.others.iter().map(|places| self.moved(state, places));
        moved.fold(state, u128::min)
    }

    fn moved(&self, state: u128, places: &Places) -> u128 {
        let low = state as u64;
        let device = |n: usize| low >> (16 * places[n]) & 0xffff;
        let devices = device(0) | device(1) << 16 | device(2) << 32;
        let mut moved = state >> 48 << 48 | u128::from(devices);
        for pair in 0..self.pairs {
            let shift = self.first_pair + 9 * pair;
            let matrix = (state >> shift) as u32 & 0x1ff;
            if matrix != 0 {
                let bit = |n: usize| matrix >> (3 * places[n / 3] + places[n % 3]) & 1;
                let new = (0..9).fold(0, |new, n| new | bit(n) << n);
                moved = moved & !(0x1ff << shift) | u128::from(new) << shift;
            }
        }
        moved
    }
}
