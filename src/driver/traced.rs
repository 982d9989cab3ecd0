//! A driver that tells what it was asked, for logs and tests.

use std::boxed::Box;
use std::vec::Vec;

use super::{Around, Function, V1Function, V2Function};
use crate::{v1, v2};

/// A driver, and the names of the actions or arcs, callbacks and events that reached it.
pub struct Traced<F: ?Sized = dyn V1Function> {
    inner: Box<F>,
    calls: Vec<&'static str>,
}

impl<F: ?Sized> Traced<F> {
    /// Listens to this driver.
    pub fn new(inner: Box<F>) -> Self {
        Self {
            inner,
            calls: Vec::new(),
        }
    }

    /// What it was asked since this was asked last.
    pub fn take_calls(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls)
    }
}

impl<F: Function + ?Sized> std::fmt::Debug for Traced<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Traced")
            .field("device", self.inner.device())
            .field("calls", &self.calls)
            .finish()
    }
}

/// A method that notes its name and passes the call on.
macro_rules! pass_on {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $(fn $name(&mut self, $($argument: $type),*) $(-> $result)? {
            self.calls.push(stringify!($name));
            self.inner.$name($($argument),*)
        })*
    };
}

impl v1::Driver for Traced {
    fn capabilities(&self) -> v1::Capabilities {
        self.inner.capabilities()
    }

    fn describe(&self) -> v1::Description {
        self.inner.describe()
    }

    pass_on! {
        start_precopy() -> Result<(), v1::Fault>;
        quiesce() -> Result<(), v1::Fault>;
        stop() -> Result<(), v1::Fault>;
        capture() -> Result<(), v1::Fault>;
        open_resume() -> Result<(), v1::Fault>;
        load() -> Result<(), v1::Fault>;
        run() -> Result<(), v1::Fault>;
        allow_dma() -> Result<(), v1::Fault>;
        pending() -> Result<u64, v1::Fault>;
        acknowledge() -> Result<u64, v1::Fault>;
        next_segment() -> Result<u64, v1::Fault>;
        segment_offset() -> Result<u64, v1::Fault>;
        read_segment(offset: u64, into: &mut [u8]) -> Result<(), v1::Fault>;
        offer() -> Result<u64, v1::Fault>;
        write_segment(offset: u64, from: &[u8]) -> Result<(), v1::Fault>;
        commit(value: u64) -> Result<(), v1::Fault>;
        reset(state: v1::DeviceState);
        enter_error(state: v1::DeviceState);
        settle(state: v1::DeviceState);
        segment_size() -> Result<u64, v1::Fault>;
    }
}

impl v2::Driver for Traced<dyn V2Function> {
    fn capabilities(&self) -> v2::Capabilities {
        self.inner.capabilities()
    }

    pass_on! {
        resuming_to_stop() -> Result<(), v2::Fault>;
        stop_to_resuming() -> Result<(), v2::Fault>;
        stop_to_stop_copy() -> Result<(), v2::Fault>;
        stop_copy_to_stop() -> Result<(), v2::Fault>;
        running_to_stop() -> Result<(), v2::Fault>;
        stop_to_running() -> Result<(), v2::Fault>;
        running_to_running_p2p() -> Result<(), v2::Fault>;
        running_p2p_to_running() -> Result<(), v2::Fault>;
        running_p2p_to_stop() -> Result<(), v2::Fault>;
        stop_to_running_p2p() -> Result<(), v2::Fault>;
        running_to_pre_copy() -> Result<(), v2::Fault>;
        pre_copy_to_running() -> Result<(), v2::Fault>;
        pre_copy_to_stop_copy() -> Result<(), v2::Fault>;
        pre_copy_to_pre_copy_p2p() -> Result<(), v2::Fault>;
        pre_copy_p2p_to_pre_copy() -> Result<(), v2::Fault>;
        running_p2p_to_pre_copy_p2p() -> Result<(), v2::Fault>;
        pre_copy_p2p_to_running_p2p() -> Result<(), v2::Fault>;
        pre_copy_p2p_to_stop_copy() -> Result<(), v2::Fault>;
        read_stream(into: &mut [u8]) -> Result<usize, v2::Fault>;
        write_stream(from: &[u8]) -> Result<usize, v2::Fault>;
        poll_stream() -> Result<bool, v2::Fault>;
        precopy_info() -> Result<v2::PrecopyInfo, v2::Fault>;
        reset(state: v2::DeviceState);
        enter_error(state: v2::DeviceState);
        close(state: v2::DeviceState);
    }
}

impl<F: Function + ?Sized> Around for Traced<F> {
    type Inner = F;

    fn inner(&self) -> &F {
        &self.inner
    }

    fn inner_mut(&mut self) -> &mut F {
        &mut self.inner
    }
}
