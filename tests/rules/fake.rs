//! A driver that does nothing and fails when told to: what is left is the machine.

use std::ops::Range;

use vfio_migration::machine::{MigrationRegion, Window};
use vfio_migration::v1::{
    Action, Callback, Capabilities, DATA_START, Description, DeviceState, Driver, Fault, Register,
};

/// Where its segments lie.
pub(crate) const SEGMENT: Range<u64> = DATA_START + 16..DATA_START + 80;
/// Where its data section ends.
pub(crate) const END: u64 = DATA_START + 160;

/// The driver.
pub(crate) struct Fake {
    /// Names of what it was asked.
    pub(crate) calls: Vec<&'static str>,
    /// What fails, by name, and how.
    pub(crate) fails: Option<(&'static str, Fault)>,
    pub(crate) capabilities: Capabilities,
    /// What it names as its segment.
    pub(crate) segment: Range<u64>,
}

impl Fake {
    pub(crate) fn region() -> MigrationRegion<Self> {
        MigrationRegion::new(Self {
            calls: Vec::new(),
            fails: None,
            capabilities: Capabilities::NDMA,
            segment: SEGMENT,
        })
    }

    fn call(&mut self, name: &'static str) -> Result<(), Fault> {
        self.calls.push(name);
        match self.fails {
            Some((failing, fault)) if failing == name => Err(fault),
            _ => Ok(()),
        }
    }

    fn act(&mut self, action: Action) -> Result<(), Fault> {
        self.call(action.name())
    }

    fn answer(&mut self, callback: Callback, value: u64) -> Result<u64, Fault> {
        self.call(callback.name()).map(|()| value)
    }
}

impl Window for Fake {
    fn data_section(&self) -> Range<u64> {
        DATA_START + 16..END
    }
}

impl Driver for Fake {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn describe(&self) -> Description {
        Description::default()
    }

    fn start_precopy(&mut self) -> Result<(), Fault> {
        self.act(Action::StartPrecopy)
    }

    fn quiesce(&mut self) -> Result<(), Fault> {
        self.act(Action::Quiesce)
    }

    fn stop(&mut self) -> Result<(), Fault> {
        self.act(Action::Stop)
    }

    fn capture(&mut self) -> Result<(), Fault> {
        self.act(Action::Capture)
    }

    fn open_resume(&mut self) -> Result<(), Fault> {
        self.act(Action::OpenResume)
    }

    fn load(&mut self) -> Result<(), Fault> {
        self.act(Action::Load)
    }

    fn run(&mut self) -> Result<(), Fault> {
        self.act(Action::Run)
    }

    fn allow_dma(&mut self) -> Result<(), Fault> {
        self.act(Action::AllowDma)
    }

    fn pending(&mut self) -> Result<u64, Fault> {
        self.answer(Callback::Pending, 1)
    }

    fn acknowledge(&mut self) -> Result<u64, Fault> {
        self.answer(Callback::Acknowledge, 1)
    }

    fn next_segment(&mut self) -> Result<u64, Fault> {
        self.answer(Callback::NextSegment, self.segment.start)
    }

    fn segment_offset(&mut self) -> Result<u64, Fault> {
        self.answer(Callback::SegmentOffset, self.segment.start)
    }

    fn segment_size(&mut self) -> Result<u64, Fault> {
        self.answer(Callback::SegmentSize, self.segment.end - self.segment.start)
    }

    fn read_segment(&mut self, _: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.call(Callback::ReadSegment.name())?;
        into.fill(0x5a);
        Ok(())
    }

    fn offer(&mut self) -> Result<u64, Fault> {
        self.answer(Callback::Offer, self.segment.start)
    }

    fn write_segment(&mut self, _: u64, _: &[u8]) -> Result<(), Fault> {
        self.call(Callback::WriteSegment.name())
    }

    fn commit(&mut self, _: u64) -> Result<(), Fault> {
        self.call(Callback::Commit.name())
    }

    fn reset(&mut self, _: DeviceState) {
        self.calls.push("reset");
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.calls.push("enter_error");
    }

    fn settle(&mut self, _: DeviceState) {
        self.calls.push("settle");
    }
}

/// Writes `device_state`.
pub(crate) fn set(region: &mut MigrationRegion<Fake>, state: DeviceState) -> Result<(), Fault> {
    region.write(Register::DeviceState.offset(), &state.bits().to_ne_bytes())
}

/// Reads a register of eight bytes.
pub(crate) fn read(region: &mut MigrationRegion<Fake>, register: Register) -> Result<u64, Fault> {
    let mut bytes = [0; 8];
    region
        .read(register.offset(), &mut bytes)
        .map(|()| u64::from_ne_bytes(bytes))
}

/// What an access makes of the device, phase and calls included.
pub(crate) fn calls(region: &mut MigrationRegion<Fake>) -> Vec<&'static str> {
    std::mem::take(&mut region.driver_mut().calls)
}
