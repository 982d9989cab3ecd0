//! The engine: one moment at a time.

use std::ops::Range;
use std::vec;
use std::vec::Vec;

use super::{Descriptor, Device, Operation};

/// A descriptor that was fetched and is being carried out: DMA in flight.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    address: u64,
    descriptor: Descriptor,
}

impl Device {
    /// A moment passes.
    pub fn run(&mut self) {
        if !self.running || self.trouble.dead {
            return;
        }
        self.tick();
        if !self.dma || self.core.waiting != 0 {
            return;
        }
        if self.flight.is_some() {
            self.finish_flight();
        } else {
            self.flight = self.fetch();
        }
    }

    /// The guest address that the device waits for.
    pub fn page_request(&self) -> Option<u64> {
        self.core.waiting.checked_sub(1)
    }

    /// The page is there: the device may go on.
    pub fn answer_page_request(&mut self) {
        self.core.waiting = 0;
    }

    /// Whether the guest has given it work that it has not done.
    pub fn has_work(&self) -> bool {
        self.core.head != self.core.tail || self.flight.is_some()
    }

    /// The clock moves on and leaves a trace in memory.
    fn tick(&mut self) {
        self.core.clock += 1;
        if let Some(last) = self.memory.len().checked_sub(1) {
            self.memory[last] = self.memory[last].wrapping_add(1);
            self.note_change(last..last + 1);
        }
    }

    fn fetch(&mut self) -> Option<Flight> {
        let core = &mut self.core;
        if core.head == core.tail || core.entries == 0 {
            return None;
        }
        let address = core.ring.checked_add(core.head * Descriptor::LEN as u64);
        core.head = (core.head + 1) % core.entries;
        let mut bytes = [0; Descriptor::LEN];
        let Some(address) = address.filter(|address| self.bus.read(*address, &mut bytes)) else {
            self.core.faults += 1;
            return None;
        };
        let descriptor = Descriptor::decode(&bytes);
        if self.page_requests_permitted() && descriptor.operation == Operation::Fetch.number() {
            self.core.waiting = descriptor.guest.saturating_add(1);
        }
        Some(Flight {
            address,
            descriptor,
        })
    }

    /// Carries out what was fetched and tells the guest; what waits for a page stays as it is.
    pub(super) fn finish_flight(&mut self) {
        if !self.in_flight() {
            return;
        }
        let Some(Flight {
            address,
            descriptor,
        }) = self.flight.take()
        else {
            return;
        };
        let status = if self.transfer(&descriptor).is_some() {
            self.core.completed += 1;
            Descriptor::DONE
        } else {
            self.core.faults += 1;
            Descriptor::FAULT
        };
        self.write_memory(
            address.wrapping_add(Descriptor::STATUS),
            &status.to_le_bytes(),
        );
        if self.interrupts {
            self.bus.interrupt();
        }
    }

    /// Forgets that a descriptor was fetched: it will be again, page request and all.
    pub(super) fn put_back(&mut self) {
        self.core.waiting = 0;
        if self.flight.take().is_some() && self.core.entries != 0 {
            self.core.head = (self.core.head + self.core.entries - 1) % self.core.entries;
        }
    }

    fn transfer(&mut self, descriptor: &Descriptor) -> Option<()> {
        let operation = Operation::from_number(descriptor.operation)?;
        let local = self.local(descriptor)?;
        match operation {
            Operation::In | Operation::Fetch => {
                let mut bytes: Vec<u8> = vec![0; local.len()];
                self.bus.read(descriptor.guest, &mut bytes).then_some(())?;
                self.memory[local.clone()].copy_from_slice(&bytes);
                self.note_change(local);
                Some(())
            }
            Operation::Out => {
                let bytes = self.memory[local].to_vec();
                self.write_memory(descriptor.guest, &bytes).then_some(())
            }
        }
    }

    /// The bytes of device memory that a descriptor names; `None` outside it.
    fn local(&self, descriptor: &Descriptor) -> Option<Range<usize>> {
        if descriptor.length > Descriptor::MAX_BYTES {
            return None;
        }
        let start = usize::try_from(descriptor.local).ok()?;
        let end = start.checked_add(usize::try_from(descriptor.length).ok()?)?;
        (end <= self.memory.len()).then_some(start..end)
    }

    pub(super) fn note_change(&mut self, bytes: Range<usize>) {
        if let Some(log) = &mut self.log {
            log.mark(bytes);
        }
    }
}
