//! What the guest asks of the device: 32 bytes of guest memory.

/// One entry of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// What to do.
    pub operation: u32,
    /// Bytes; more than [`Descriptor::MAX_BYTES`] is a fault.
    pub length: u32,
    /// Where in guest memory.
    pub guest: u64,
    /// Where in device memory.
    pub local: u64,
    /// Written by the device: 0 until done, then one of the `DONE` and `FAULT`.
    pub status: u64,
}

/// What a descriptor can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Guest memory into device memory.
    In,
    /// Device memory into guest memory.
    Out,
    /// As `In`, from a page that the guest must provide first: a page request.
    Fetch,
}

impl Operation {
    /// The number in a descriptor.
    pub const fn number(self) -> u32 {
        match self {
            Self::In => 1,
            Self::Out => 2,
            Self::Fetch => 3,
        }
    }

    /// The operation of a number.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::In),
            2 => Some(Self::Out),
            3 => Some(Self::Fetch),
            _ => None,
        }
    }
}

impl Descriptor {
    /// Bytes of a descriptor.
    pub const LEN: usize = 32;
    /// Where in a descriptor the status is.
    pub const STATUS: u64 = 24;
    /// Bytes that one descriptor can move.
    pub const MAX_BYTES: u32 = 4096;
    /// Status of a descriptor that was carried out.
    pub const DONE: u64 = 1;
    /// Status of a descriptor that could not be.
    pub const FAULT: u64 = 2;

    /// As the guest writes it.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..4].copy_from_slice(&self.operation.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.guest.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.local.to_le_bytes());
        bytes[24..].copy_from_slice(&self.status.to_le_bytes());
        bytes
    }

    /// As the device reads it: any bytes are a descriptor.
    pub fn decode(bytes: &[u8; Self::LEN]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let first = u64::from_le_bytes(words[0]);
        Self {
            operation: first as u32,
            length: (first >> 32) as u32,
            guest: u64::from_le_bytes(words[1]),
            local: u64::from_le_bytes(words[2]),
            status: u64::from_le_bytes(words[3]),
        }
    }
}
