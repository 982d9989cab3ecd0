//! How the reference drivers frame their segments: a header with magic, version, device, session, sequence,
//! length and checksum, then the payload.
//!
//! A [`Receiver`] takes segments only whole, in order, from one session of one kind of device, so that cut, altered,
//! repeated, foreign, merged, split and swapped segments are all found.

use std::vec::Vec;

use crate::v1::Fault;
use crate::v2;

/// The version of the framing and of what is in it.
pub const VERSION: u16 = 1;
/// `VMIG`, little-endian.
const MAGIC: u32 = u32::from_le_bytes(*b"VMIG");

/// What a segment carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Device data; more follows.
    Data,
    /// Device data, and the stream ends here.
    Last,
}

/// What stands before the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the payload is.
    pub kind: Kind,
    /// Who made the device.
    pub device: u32,
    /// From 0, one more for each segment.
    pub sequence: u32,
    /// Differs between any two streams.
    pub session: u64,
}

/// A segment that does not belong where it stands, or was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

impl From<Invalid> for Fault {
    fn from(_: Invalid) -> Self {
        Self::InvalidStream
    }
}

impl From<Invalid> for v2::Fault {
    fn from(_: Invalid) -> Self {
        Self::InvalidStream
    }
}

/// Takes what user space writes of a stream that is kept until it is loaded, and may have `longest` bytes.
pub(super) fn keep(kept: &mut Vec<u8>, from: &[u8], longest: usize) -> Result<usize, v2::Fault> {
    if kept.len() + from.len() > longest {
        return Err(v2::Fault::StreamTooLong);
    }
    kept.extend_from_slice(from);
    Ok(from.len())
}

impl Header {
    /// Bytes before the payload.
    pub const LEN: usize = 40;
    /// Where among them the length of the payload is.
    const LENGTH: usize = 24;
    /// Where among them the checksum is.
    const CHECKSUM: usize = 32;

    /// Writes the header of this payload into the first bytes of a segment whose payload is in place.
    ///
    /// # Panics
    /// If the segment is shorter than a header.
    pub fn seal(&self, segment: &mut [u8]) {
        let length = (segment.len() - Self::LEN) as u64;
        let kind: u16 = match self.kind {
            Kind::Data => 0,
            Kind::Last => 1,
        };
        segment[..4].copy_from_slice(&MAGIC.to_le_bytes());
        segment[4..6].copy_from_slice(&VERSION.to_le_bytes());
        segment[6..8].copy_from_slice(&kind.to_le_bytes());
        segment[8..12].copy_from_slice(&self.device.to_le_bytes());
        segment[12..16].copy_from_slice(&self.sequence.to_le_bytes());
        segment[16..24].copy_from_slice(&self.session.to_le_bytes());
        segment[24..32].copy_from_slice(&length.to_le_bytes());
        let sum =
            checksum(&segment[..Self::CHECKSUM]) ^ checksum(&segment[Self::LEN..]).rotate_left(1);
        segment[Self::CHECKSUM..Self::LEN].copy_from_slice(&sum.to_le_bytes());
    }

    /// The header of a whole segment.
    ///
    /// # Errors
    /// The segment is not one that [`Header::seal`] made.
    pub fn open(segment: &[u8]) -> Result<Self, Invalid> {
        let (head, payload) = segment.split_at_checked(Self::LEN).ok_or(Invalid)?;
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let kind = match word(4) >> 16 {
            0 => Kind::Data,
            1 => Kind::Last,
            _ => return Err(Invalid),
        };
        let sound =
            word(0) == MAGIC && word(4) as u16 == VERSION && long(24) == payload.len() as u64;
        let sum = checksum(&head[..Self::CHECKSUM]) ^ checksum(payload).rotate_left(1);
        if !sound || long(Self::CHECKSUM) != sum {
            return Err(Invalid);
        }
        Ok(Self {
            kind,
            device: word(8),
            sequence: word(12),
            session: long(16),
        })
    }
}

