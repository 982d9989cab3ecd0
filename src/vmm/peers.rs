//! Peer-to-peer DMA: where the devices' MMIO is on the bus, who can reach whom, and what is under way.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

/// Where the MMIO of the device in place 0 begins, as devices see it; far above guest memory.
pub const MMIO: u64 = 1 << 40;
/// Bytes from the MMIO of one device to that of the next.
pub const MMIO_WINDOW: u64 = 0x1000;

/// The bus address of a place's MMIO.
pub const fn mmio(place: usize) -> u64 {
    MMIO + place as u64 * MMIO_WINDOW
}

/// The place whose MMIO is at a bus address, and the offset in it.
pub(super) fn decode(address: u64) -> Option<(usize, u64)> {
    let above = address.checked_sub(MMIO)?;
    let place = usize::try_from(above / MMIO_WINDOW).ok()?;
    Some((place, above % MMIO_WINDOW))
}

/// A write by one device into the MMIO of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PeerWrite {
    pub(super) to: usize,
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

/// What the IOMMU maps of MMIO, and writes that were posted. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    mapped: BTreeSet<(usize, usize)>,
    posted: Vec<PeerWrite>,
    blocked: u64,
}

impl Peers {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, exactly these pairs, from and to, are mapped.
    pub(super) fn map(&self, pairs: BTreeSet<(usize, usize)>) {
        self.lock().mapped = pairs;
    }

    /// Posts a write; `false` if the IOMMU blocks it.
    pub(super) fn post(&self, from: usize, write: PeerWrite) -> bool {
        let mut inner = self.lock();
        let mapped = inner.mapped.contains(&(from, write.to));
        match mapped {
            true => inner.posted.push(write),
            false => inner.blocked += 1,
        }
        mapped
    }

    /// The writes under way, in their order.
    pub(super) fn take(&self) -> Vec<PeerWrite> {
        std::mem::take(&mut self.lock().posted)
    }

    /// How many writes the IOMMU has blocked.
    pub(super) fn blocked(&self) -> u64 {
        self.lock().blocked
    }
}
