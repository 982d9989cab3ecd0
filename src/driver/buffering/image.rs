//! What the segments of this driver carry: records `offset, length, bytes` of device memory, then in the
//! last segment the rest of the state.

use std::ops::Range;
use std::vec::Vec;

use super::super::device::{Core, Device};
use super::super::stream::{Header, Invalid, Kind, Receiver, Sender};

/// Bytes before the bytes of a record.
const RECORD: usize = 16;

/// How much memory fits into one segment of a window: the log hands out blocks, and each could need a record.
pub(super) fn room(window: usize) -> usize {
    (window - Header::LEN - Core::LEN) / (Device::LOG_BLOCK + RECORD) * Device::LOG_BLOCK
}

/// Appends a sealed segment with these runs of memory; the last one carries the rest of the state too.
/// Gives the place where it begins.
pub(super) fn append(
    bytes: &mut Vec<u8>,
    sender: &mut Sender,
    device: &Device,
    runs: &[Range<usize>],
    kind: Kind,
) -> usize {
    let start = bytes.len();
    bytes.resize(start + Header::LEN, 0);
    for run in runs {
        bytes.extend_from_slice(&(run.start as u64).to_le_bytes());
        bytes.extend_from_slice(&(run.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&device.memory()[run.clone()]);
    }
    if kind == Kind::Last {
        bytes.extend_from_slice(&device.core().encode());
    }
    sender.seal(kind, &mut bytes[start..]);
    start
}

/// A checked stream, not yet in the device.
pub(super) struct Image<'a> {
    records: Vec<(usize, &'a [u8])>,
    core: Core,
}

impl<'a> Image<'a> {
    /// Checks every segment and every record of it against a device of this kind and size.
    pub(super) fn parse(
        kind: u32,
        segments: impl Iterator<Item = &'a [u8]>,
        memory: usize,
    ) -> Result<Self, Invalid> {
        let mut receiver = Receiver::new(kind);
        let mut records = Vec::new();
        let mut core = None;
        for segment in segments {
            let mut payload = receiver.accept(segment)?;
            if receiver.ended() {
                let (rest, last) = payload.split_last_chunk::<{ Core::LEN }>().ok_or(Invalid)?;
                payload = rest;
                core = Core::decode(last);
            }
            read_records(payload, memory, &mut records)?;
        }
        Ok(Self {
            records,
            core: core.ok_or(Invalid)?,
        })
    }

    /// Puts it into the device.
    pub(super) fn load(&self, device: &mut Device) {
        device.memory_mut().fill(0);
        for (offset, bytes) in &self.records {
            device.memory_mut()[*offset..offset + bytes.len()].copy_from_slice(bytes);
        }
        device.set_core(self.core);
    }
}

fn read_records<'a>(
    mut payload: &'a [u8],
    memory: usize,
    into: &mut Vec<(usize, &'a [u8])>,
) -> Result<(), Invalid> {
    while !payload.is_empty() {
        let (head, rest) = payload.split_first_chunk::<RECORD>().ok_or(Invalid)?;
        let (words, _) = head.as_chunks::<8>();
        let offset = usize::try_from(u64::from_le_bytes(words[0])).map_err(|_| Invalid)?;
        let len = usize::try_from(u64::from_le_bytes(words[1])).map_err(|_| Invalid)?;
        let (bytes, rest) = rest.split_at_checked(len).ok_or(Invalid)?;
        if offset.checked_add(len).is_none_or(|end| end > memory) {
            return Err(Invalid);
        }
        into.push((offset, bytes));
        payload = rest;
    }
    Ok(())
}

/// The most bytes that one pass over all of the memory takes.
pub(super) fn pass(memory: usize, window: usize) -> usize {
    let segments = memory.div_ceil(room(window)) + 1;
    let records = memory.div_ceil(Device::LOG_BLOCK) + segments;
    memory + records * RECORD + segments * Header::LEN + Core::LEN
}