/// The segments of a stream whose boundaries were lost: each header says how long its segment is. What follows the last
/// whole segment is a segment of its own, and no sound one.
pub fn segments(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let len = bytes
            .get(Header::LENGTH..)
            .and_then(|rest| rest.first_chunk());
        let len = len.map_or(u64::MAX, |len| u64::from_le_bytes(*len));
        let len = usize::try_from(len)
            .unwrap_or(usize::MAX)
            .saturating_add(Header::LEN);
        let (segment, after) = bytes.split_at(len.min(bytes.len()));
        bytes = after;
        Some(segment)
    })
}

/// Makes segments of one stream.
#[derive(Clone, Debug)]
pub struct Sender {
    device: u32,
    session: u64,
    next: u32,
}

impl Sender {
    /// A stream of this device; no two streams may have the same `session`.
    pub fn new(device: u32, session: u64) -> Self {
        Self {
            device,
            session,
            next: 0,
        }
    }

    /// Seals the next segment, payload in place.
    ///
    /// # Panics
    /// If the segment is shorter than a header.
    pub fn seal(&mut self, kind: Kind, segment: &mut [u8]) {
        let header = Header {
            kind,
            device: self.device,
            sequence: self.next,
            session: self.session,
        };
        header.seal(segment);
        self.next += 1;
    }
}

/// Accepts the segments of one stream, in order.
#[derive(Clone, Debug)]
pub struct Receiver {
    device: u32,
    session: Option<u64>,
    next: u32,
    ended: bool,
}

impl Receiver {
    /// For streams of this device.
    pub fn new(device: u32) -> Self {
        Self {
            device,
            session: None,
            next: 0,
            ended: false,
        }
    }

    /// The payload of the next segment.
    ///
    /// # Errors
    /// It is not the next segment of this stream, whole and unaltered.
    pub fn accept<'a>(&mut self, segment: &'a [u8]) -> Result<&'a [u8], Invalid> {
        let header = Header::open(segment)?;
        let session = *self.session.get_or_insert(header.session);
        let own = header.device == self.device && header.session == session;
        if !own || header.sequence != self.next || self.ended {
            return Err(Invalid);
        }
        self.next += 1;
        self.ended = header.kind == Kind::Last;
        Ok(&segment[Header::LEN..])
    }

    /// Whether the stream has come to its end.
    pub fn ended(&self) -> bool {
        self.ended
    }
}

/// Names streams: no two of a driver have the same number, nor two drivers with different seeds.
#[derive(Clone, Debug)]
pub struct Sessions {
    seed: u64,
    count: u64,
}

impl Sessions {
    /// Of the driver instance with this seed.
    pub fn new(seed: u32) -> Self {
        Self {
            seed: u64::from(seed) << 32,
            count: 0,
        }
    }

    /// A number that was not given before.
    pub fn next_session(&mut self) -> u64 {
        self.count += 1;
        self.seed | self.count
    }
}

/// Finds every change of one byte, and any other with a chance of one in 2^64. Four independent lanes, so that
/// it runs about as fast as memory.
pub fn checksum(bytes: &[u8]) -> u64 {
    let mut sums = Sums::default();
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        sums.add(block);
    }
    let mut last = [0; 32];
    last[..rest.len()].copy_from_slice(rest);
    sums.add(&last);
    sums.fold(bytes.len() as u64)
}

#[derive(Default)]
struct Sums {
    plain: [u64; 4],
    weighted: [u64; 4],
}

impl Sums {
    fn add(&mut self, block: &[u8; 32]) {
        let (words, _) = block.as_chunks::<8>();
        for (lane, word) in words.iter().enumerate() {
            self.plain[lane] = self.plain[lane].wrapping_add(u64::from_le_bytes(*word));
            self.weighted[lane] = self.weighted[lane].wrapping_add(self.plain[lane]);
        }
    }

    fn fold(&self, len: u64) -> u64 {
        let mut hash = len;
        for value in self.plain.iter().chain(&self.weighted) {
            hash = (hash ^ value)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29);
        }
        hash ^ (hash >> 32)
    }
}
