//! A driver that does nothing and fails when told to: what is left is the machine.

use std::collections::VecDeque;
use std::ops::Range;

use vfio_migration::machine::v2::{LogRange, MigrationDevice, Services};
use vfio_migration::v2::{Arc, Capabilities, DeviceState, Driver, Fault, PrecopyInfo};

/// The driver.
pub(crate) struct Fake {
    pub(crate) capabilities: Capabilities,
    /// Names of what it was asked.
    pub(crate) calls: Vec<&'static str>,
    /// What fails, by name, and how.
    pub(crate) fails: Option<(&'static str, Fault)>,
    /// What reads give, one after another; then nothing.
    pub(crate) reads: VecDeque<Result<usize, Fault>>,
    /// How many bytes a write takes at most.
    pub(crate) takes: usize,
    pub(crate) readable: bool,
    pub(crate) info: PrecopyInfo,
    pub(crate) length: u64,
    /// The page size that its log takes; `None` if it does not log.
    pub(crate) log_page: Option<u64>,
    /// What the log holds.
    pub(crate) logged: Vec<Range<u64>>,
    /// What it was told to log.
    pub(crate) watched: Vec<LogRange>,
}

impl Fake {
    pub(crate) fn device(capabilities: Capabilities) -> MigrationDevice<Self> {
        MigrationDevice::new(Self {
            capabilities,
            calls: Vec::new(),
            fails: None,
            reads: VecDeque::new(),
            takes: usize::MAX,
            readable: false,
            info: PrecopyInfo {
                initial_bytes: 10,
                dirty_bytes: 0,
                reinit: false,
            },
            length: 77,
            log_page: Some(4096),
            logged: Vec::new(),
            watched: Vec::new(),
        })
    }

    fn call(&mut self, name: &'static str) -> Result<(), Fault> {
        self.calls.push(name);
        match self.fails {
            Some((failing, fault)) if failing == name => Err(fault),
            _ => Ok(()),
        }
    }
}

macro_rules! arcs {
    ($($name:ident)*) => {
        $(fn $name(&mut self) -> Result<(), Fault> {
            self.call(stringify!($name))
        })*
    };
}

impl Driver for Fake {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    arcs! {
        resuming_to_stop stop_to_resuming stop_to_stop_copy stop_copy_to_stop
        running_to_stop stop_to_running running_to_running_p2p running_p2p_to_running
        running_p2p_to_stop stop_to_running_p2p running_to_pre_copy pre_copy_to_running
        pre_copy_to_stop_copy pre_copy_to_pre_copy_p2p pre_copy_p2p_to_pre_copy
        running_p2p_to_pre_copy_p2p pre_copy_p2p_to_running_p2p pre_copy_p2p_to_stop_copy
    }

    fn read_stream(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        self.call("read_stream")?;
        let read = self.reads.pop_front().unwrap_or(Ok(0))?;
        into.iter_mut().take(read).for_each(|byte| *byte = 0x5a);
        Ok(read)
    }

    fn write_stream(&mut self, from: &[u8]) -> Result<usize, Fault> {
        self.call("write_stream")?;
        Ok(from.len().min(self.takes))
    }

    fn poll_stream(&mut self) -> Result<bool, Fault> {
        self.call("poll_stream")?;
        Ok(self.readable)
    }

    fn precopy_info(&mut self) -> Result<PrecopyInfo, Fault> {
        self.call("precopy_info")?;
        let info = self.info;
        self.info.reinit = false;
        Ok(info)
    }

    fn reset(&mut self, _: DeviceState) {
        self.calls.push("reset");
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.calls.push("enter_error");
    }

    fn close(&mut self, _: DeviceState) {
        self.calls.push("close");
    }
}

impl Services for Fake {
    fn stop_copy_length(&self) -> u64 {
        self.length
    }

    fn logs_dma(&self) -> bool {
        self.log_page.is_some()
    }

    fn start_log(&mut self, ranges: &[LogRange], _: u64) -> Result<u64, Fault> {
        self.call("start_log")?;
        self.watched = ranges.to_vec();
        self.log_page.ok_or(Fault::NotSupported)
    }

    fn take_log(&mut self, _: Range<u64>, run: &mut dyn FnMut(Range<u64>)) -> Result<(), Fault> {
        self.call("take_log")?;
        self.logged.drain(..).for_each(run);
        Ok(())
    }

    fn stop_log(&mut self) {
        self.calls.push("stop_log");
    }
}

/// What the driver was asked since this was asked last.
pub(crate) fn calls(device: &mut MigrationDevice<Fake>) -> Vec<&'static str> {
    std::mem::take(&mut device.driver_mut().calls)
}

/// A device in this state, with nothing on record.
pub(crate) fn in_state(capabilities: Capabilities, state: DeviceState) -> MigrationDevice<Fake> {
    let mut device = Fake::device(capabilities);
    if state.error() {
        device.driver_mut().fails = first_arc(capabilities);
        assert!(device.request(DeviceState::STOP).is_err());
        device.driver_mut().fails = None;
    } else {
        device
            .request(state)
            .expect("every state can be reached from RUNNING");
    }
    assert_eq!(device.state(), state);
    calls(&mut device);
    device
}

fn first_arc(capabilities: Capabilities) -> Option<(&'static str, Fault)> {
    let arc = match capabilities.contains(Capabilities::P2P) {
        true => Arc::RunningToRunningP2p,
        false => Arc::RunningToStop,
    };
    Some((arc.name(), Fault::DeviceFailed))
}

/// The states that a device with these capabilities can be in.
pub(crate) fn states(capabilities: Capabilities) -> impl Iterator<Item = DeviceState> {
    DeviceState::ALL.into_iter().filter(move |state| {
        let p2p = capabilities.contains(Capabilities::P2P) || !state.quiesced();
        p2p && (capabilities.contains(Capabilities::PRE_COPY) || !state.pre_copying())
    })
}
