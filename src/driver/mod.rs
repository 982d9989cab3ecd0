//! Reference drivers: one small device, three ways to migrate it. Each implements [`v1::Driver`] (its `migrate.rs`) and
//! [`v2::Driver`] (its `arcs.rs`), on the same hardware.
//!
//! - [`Buffering`]: hardware NDMA, pre-copy with an internal dirty log, one buffer for both directions.
//! - [`Quiet`]: no NDMA in hardware, needs quiet MMIO; optionally NDMA in software.
//! - [`Direct`]: applies data as it is written, device memory in an mmap-able window.
//!
//! To add a driver: a folder here, and a line in `Model::ALL` of `model.rs`; every test takes it up from there.

pub mod around;
pub mod buffering;
pub mod bus;
pub mod device;
pub mod direct;
pub mod model;
pub mod quiet;
pub mod stream;
pub mod traced;

use std::vec::Vec;

pub use around::Around;
pub use buffering::Buffering;
pub use bus::Bus;
pub use device::Device;
pub use direct::Direct;
pub use model::Model;
pub use quiet::Quiet;
pub use traced::Traced;

use crate::machine::Window;
use crate::machine::v2::Services;
use crate::{v1, v2};

/// A function of a device as the host sees it: the hardware, and the BAR that the guest uses.
pub trait Function {
    /// The hardware.
    fn device(&self) -> &Device;

    /// The hardware: for time passing, page requests, and things going wrong.
    fn device_mut(&mut self) -> &mut Device;

    /// A CPU or vCPU reads the BAR.
    fn read_bar(&mut self, offset: u64, into: &mut [u8]) {
        self.device_mut().read_bar(offset, into);
    }

    /// A CPU or vCPU writes the BAR.
    fn write_bar(&mut self, offset: u64, from: &[u8]) {
        self.device_mut().write_bar(offset, from);
    }

    /// Another device reads the BAR by P2P DMA. No driver can trap that.
    fn peer_read(&mut self, offset: u64, into: &mut [u8]) {
        self.device_mut().read_bar(offset, into);
    }

    /// Another device writes the BAR by P2P DMA. No driver can trap that.
    fn peer_write(&mut self, offset: u64, from: &[u8]) {
        self.device_mut().write_bar(offset, from);
    }

    /// All internal state, byte for byte: equal on both sides after a migration.
    fn image(&self) -> Vec<u8> {
        self.device().image()
    }
}

/// A function whose driver migrates it through the region of v1.
pub trait V1Function: Function + v1::Driver + Window {}

impl<T: Function + v1::Driver + Window + ?Sized> V1Function for T {}

/// A function whose driver migrates it by the state machine of v2.
pub trait V2Function: Function + v2::Driver + Services {}

impl<T: Function + v2::Driver + Services + ?Sized> V2Function for T {}
