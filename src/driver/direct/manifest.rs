//! The manifest: registers and counters, and a checksum for each slice of memory, in one sealed segment.

use std::ops::Range;
use std::vec;
use std::vec::Vec;

use super::ID;
use crate::driver::device::{Core, Device};
use crate::driver::stream::{Header, Invalid, Kind, Receiver, Sender, checksum};

/// What can be mapped is whole pages.
pub(super) const PAGE: usize = 4096;
/// Slices whose checksums fit into the manifest's page.
const MAX_SLICES: usize = 256;

/// How the memory is cut into segments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slices {
    memory: usize,
    len: usize,
}

impl Slices {
    pub(super) fn of(memory: usize) -> Self {
        Self {
            memory,
            len: memory.div_ceil(MAX_SLICES).next_multiple_of(PAGE),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.memory.div_ceil(self.len)
    }

    pub(super) fn get(&self, slice: usize) -> Option<Range<usize>> {
        let start = slice * self.len;
        (start < self.memory).then(|| start..self.memory.min(start + self.len))
    }

    pub(super) fn sums(&self, device: &Device) -> impl Iterator<Item = u64> {
        let ranges = (0..self.count()).filter_map(|slice| self.get(slice));
        ranges.map(|range| checksum(&device.memory()[range]))
    }
}

/// The sealed manifest of a frozen device.
pub(super) fn write(device: &Device, slices: Slices, sender: &mut Sender) -> Vec<u8> {
    let mut segment = vec![0; Header::LEN];
    segment.extend_from_slice(&device.core().encode());
    for sum in slices.sums(device) {
        segment.extend_from_slice(&sum.to_le_bytes());
    }
    sender.seal(Kind::Last, &mut segment);
    segment
}

/// What a manifest's payload says: the registers, and what each slice must be.
pub(super) fn parse(payload: &[u8], slices: Slices) -> Result<(Core, Vec<u64>), Invalid> {
    let (core, sums) = payload.split_at_checked(Core::LEN).ok_or(Invalid)?;
    let (sums, rest) = sums.as_chunks::<8>();
    if !rest.is_empty() || sums.len() != slices.count() {
        return Err(Invalid);
    }
    let core = Core::decode(core).ok_or(Invalid)?;
    let sums = sums.iter().map(|sum| u64::from_le_bytes(*sum)).collect();
    Ok((core, sums))
}

/// Bytes of a manifest.
pub(super) fn len(slices: Slices) -> usize {
    Header::LEN + Core::LEN + slices.count() * 8
}

/// A stream that is being written.
#[derive(Debug)]
pub(super) struct Resume {
    /// The manifest's page of the data section.
    pub(super) page: Vec<u8>,
    /// From the committed manifest: what each slice must be.
    sums: Vec<u64>,
    /// Segments committed, and their bytes.
    pub(super) taken: usize,
    pub(super) bytes: usize,
    /// Where in the region the next segment is to be put.
    pub(super) offered: u64,
    /// Something did not fit; the verdict comes with the load.
    spoiled: bool,
}

impl Default for Resume {
    fn default() -> Self {
        Self {
            page: vec![0; PAGE],
            sums: Vec::new(),
            taken: 0,
            bytes: 0,
            offered: 0,
            spoiled: false,
        }
    }
}

impl Resume {
    /// A segment of this length is handed over. What is sound of it is in the device from here on.
    pub(super) fn take(&mut self, device: &mut Device, slices: Slices, len: usize) {
        let sound = match self.taken.checked_sub(1) {
            None => self.take_manifest(device, slices, len),
            Some(slice) => self.take_slice(device, slices, slice, len),
        };
        self.spoiled |= sound.is_err();
        self.taken += 1;
        self.bytes += len;
    }

    /// Whether every segment came, whole and in order.
    pub(super) fn complete(&self, slices: Slices) -> bool {
        !self.spoiled && self.taken == 1 + slices.count()
    }

    fn take_manifest(
        &mut self,
        device: &mut Device,
        slices: Slices,
        len: usize,
    ) -> Result<(), Invalid> {
        let segment = self.page.get(..len).ok_or(Invalid)?;
        let payload = Receiver::new(ID).accept(segment)?;
        let (core, sums) = parse(payload, slices)?;
        device.set_core(core);
        self.sums = sums;
        Ok(())
    }

    fn take_slice(
        &self,
        device: &Device,
        slices: Slices,
        slice: usize,
        len: usize,
    ) -> Result<(), Invalid> {
        let range = slices.get(slice).ok_or(Invalid)?;
        let sound =
            range.len() == len && self.sums.get(slice) == Some(&checksum(&device.memory()[range]));
        if sound { Ok(()) } else { Err(Invalid) }
    }
}
