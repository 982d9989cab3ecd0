//! A driver that copies nothing: device memory itself is the window, mmap-able, and data take effect as they are
//! written. The first segment, the manifest, is trapped; it holds the registers and says what the memory is.

mod arcs;
mod manifest;
mod migrate;

use std::ops::Range;
use std::vec::Vec;

use super::Function;
use super::bus::Bus;
use super::device::{Device, Hardware};
use super::stream::Sessions;
use crate::machine::Window;
use arcs::{Incoming, Outgoing};
use manifest::{PAGE, Resume, Slices};

/// Who made it.
pub const ID: u32 = 0x1af4_0d1e;

/// Where the manifest is in the region.
const MANIFEST: u64 = 0x1000;
/// Where device memory is in the region.
const MEMORY: u64 = MANIFEST + PAGE as u64;

/// The driver.
#[derive(Debug)]
pub struct Direct {
    device: Device,
    slices: Slices,
    sessions: Sessions,
    save: Option<Save>,
    resume: Option<Resume>,
    /// v2's stream of bytes that is read.
    outgoing: Option<Outgoing>,
    /// v2's stream of bytes that is written.
    incoming: Option<Incoming>,
}

/// A stream that is being read.
#[derive(Debug)]
struct Save {
    manifest: Vec<u8>,
    /// Segments given out: the manifest first, then the slices.
    given: usize,
}

impl Direct {
    /// A driver for a freshly reset device with this much memory, in whole pages.
    pub fn new(memory: usize, seed: u32, bus: impl Bus + 'static) -> Self {
        let hardware = Hardware {
            id: ID,
            ndma: true,
            needs_quiet_mmio: false,
            dirty_log: false,
            page_requests: false,
            control_registers: false,
        };
        let memory = memory.max(1).next_multiple_of(PAGE);
        Self {
            device: Device::new(hardware, memory, bus),
            slices: Slices::of(memory),
            sessions: Sessions::new(seed),
            save: None,
            resume: None,
            outgoing: None,
            incoming: None,
        }
    }

    /// Where the bytes of a segment are in the region: 0 is the manifest, then the slices.
    fn place(&self, segment: usize) -> Option<u64> {
        match segment.checked_sub(1) {
            None => Some(MANIFEST),
            Some(slice) => self
                .slices
                .get(slice)
                .map(|range| MEMORY + range.start as u64),
        }
    }
}

impl Window for Direct {
    fn data_section(&self) -> Range<u64> {
        MANIFEST..self.mappable().end
    }

    fn mappable(&self) -> Range<u64> {
        MEMORY..MEMORY + self.device.memory().len() as u64
    }

    fn memory(&mut self) -> &mut [u8] {
        self.device.memory_mut()
    }
}

impl Function for Direct {
    fn device(&self) -> &Device {
        &self.device
    }

    fn device_mut(&mut self) -> &mut Device {
        &mut self.device
    }
}
