//! What a device offers beside its arcs, and the memory that addresses in arguments mean.

use core::ops::Range;

use crate::v2::Fault;

/// Addresses of which a device logs its DMA writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogRange {
    /// The first address, as the device sees it.
    pub iova: u64,
    /// Bytes.
    pub length: u64,
}

/// What a device offers beside its arcs.
///
/// The log's methods are called as the book permits only: [`Services::start_log`] with sound ranges while no log runs,
/// the others while one does.
pub trait Services {
    /// About how long the stream of the stopped device is. The device may be in any state.
    fn stop_copy_length(&self) -> u64;

    /// Whether the device can log its own DMA writes.
    fn logs_dma(&self) -> bool {
        false
    }

    /// Begins the log. Gives the page size that the device logs in, a power of two.
    ///
    /// # Errors
    /// The device cannot do it now.
    fn start_log(&mut self, ranges: &[LogRange], page_size: u64) -> Result<u64, Fault> {
        let _ = (ranges, page_size);
        Err(Fault::NotSupported)
    }

    /// Reads and clears the log of these addresses: hands over each run of bytes that the device logged.
    ///
    /// # Errors
    /// The device cannot do it now.
    fn take_log(
        &mut self,
        addresses: Range<u64>,
        run: &mut dyn FnMut(Range<u64>),
    ) -> Result<(), Fault> {
        let _ = (addresses, run);
        Err(Fault::NotSupported)
    }

    /// Ends the log and forgets what is in it.
    fn stop_log(&mut self) {}
}

/// User space's memory, for arguments that hold an address.
///
/// What is not there reads as zeros and swallows writes: a host that tells its user so checks beforehand.
pub trait User {
    /// Reads bytes.
    fn read(&self, address: u64, into: &mut [u8]);

    /// Writes bytes.
    fn write(&mut self, address: u64, from: &[u8]);
}

/// No memory, for a host whose arguments hold no address.
impl User for () {
    fn read(&self, _: u64, into: &mut [u8]) {
        into.fill(0);
    }

    fn write(&mut self, _: u64, _: &[u8]) {}
}
