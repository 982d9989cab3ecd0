//! A driver that buffers everything, as mlx5's did: capture fills a buffer, resume fills the same buffer, and
//! the end of resume loads it. Hardware NDMA; pre-copy from the hardware's log of its own memory.

mod arcs;
mod buffer;
mod image;
mod migrate;

use std::ops::Range;

use super::Function;
use super::bus::Bus;
use super::device::{Device, Hardware};
use super::stream::{Sender, Sessions};
use crate::machine::Window;
use crate::v1::DATA_START;
use arcs::Streams;
use buffer::Buffer;

/// Who made it.
pub const ID: u32 = 0x15b3_0001;

/// How large things are.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes of device memory.
    pub memory: usize,
    /// Bytes of the data section: the longest segment.
    pub window: usize,
    /// Differs between driver instances: it names their streams.
    pub seed: u32,
}

impl Config {
    /// The smallest data section that a driver can work with.
    pub const MIN_WINDOW: usize = 1024;
}

/// The driver.
#[derive(Debug)]
pub struct Buffering {
    device: Device,
    window: usize,
    buffer: Buffer,
    sender: Sender,
    sessions: Sessions,
    /// What pre-copy may still send, so that no stream outgrows what the destination takes.
    budget: usize,
    guarded: bool,
    /// v2's streams of bytes.
    streams: Streams,
}

impl Buffering {
    /// A driver for a freshly reset device.
    pub fn new(config: Config, bus: impl Bus + 'static) -> Self {
        let hardware = Hardware {
            id: ID,
            ndma: true,
            needs_quiet_mmio: false,
            dirty_log: true,
            page_requests: true,
            control_registers: false,
        };
        Self {
            device: Device::new(hardware, config.memory, bus),
            window: config.window.max(Config::MIN_WINDOW),
            buffer: Buffer::default(),
            sender: Sender::new(ID, 0),
            sessions: Sessions::new(config.seed),
            budget: 0,
            guarded: true,
            streams: Streams::default(),
        }
    }

    /// The same without the check that what is loaded was received: to show what the check is for. Such a
    /// driver loads its own capture when one write both captures and ends a resume.
    #[must_use]
    pub fn without_guard(mut self) -> Self {
        self.guarded = false;
        self
    }
}

impl Window for Buffering {
    fn data_section(&self) -> Range<u64> {
        DATA_START..DATA_START + self.window as u64
    }
}

impl Function for Buffering {
    fn device(&self) -> &Device {
        &self.device
    }

    fn device_mut(&mut self) -> &mut Device {
        &mut self.device
    }
}
