//! A driver for hardware that cannot hold back DMA while it runs, as HiSilicon's: its state is read and written
//! through registers in its own BAR, and a touch of the BAR while it is stopped spoils that state.
//!
//! The spoiled state is found at the destination. The host is safe from it, and from a peer that writes the
//! control registers: the driver trusts no number that it reads there. In the second mode the driver offers
//! NDMA in software: it lets the queue run empty and traps the CPU's doorbells.

mod arcs;
mod migrate;
mod state;
mod trap;

use std::ops::Range;
use std::vec::Vec;

use super::Function;
use super::bus::Bus;
use super::device::{Core, Device, Hardware, Register};
use super::stream::Sessions;
use crate::machine::Window;
use arcs::Streams;
use state::{Incoming, Outgoing};
use trap::Doorbell;

/// Who made it.
pub const ID: u32 = 0x19e5_a250;

/// Where the data section begins, and how long it is.
const SECTION: u64 = 0x1000;
const SECTION_LEN: usize = 0x1000;

/// The driver.
#[derive(Debug)]
pub struct Quiet {
    device: Device,
    trap: Option<Doorbell>,
    sessions: Sessions,
    /// The checksum of the state, taken by the hardware when it stopped.
    seal: u64,
    outgoing: Option<Outgoing>,
    incoming: Incoming,
    /// v2's streams of bytes.
    streams: Streams,
}

impl Quiet {
    /// A driver for a freshly reset device with this much memory, without NDMA.
    pub fn new(memory: usize, seed: u32, bus: impl Bus + 'static) -> Self {
        let hardware = Hardware {
            id: ID,
            ndma: false,
            needs_quiet_mmio: true,
            dirty_log: false,
            page_requests: false,
            control_registers: true,
        };
        Self {
            // The control registers move eight bytes at a time.
            device: Device::new(hardware, memory.next_multiple_of(8), bus),
            trap: None,
            sessions: Sessions::new(seed),
            seal: 0,
            outgoing: None,
            incoming: Incoming::default(),
            streams: Streams::default(),
        }
    }

    /// The second mode: NDMA in software.
    #[must_use]
    pub fn trapping(mut self) -> Self {
        self.trap = Some(Doorbell::default());
        self
    }

    /// Whether the CPU's doorbells are trapped now.
    fn holding(&self) -> Option<&Doorbell> {
        self.trap
            .as_ref()
            .filter(|trap| trap.holds && self.device.running())
    }
}

impl Window for Quiet {
    fn data_section(&self) -> Range<u64> {
        SECTION..SECTION + SECTION_LEN as u64
    }
}

impl Function for Quiet {
    fn device(&self) -> &Device {
        &self.device
    }

    fn device_mut(&mut self) -> &mut Device {
        &mut self.device
    }

    fn read_bar(&mut self, offset: u64, into: &mut [u8]) {
        self.device.read_bar(offset, into);
        let held = self.holding().and_then(|trap| trap.tail);
        if let (Some(tail), Ok(into)) = (held, <&mut [u8; 8]>::try_from(into))
            && offset == Register::Tail.offset()
        {
            *into = tail.to_le_bytes();
        }
    }

    fn write_bar(&mut self, offset: u64, from: &[u8]) {
        if self.holding().is_none() || !self.trap_write(offset, from) {
            self.device.write_bar(offset, from);
        }
    }

    /// A doorbell that is held back is part of the state.
    fn image(&self) -> Vec<u8> {
        let mut image = self.device.image();
        if let Some(tail) = self.holding().and_then(|trap| trap.tail) {
            let core = Core {
                tail,
                ..*self.device.core()
            };
            image[..Core::LEN].copy_from_slice(&core.encode());
        }
        image
    }
}
