//! A driver that tells what it was asked, for logs and tests.

use std::boxed::Box;
use std::ops::Range;
use std::vec::Vec;

use super::{Device, Function};
use crate::machine::Window;
use crate::v1::{Capabilities, Description, DeviceState, Driver, Fault};

/// A driver, and the names of the actions, callbacks and events that reached it.
pub struct Traced {
    inner: Box<dyn Function>,
    calls: Vec<&'static str>,
}

impl Traced {
    /// Listens to this driver.
    pub fn new(inner: Box<dyn Function>) -> Self {
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

impl std::fmt::Debug for Traced {
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

impl Driver for Traced {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn describe(&self) -> Description {
        self.inner.describe()
    }

    pass_on! {
        start_precopy() -> Result<(), Fault>;
        quiesce() -> Result<(), Fault>;
        stop() -> Result<(), Fault>;
        capture() -> Result<(), Fault>;
        open_resume() -> Result<(), Fault>;
        load() -> Result<(), Fault>;
        run() -> Result<(), Fault>;
        allow_dma() -> Result<(), Fault>;
        pending() -> Result<u64, Fault>;
        acknowledge() -> Result<u64, Fault>;
        next_segment() -> Result<u64, Fault>;
        segment_offset() -> Result<u64, Fault>;
        read_segment(offset: u64, into: &mut [u8]) -> Result<(), Fault>;
        offer() -> Result<u64, Fault>;
        write_segment(offset: u64, from: &[u8]) -> Result<(), Fault>;
        commit(value: u64) -> Result<(), Fault>;
        reset(state: DeviceState);
        enter_error(state: DeviceState);
        settle(state: DeviceState);
        segment_size() -> Result<u64, Fault>;
    }
}

impl Window for Traced {
    fn data_section(&self) -> Range<u64> {
        self.inner.data_section()
    }

    fn mappable(&self) -> Range<u64> {
        self.inner.mappable()
    }

    fn memory(&mut self) -> &mut [u8] {
        self.inner.memory()
    }
}

impl Function for Traced {
    fn device(&self) -> &Device {
        self.inner.device()
    }

    fn device_mut(&mut self) -> &mut Device {
        self.inner.device_mut()
    }

    fn read_bar(&mut self, offset: u64, into: &mut [u8]) {
        self.inner.read_bar(offset, into);
    }

    fn write_bar(&mut self, offset: u64, from: &[u8]) {
        self.inner.write_bar(offset, from);
    }

    fn peer_write(&mut self, offset: u64, from: &[u8]) {
        self.inner.peer_write(offset, from);
    }

    fn image(&self) -> Vec<u8> {
        self.inner.image()
    }
}
