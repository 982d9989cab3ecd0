//! Guest memory, its dirty log, and each device's way to it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec;
use std::vec::Vec;

use super::peers::{Peers, decode};
use crate::driver::Bus;

/// Bytes of a page, the unit of the dirty log.
pub const PAGE: usize = 4096;

/// The memory of one machine. Clones are the same memory.
#[derive(Clone, Debug)]
pub struct Memory {
    inner: Arc<Mutex<Inner>>,
    pub(super) peers: Peers,
}

#[derive(Debug)]
struct Inner {
    bytes: Vec<u8>,
    dirty: Vec<bool>,
    tracking: bool,
}

impl Memory {
    /// This many pages of zeroes.
    pub fn new(pages: usize) -> Self {
        let inner = Inner {
            bytes: vec![0; pages * PAGE],
            dirty: vec![false; pages],
            tracking: false,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            peers: Peers::default(),
        }
    }

    /// A device's way to this memory.
    pub fn port(&self) -> Port {
        Port {
            memory: self.clone(),
            traffic: Arc::default(),
            place: None,
        }
    }

    /// The way of the device in a place of the machine, which may lead to its peers as well.
    pub(super) fn port_of(&self, place: usize) -> Port {
        Port {
            place: Some(place),
            ..self.port()
        }
    }

    /// Has at least this many pages from now on; new ones are zero.
    pub(super) fn grow(&self, pages: usize) {
        let mut inner = self.lock();
        if pages > inner.dirty.len() {
            inner.bytes.resize(pages * PAGE, 0);
            let tracking = inner.tracking;
            inner.dirty.resize(pages, tracking);
        }
    }

    /// All of it.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Pages in it.
    pub fn pages(&self) -> usize {
        self.lock().dirty.len()
    }

    /// One page.
    pub fn page(&self, page: usize) -> Vec<u8> {
        self.lock().bytes[page * PAGE..][..PAGE].to_vec()
    }

    /// Replaces one page. The VMM's own write: no log sees it.
    pub fn set_page(&self, page: usize, bytes: &[u8]) {
        self.lock().bytes[page * PAGE..][..PAGE].copy_from_slice(bytes);
    }

    /// Whether writes are logged.
    pub fn tracking(&self) -> bool {
        self.lock().tracking
    }

    /// Turns the dirty log on, cleared, or off.
    pub fn track(&self, on: bool) {
        let mut inner = self.lock();
        inner.tracking = on;
        inner.dirty.fill(false);
    }

    /// Reads and clears the dirty log, in one: a page written meanwhile is in this answer or in the next.
    pub fn take_dirty(&self) -> Vec<usize> {
        let mut inner = self.lock();
        let taken = inner
            .dirty
            .iter_mut()
            .map(std::mem::take)
            .collect::<Vec<bool>>();
        drop(inner);
        taken
            .iter()
            .enumerate()
            .filter_map(|(page, dirty)| dirty.then_some(page))
            .collect()
    }

    /// Reads bytes; `false` outside.
    pub fn read(&self, address: u64, into: &mut [u8]) -> bool {
        let inner = self.lock();
        let Some(range) = inner.range(address, into.len()) else {
            return false;
        };
        into.copy_from_slice(&inner.bytes[range]);
        true
    }

    /// Writes bytes, as a CPU or a device does; `false` outside.
    pub fn write(&self, address: u64, from: &[u8]) -> bool {
        let mut inner = self.lock();
        let Some(range) = inner.range(address, from.len()) else {
            return false;
        };
        inner.bytes[range.clone()].copy_from_slice(from);
        if inner.tracking && !range.is_empty() {
            inner.dirty[range.start / PAGE..range.end.div_ceil(PAGE)].fill(true);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn range(&self, address: u64, len: usize) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(address).ok()?;
        let end = start.checked_add(len)?;
        (end <= self.bytes.len()).then_some(start..end)
    }
}

/// A device's way to memory, and its interrupt line. Clones are the same line.
#[derive(Clone, Debug)]
pub struct Port {
    memory: Memory,
    traffic: Arc<Mutex<Traffic>>,
    place: Option<usize>,
}

/// What came over a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Reads and writes of memory and of other devices.
    pub dma: u64,
    /// Interrupts.
    pub interrupts: u64,
}

impl Port {
    /// What has come over it so far.
    pub fn traffic(&self) -> Traffic {
        *self.count()
    }

    fn count(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bus for Port {
    fn read(&self, address: u64, into: &mut [u8]) -> bool {
        self.count().dma += 1;
        match self.place.zip(decode(address)) {
            Some((from, (to, offset))) => self.memory.peers.read(from, to, offset, into),
            None => self.memory.read(address, into),
        }
    }

    fn write(&self, address: u64, from: &[u8]) -> bool {
        self.count().dma += 1;
        match self.place.zip(decode(address)) {
            Some((own, (to, offset))) => self.memory.peers.write(own, to, offset, from),
            None => self.memory.write(address, from),
        }
    }

    fn interrupt(&self) {
        self.count().interrupts += 1;
    }
}
