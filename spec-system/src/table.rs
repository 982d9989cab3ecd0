//! The states that were seen, in the order of finding them, with the state that each was found from.

/// One flat table of states, and one of their places: at most 36 bytes a state.
#[derive(Debug, Default)]
pub(crate) struct Table {
    states: Vec<u128>,
    parents: Vec<u32>,
    /// Open addressing: the number of a state plus one; 0 is free. A power of two long.
    slots: Vec<u32>,
}

/// The number of a state that was found first, and so has no parent.
pub(crate) const NOBODY: u32 = u32::MAX;

fn mixed(state: u128) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let low = (state as u64).wrapping_mul(FACTOR);
    let high = ((state >> 64) as u64 ^ low.rotate_left(32)).wrapping_mul(FACTOR);
    high ^ high >> 29
}

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            slots: vec![0; 1 << 10],
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn state(&self, number: u32) -> u128 {
        self.states[number as usize]
    }

    pub(crate) fn parent(&self, number: u32) -> Option<u32> {
        Some(self.parents[number as usize]).filter(|&parent| parent != NOBODY)
    }

    fn find(&self, state: u128) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = mixed(state) as usize & mask;
        loop {
            match self.slots[slot] {
                0 => return Err(slot),
                taken if self.states[taken as usize - 1] == state => return Ok(taken - 1),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// The number of a state, and whether it is new.
    #[inline]
    pub(crate) fn insert(&mut self, state: u128, parent: u32) -> (u32, bool) {
        let slot = match self.find(state) {
            Ok(known) => return (known, false),
            Err(slot) => slot,
        };
        self.states.push(state);
        self.parents.push(parent);
        self.slots[slot] = self.states.len() as u32;
        if self.states.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        (self.states.len() as u32 - 1, true)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots = vec![0; mask + 1];
        for (n, &state) in self.states.iter().enumerate() {
            let mut slot = mixed(state) as usize & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = n as u32 + 1;
        }
    }

    /// Bytes in use for the states, their parents and places.
    pub(crate) fn bytes(&self) -> usize {
        self.states.len() * (size_of::<u128>() + size_of::<u32>())
            + self.slots.len() * size_of::<u32>()
    }
}
