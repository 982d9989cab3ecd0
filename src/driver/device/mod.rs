//! The device that all reference drivers migrate: a queue engine with memory of its own.
//!
//! The guest puts [`Descriptor`]s into a ring in its memory and rings a doorbell. The engine takes two
//! moments for each, so that DMA can be in flight, and answers with a completion and an interrupt. A clock
//! changes its state even when it has no work.

mod core;
mod descriptor;
mod dma_log;
mod engine;
mod hardware;
mod log;
mod registers;

use std::boxed::Box;
use std::vec;
use std::vec::Vec;

pub use self::core::Core;
pub use descriptor::{Descriptor, Operation};
pub use hardware::{Dead, Hardware, Refused, Trouble};
pub use registers::Register;

use super::Bus;
use dma_log::DmaLog;
use engine::Flight;
use log::DirtyLog;

/// The queue engine.
pub struct Device {
    hardware: Hardware,
    bus: Box<dyn Bus>,
    core: Core,
    memory: Vec<u8>,
    flight: Option<Flight>,
    running: bool,
    dma: bool,
    log: Option<DirtyLog>,
    /// Bound to no state, and not to a reset: it is the host's.
    dma_log: Option<DmaLog>,
    trouble: Trouble,
    /// Set up by the host, not by the device: survives a reset, and no stream carries it.
    interrupts: bool,
    /// The same for page requests.
    asks_for_pages: bool,
    /// Where the control registers stand in the image.
    index: usize,
}

impl Device {
    /// A freshly reset device with `memory` bytes of its own.
    pub fn new(hardware: Hardware, memory: usize, bus: impl Bus + 'static) -> Self {
        Self {
            hardware,
            bus: Box::new(bus),
            core: Core::default(),
            memory: vec![0; memory],
            flight: None,
            running: true,
            dma: true,
            log: None,
            dma_log: None,
            trouble: Trouble::default(),
            interrupts: true,
            asks_for_pages: true,
            index: 0,
        }
    }

    /// No device: what a slot holds while its device is elsewhere.
    pub(crate) fn vacant() -> Self {
        Self::new(Hardware::NONE, 0, Nowhere)
    }

    /// What this piece of hardware can do.
    pub fn hardware(&self) -> &Hardware {
        &self.hardware
    }

    /// Its registers, counters and clock.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Replaces registers, counters and clock.
    pub fn set_core(&mut self, core: Core) {
        self.core = core;
    }

    /// Its own memory.
    pub fn memory(&self) -> &[u8] {
        &self.memory
    }

    /// Its own memory, for a driver that loads it.
    pub fn memory_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    /// All internal state: what a migration must reproduce.
    pub fn image(&self) -> Vec<u8> {
        [&self.core.encode()[..], &self.memory].concat()
    }

    /// Bytes of [`Device::image`].
    pub fn image_len(&self) -> usize {
        Core::LEN + self.memory.len()
    }

    /// The function level reset: as after power on, also for a device that had died.
    pub fn reset(&mut self) {
        self.core = Core::default();
        self.memory.fill(0);
        self.flight = None;
        self.running = true;
        self.dma = true;
        self.log = None;
        self.trouble = Trouble::default();
        self.index = 0;
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("core", &self.core)
            .field("running", &self.running)
            .field("dma", &self.dma)
            .field("flight", &self.flight)
            .finish_non_exhaustive()
    }
}

/// No bus.
struct Nowhere;

impl Bus for Nowhere {
    fn read(&self, _: u64, _: &mut [u8]) -> bool {
        false
    }

    fn write(&self, _: u64, _: &[u8]) -> bool {
        false
    }

    fn interrupt(&self) {}
}
