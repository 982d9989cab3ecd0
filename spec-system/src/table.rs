//! The states that were seen, in the order of finding them, with the state that each was found from.

/// One flat table of states, and one of their places: at most 28 bytes a state.
#[derive(Debug, Default)]
pub(crate) struct Table {
    states: Vec<u64>,
    parents: Vec<u32>,
    /// Open addressing: the number of a state plus one; 0 is free. A power of two long, and at least half
    /// of it free.
    slots: Vec<u32>,
    /// How many bits of a mixed state do not count.
    shift: u32,
}

/// The number of a state that was found first, and so has no parent.
pub(crate) const NOBODY: u32 = u32::MAX;

const SMALLEST: usize = 1 << 12;

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            slots: vec![0; SMALLEST],
            shift: u64::BITS - SMALLEST.trailing_zeros(),
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    #[inline]
    pub(crate) fn state(&self, number: u32) -> u64 {
        self.states[number as usize]
    }

    pub(crate) fn parent(&self, number: u32) -> Option<u32> {
        Some(self.parents[number as usize]).filter(|&parent| parent != NOBODY)
    }

    /// Where to look for a state first.
    #[inline]
    fn slot(&self, state: u64) -> usize {
        let mixed = (state ^ state >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The highest bits are mixed best.
        (mixed >> self.shift) as usize
    }

    /// The number of a state, and whether it is new.
    #[inline]
    pub(crate) fn insert(&mut self, state: u64, parent: u32) -> (u32, bool) {
        let mask = self.slots.len() - 1;
        let mut slot = self.slot(state);
        loop {
            match self.slots[slot & mask] {
                0 => break,
                taken if self.states[taken as usize - 1] == state => return (taken - 1, false),
                _ => slot += 1,
            }
        }
        self.states.push(state);
        self.parents.push(parent);
        self.slots[slot & mask] = self.states.len() as u32;
        if self.states.len() * 2 > self.slots.len() {
            self.grow();
        }
        (self.states.len() as u32 - 1, true)
    }

    #[cold]
    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots = vec![0; mask + 1];
        self.shift -= 1;
        for n in 0..self.states.len() {
            let mut slot = self.slot(self.states[n]);
            while self.slots[slot & mask] != 0 {
                slot += 1;
            }
            self.slots[slot & mask] = n as u32 + 1;
        }
    }

    /// Bytes in use for the states, their parents and places.
    pub(crate) fn bytes(&self) -> usize {
        self.states.len() * (size_of::<u64>() + size_of::<u32>())
            + self.slots.len() * size_of::<u32>()
    }
}
