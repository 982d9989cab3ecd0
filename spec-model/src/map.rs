//! Maps and sets for names. The keys come from the book's own authors, so that a hash need not stand
//! up to an adversary, only be short.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map; its order means nothing.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Short>>;

/// A set; its order means nothing.
pub(crate) type Set<K> = HashSet<K, BuildHasherDefault<Short>>;

/// Eight bytes a step: rotate, mix in, multiply.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Short(u64);

impl Short {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Short {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last));
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    fn finish(&self) -> u64 {
        // The table looks at the highest and the lowest bits.
        self.0.rotate_left(26)
    }
}
