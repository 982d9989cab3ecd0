//! Peer-to-peer DMA: where the devices' MMIO is on the bus, who can reach whom, and what came of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use super::VirtualMachine;
use super::edition::{Attached, Edition};
use crate::driver::Device;

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

/// Peer-to-peer accesses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touches {
    /// That arrived.
    pub delivered: u64,
    /// Of these, those that read.
    pub reads: u64,
    /// Of these, those that arrived at a device that may assume that nobody touches it.
    pub while_quiet: u64,
    /// That the IOMMU blocked.
    pub blocked: u64,
}

/// What the IOMMU maps of MMIO, and the hardware behind it. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    mapped: BTreeSet<(usize, usize)>,
    lent: Vec<Lent>,
    touches: Touches,
}

/// The hardware in a place, while another device works.
#[derive(Debug)]
struct Lent {
    place: usize,
    device: Device,
    /// Whether it may assume that nobody touches it.
    quiet: bool,
}

impl Inner {
    /// The hardware that an access from one place reaches in another; `None` if the IOMMU blocks it.
    fn reach(&mut self, from: usize, to: usize, reads: bool) -> Option<&mut Device> {
        let mapped = self.mapped.contains(&(from, to));
        let lent = self.lent.iter_mut().find(|lent| lent.place == to);
        let Some(lent) = lent.filter(|_| mapped) else {
            self.touches.blocked += 1;
            return None;
        };
        self.touches.delivered += 1;
        self.touches.reads += u64::from(reads);
        self.touches.while_quiet += u64::from(lent.quiet);
        Some(&mut lent.device)
    }
}

impl Peers {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, exactly these pairs, from and to, are mapped.
    pub(super) fn map(&self, pairs: BTreeSet<(usize, usize)>) {
        self.lock().mapped = pairs;
    }

    /// A read of another device's MMIO; `false` if the IOMMU blocks it.
    pub(super) fn read(&self, from: usize, to: usize, offset: u64, into: &mut [u8]) -> bool {
        let mut inner = self.lock();
        let device = inner.reach(from, to, true);
        device.map(|device| device.read_bar(offset, into)).is_some()
    }

    /// A write into another device's MMIO; `false` if the IOMMU blocks it.
    pub(super) fn write(&self, from: usize, to: usize, offset: u64, bytes: &[u8]) -> bool {
        let mut inner = self.lock();
        let device = inner.reach(from, to, false);
        device
            .map(|device| device.write_bar(offset, bytes))
            .is_some()
    }
}

impl<E: Edition> VirtualMachine<E> {
    /// What devices did to each other so far.
    pub fn touches(&self) -> Touches {
        self.memory.peers.lock().touches
    }

    /// A device that the guest controls reads from the BAR of another by P2P DMA. `false` if the IOMMU does not map
    /// that: nothing is read then.
    pub fn peer_read(&mut self, from: usize, to: usize, offset: u64, into: &mut [u8]) -> bool {
        let mapped = E::reaches(self, from, to);
        if mapped {
            self.slots[to].function().peer_read(offset, into);
        }
        mapped
    }

    /// The same for a write.
    pub fn peer_write(&mut self, from: usize, to: usize, offset: u64, bytes: &[u8]) -> bool {
        let mapped = E::reaches(self, from, to);
        if mapped {
            self.slots[to].function().peer_write(offset, bytes);
        }
        mapped
    }

    /// One device does something, with the hardware of the others within its reach as far as the IOMMU maps it.
    /// What it begins there is done at once: nothing is in flight when this returns.
    pub(super) fn beside_peers<R>(&mut self, slot: usize, act: impl FnOnce(&mut Self) -> R) -> R {
        let others = |len: usize| (0..len).filter(move |other| *other != slot);
        for other in others(self.slots.len()) {
            let (place, state) = (self.slots[other].place(), self.slots[other].state());
            let device = self.slots[other].function().device_mut();
            let lent = Lent {
                place,
                device: std::mem::replace(device, Device::vacant()),
                quiet: E::may_assume_quiet(state),
            };
            self.memory.peers.lock().lent.push(lent);
        }
        let result = act(self);
        // The last that was lent comes back first.
        for other in others(self.slots.len()).rev() {
            let lent = self.memory.peers.lock().lent.pop();
            if let Some(lent) = lent {
                *self.slots[other].function().device_mut() = lent.device;
            }
        }
        result
    }

    /// A moment passes for one device.
    pub fn moment(&mut self, slot: usize) {
        self.beside_peers(slot, |vm| vm.slots[slot].function().device_mut().run());
        self.note_page_request(slot);
    }
}
