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

/// Who made it, where the window is the usual one.
pub const ID: u32 = 0x15b3_0001;

/// Bytes of the usual data section.
pub const WINDOW: usize = 6144;
/// Bytes of the smallest data section that the driver can work with.
pub const MIN_WINDOW: usize = 1024;

/// The driver, for devices whose data section has so many bytes: that is the longest segment. Another length makes
/// another kind of device, for a segment of one need not fit into the other.
#[derive(Debug)]
pub struct Buffering<const LENGTH: usize = WINDOW> {
    device: Device,
    buffer: Buffer,
    sender: Sender,
    sessions: Sessions,
    /// What pre-copy may still send, so that no stream outgrows what the destination takes.
    budget: usize,
    guarded: bool,
    /// v2's streams of bytes.
    streams: Streams,
}

impl<const LENGTH: usize> Buffering<LENGTH> {
    /// Who made it: differs where the windows do, and with it what a stream says of itself.
    pub const KIND: u32 = ID ^ (LENGTH ^ WINDOW) as u32;

    /// A driver for a freshly reset device with `memory` bytes of its own. Drivers with different seeds never name two
    /// streams alike.
    pub fn new(memory: usize, seed: u32, bus: impl Bus + 'static) -> Self {
        const { assert!(LENGTH >= MIN_WINDOW) };
        let hardware = Hardware {
            id: Self::KIND,
            ndma: true,
            needs_quiet_mmio: false,
            dirty_log: true,
            page_requests: true,
            control_registers: false,
        };
        Self {
            device: Device::new(hardware, memory, bus),
            buffer: Buffer::default(),
            sender: Sender::new(Self::KIND, 0),
            sessions: Sessions::new(seed),
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

impl<const LENGTH: usize> Window for Buffering<LENGTH> {
    fn data_section(&self) -> Range<u64> {
        DATA_START..DATA_START + LENGTH as u64
    }
}

impl<const LENGTH: usize> Function for Buffering<LENGTH> {
    fn device(&self) -> &Device {
        &self.device
    }

    fn device_mut(&mut self) -> &mut Device {
        &mut self.device
    }
}
