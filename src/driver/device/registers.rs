//! The BAR: 64-bit registers. Any other access, and every access while the device does not answer, reads
//! as all ones and writes nothing.

use super::{Core, Device};

/// Descriptors that a ring can have.
pub(super) const MAX_ENTRIES: u64 = 256;

/// A register, by its offset in the BAR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Register {
    /// Who made it. Read only.
    Identity = 0x00,
    /// Guest address of the ring.
    Ring = 0x08,
    /// Descriptors in the ring; writing empties the ring.
    Entries = 0x10,
    /// The doorbell: the first descriptor that the guest has not filled.
    Tail = 0x18,
    /// The descriptor that comes next. Read only.
    Head = 0x20,
    /// Descriptors completed. Read only.
    Completed = 0x28,
    /// The clock. Read only.
    Clock = 0x30,
    /// Control: which word of the state [`Register::ControlData`] means.
    ControlIndex = 0x80,
    /// Control: the word; the index moves on.
    ControlData = 0x88,
}

impl Register {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Ring,
        Self::Entries,
        Self::Tail,
        Self::Head,
        Self::Completed,
        Self::Clock,
        Self::ControlIndex,
        Self::ControlData,
    ];

    /// The register at this offset.
    pub fn at(offset: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|register| register.offset() == offset)
    }

    /// Where it is in the BAR.
    pub const fn offset(self) -> u64 {
        self as u64
    }
}

impl Device {
    /// MMIO read.
    pub fn read_bar(&mut self, offset: u64, into: &mut [u8]) {
        let value = self
            .touch(offset, into.len())
            .map_or(u64::MAX, |register| self.read_register(register));
        if let Ok(into) = <&mut [u8; 8]>::try_from(&mut *into) {
            *into = value.to_le_bytes();
        } else {
            into.fill(0xff);
        }
    }

    /// MMIO write.
    pub fn write_bar(&mut self, offset: u64, from: &[u8]) {
        let register = self.touch(offset, from.len());
        if let (Some(register), Ok(bytes)) = (register, <[u8; 8]>::try_from(from)) {
            self.write_register(register, u64::from_le_bytes(bytes));
        }
    }

    /// The register that an access reaches, and what the mere access does to fragile hardware.
    fn touch(&mut self, offset: u64, len: usize) -> Option<Register> {
        if self.trouble.dead {
            return None;
        }
        if !self.running {
            if self.hardware.needs_quiet_mmio {
                self.spoil();
            }
            return None;
        }
        if len == 8 { Register::at(offset) } else { None }
    }

    /// What a touch does to stopped hardware that cannot bear one: its state is wrong from here on, all over.
    fn spoil(&mut self) {
        self.core.clock ^= 1 << 63;
        for byte in self.memory.iter_mut().step_by(64) {
            *byte = !*byte;
        }
    }

    fn read_register(&mut self, register: Register) -> u64 {
        match register {
            Register::Identity => self.hardware.id.into(),
            Register::Ring => self.core.ring,
            Register::Entries => self.core.entries,
            Register::Tail => self.core.tail,
            Register::Head => self.core.head,
            Register::Completed => self.core.completed,
            Register::Clock => self.core.clock,
            Register::ControlIndex | Register::ControlData if !self.hardware.control_registers => {
                u64::MAX
            }
            Register::ControlIndex => self.index as u64,
            Register::ControlData => self.read_control(),
        }
    }

    fn write_register(&mut self, register: Register, value: u64) {
        match register {
            Register::Identity | Register::Head | Register::Completed | Register::Clock => {}
            Register::Ring => self.core.ring = value,
            Register::Entries => {
                self.core.entries = value.min(MAX_ENTRIES);
                self.core.head = 0;
                self.core.tail = 0;
            }
            Register::Tail => self.ring_doorbell(value),
            Register::ControlIndex | Register::ControlData if !self.hardware.control_registers => {}
            Register::ControlIndex => self.set_control_index(value),
            Register::ControlData => self.write_control(value),
        }
    }

    /// The guest has filled the ring up to here.
    pub fn ring_doorbell(&mut self, tail: u64) {
        if tail < self.core.entries {
            self.core.tail = tail;
        }
    }

    /// Which word of the state is read or written next.
    pub fn set_control_index(&mut self, word: u64) {
        self.index = usize::try_from(word).unwrap_or(usize::MAX);
    }

    /// Reads a word of the state and moves on; all ones outside it.
    pub fn read_control(&mut self) -> u64 {
        let word = self.index;
        self.index = self.index.saturating_add(1);
        match word.checked_sub(Core::LEN / 8) {
            None => u64::from_le_bytes(self.core.encode().as_chunks::<8>().0[word]),
            Some(word) => self
                .memory
                .as_chunks::<8>()
                .0
                .get(word)
                .map_or(u64::MAX, |w| u64::from_le_bytes(*w)),
        }
    }

    /// Writes a word of the state and moves on; dropped outside it, or where no device can have it.
    pub fn write_control(&mut self, value: u64) {
        let word = self.index;
        self.index = self.index.saturating_add(1);
        match word.checked_sub(Core::LEN / 8) {
            None => {
                let mut bytes = self.core.encode();
                bytes.as_chunks_mut::<8>().0[word] = value.to_le_bytes();
                if let Some(core) = Core::decode(&bytes) {
                    self.core = core;
                }
            }
            Some(word) => {
                if let Some(into) = self.memory.as_chunks_mut::<8>().0.get_mut(word) {
                    *into = value.to_le_bytes();
                    self.note_change(word * 8..word * 8 + 8);
                }
            }
        }
    }
}
