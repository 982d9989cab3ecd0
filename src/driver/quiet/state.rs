//! The state on its way through the control registers, and the stream that carries it: the words of the
//! state in order, in the last segment followed by the hardware's seal.

use std::ops::Range;
use std::vec;
use std::vec::Vec;

use super::{ID, SECTION_LEN};
use crate::driver::device::{Core, Device};
use crate::driver::stream::{Header, Invalid, Kind, Receiver, Sender, checksum};

/// Words of the state that fit into a segment, beside the seal.
const WORDS: usize = (SECTION_LEN - Header::LEN) / 8 - 1;

/// A stream that is being read.
#[derive(Debug)]
pub(super) struct Outgoing {
    sender: Sender,
    seal: u64,
    /// Words that are still in the hardware.
    words: Range<usize>,
    /// The segment in hand.
    pub(super) segment: Vec<u8>,
}

impl Outgoing {
    pub(super) fn new(session: u64, device: &Device, seal: u64) -> Self {
        let words = 0..device.image_len() / 8;
        Self {
            sender: Sender::new(ID, session),
            seal,
            words,
            segment: Vec::new(),
        }
    }

    /// The state was replaced before anything of it was read.
    pub(super) fn reseal(&mut self, seal: u64) {
        self.seal = seal;
    }

    /// Bytes of state not yet read.
    pub(super) fn pending(&self) -> usize {
        self.words.len() * 8
    }

    /// Reads the next words out of the hardware. How many is the driver's own count: a peer that writes the
    /// index register changes what is read, never how much.
    pub(super) fn advance(&mut self, device: &mut Device) {
        let count = self.words.len().min(WORDS);
        self.segment = vec![0; Header::LEN];
        device.set_control_index(self.words.start as u64);
        for _ in 0..count {
            self.segment
                .extend_from_slice(&device.read_control().to_le_bytes());
        }
        self.words.start += count;
        let kind = if self.words.is_empty() {
            Kind::Last
        } else {
            Kind::Data
        };
        if kind == Kind::Last {
            self.segment.extend_from_slice(&self.seal.to_le_bytes());
        }
        self.sender.seal(kind, &mut self.segment);
    }
}

/// What user space has written.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    segments: Vec<Vec<u8>>,
    open: Vec<u8>,
}

impl Incoming {
    /// Puts bytes into the segment that is being written; a hole before them is zero.
    pub(super) fn write(&mut self, at: usize, from: &[u8]) {
        let end = at + from.len();
        if self.open.len() < end {
            self.open.resize(end, 0);
        }
        self.open[at..end].copy_from_slice(from);
    }

    /// Ends the segment: it has this length, whatever was written.
    pub(super) fn commit(&mut self, len: usize) {
        let mut segment = std::mem::take(&mut self.open);
        segment.resize(len, 0);
        self.segments.push(segment);
    }

    /// Bytes in committed segments.
    pub(super) fn committed(&self) -> usize {
        self.segments.iter().map(Vec::len).sum()
    }

    /// The state that the segments carry, and its seal.
    pub(super) fn state(&self, expected: usize) -> Result<(Vec<u8>, u64), Invalid> {
        let mut receiver = Receiver::new(ID);
        let mut bytes = Vec::with_capacity(expected + 8);
        for segment in &self.segments {
            bytes.extend_from_slice(receiver.accept(segment)?);
        }
        let (state, seal) = bytes.split_last_chunk::<8>().ok_or(Invalid)?;
        let seal = u64::from_le_bytes(*seal);
        let whole = receiver.ended() && state.len() == expected;
        let sound = whole && Core::decode(&state[..Core::LEN]).is_some() && checksum(state) == seal;
        if sound {
            Ok((state.to_vec(), seal))
        } else {
            Err(Invalid)
        }
    }
}

/// The longest stream for a state of this length.
pub(super) fn stream_len(state: usize) -> usize {
    state + 8 + (state / 8).div_ceil(WORDS) * Header::LEN
}
