//! Drivers around other drivers.

use std::ops::Range;
use std::vec::Vec;

use super::{Device, Function};
use crate::machine::Window;
use crate::machine::v2::{LogRange, Services};
use crate::v2::Fault;

/// A driver around another one. Its arcs or actions are its own; everything else it leaves to the inner one: the
/// hardware and the BAR, and what that offers as a [`Window`] or as [`Services`].
pub trait Around {
    /// The inner driver.
    type Inner: Function + ?Sized;

    /// The inner driver.
    fn inner(&self) -> &Self::Inner;

    /// The inner driver.
    fn inner_mut(&mut self) -> &mut Self::Inner;
}

impl<A: Around> Function for A {
    fn device(&self) -> &Device {
        self.inner().device()
    }

    fn device_mut(&mut self) -> &mut Device {
        self.inner_mut().device_mut()
    }

    fn read_bar(&mut self, offset: u64, into: &mut [u8]) {
        self.inner_mut().read_bar(offset, into);
    }

    fn write_bar(&mut self, offset: u64, from: &[u8]) {
        self.inner_mut().write_bar(offset, from);
    }

    fn peer_read(&mut self, offset: u64, into: &mut [u8]) {
        self.inner_mut().peer_read(offset, into);
    }

    fn peer_write(&mut self, offset: u64, from: &[u8]) {
        self.inner_mut().peer_write(offset, from);
    }

    fn image(&self) -> Vec<u8> {
        self.inner().image()
    }
}

impl<A: Around<Inner: Window>> Window for A {
    fn data_section(&self) -> Range<u64> {
        self.inner().data_section()
    }

    fn mappable(&self) -> Range<u64> {
        self.inner().mappable()
    }

    fn memory(&mut self) -> &mut [u8] {
        self.inner_mut().memory()
    }
}

impl<A: Around<Inner: Services>> Services for A {
    fn stop_copy_length(&self) -> u64 {
        self.inner().stop_copy_length()
    }

    fn logs_dma(&self) -> bool {
        self.inner().logs_dma()
    }

    fn start_log(&mut self, ranges: &[LogRange], page_size: u64) -> Result<u64, Fault> {
        self.inner_mut().start_log(ranges, page_size)
    }

    fn take_log(
        &mut self,
        addresses: Range<u64>,
        run: &mut dyn FnMut(Range<u64>),
    ) -> Result<(), Fault> {
        self.inner_mut().take_log(addresses, run)
    }

    fn stop_log(&mut self) {
        self.inner_mut().stop_log();
    }
}
