//! A driver on the trait: a device with eight bytes of state, no P2P and no pre-copy.

use vfio_migration::machine::v2::Services;
use vfio_migration::v2::{Capabilities, DeviceState, Driver, Fault};

/// A counter. While it runs, it counts.
#[derive(Default)]
pub(crate) struct Counter {
    pub(crate) count: u64,
    pub(crate) running: bool,
    /// What of the stream is on its way: the count, and its complement, so that a wrong stream is found.
    pub(crate) stream: Vec<u8>,
}

fn decode(stream: &[u8]) -> Option<u64> {
    let (count, check) = stream.split_first_chunk()?;
    let count = u64::from_le_bytes(*count);
    (check == (!count).to_le_bytes()).then_some(count)
}

/// Arcs: what each does, before it succeeds.
macro_rules! arcs {
    ($($arc:ident: |$self:ident| $does:expr;)*) => {
        $(fn $arc(&mut $self) -> Result<(), Fault> { $does; Ok(()) })*
    };
}

#[rustfmt::skip]
impl Driver for Counter {
    fn capabilities(&self) -> Capabilities { Capabilities::STOP_COPY }

    arcs! {
        running_to_stop: |self| self.running = false;
        stop_to_running: |self| self.running = true;
        stop_to_stop_copy: |self| self.stream = [self.count, !self.count].map(u64::to_le_bytes).concat();
        stop_copy_to_stop: |self| self.stream.clear();
        stop_to_resuming: |self| self.stream.clear();
        resuming_to_stop: |self| self.count = decode(&self.stream).ok_or(Fault::InvalidStream)?;
    }

    fn read_stream(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        let len = into.len().min(self.stream.len());
        into[..len].copy_from_slice(&self.stream[..len]);
        self.stream.drain(..len);
        Ok(len)
    }

    fn write_stream(&mut self, from: &[u8]) -> Result<usize, Fault> {
        if self.stream.len() + from.len() > 16 { return Err(Fault::StreamTooLong); }
        self.stream.extend_from_slice(from);
        Ok(from.len())
    }

    fn poll_stream(&mut self) -> Result<bool, Fault> { Ok(true) }

    fn reset(&mut self, _: DeviceState) { *self = Self { running: true, ..Self::default() }; }
    fn enter_error(&mut self, _: DeviceState) { self.running = false; }
    fn close(&mut self, state: DeviceState) { self.reset(state); }
}

impl Services for Counter {
    fn stop_copy_length(&self) -> u64 {
        16
    }
}
