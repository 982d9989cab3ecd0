//! The part of the device's state that is not memory.

/// Registers, counters and clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Core {
    /// Guest address of the ring.
    pub ring: u64,
    /// Descriptors in the ring; 0 disables it.
    pub entries: u64,
    /// The descriptor that comes next.
    pub head: u64,
    /// The first descriptor that the guest has not filled.
    pub tail: u64,
    /// Descriptors completed.
    pub completed: u64,
    /// Descriptors that named memory which does not exist.
    pub faults: u64,
    /// Moments that the device has run.
    pub clock: u64,
    /// The guest address that it waits for (a page request), plus one; 0 when it waits for none.
    pub waiting: u64,
}

impl Core {
    /// Bytes when encoded.
    pub const LEN: usize = 64;

    /// Little-endian, in the order of the fields.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        for (into, value) in bytes.chunks_exact_mut(8).zip(self.words()) {
            into.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// From [`Core::encode`]; `None` for another length, or for values that no device can have.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().ok()?;
        let mut words = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|word| u64::from_le_bytes(*word));
        let mut next = || words.next();
        let core = Self {
            ring: next()?,
            entries: next()?,
            head: next()?,
            tail: next()?,
            completed: next()?,
            faults: next()?,
            clock: next()?,
            waiting: next()?,
        };
        core.sound().then_some(core)
    }

    /// Whether a device can be in this state.
    pub fn sound(&self) -> bool {
        let places = self.entries.max(1);
        self.entries <= super::registers::MAX_ENTRIES && self.head < places && self.tail < places
    }

    fn words(&self) -> [u64; 8] {
        [
            self.ring,
            self.entries,
            self.head,
            self.tail,
            self.completed,
            self.faults,
            self.clock,
            self.waiting,
        ]
    }
}
