//! One device on a bench: its region, its BAR, and a guest that uses it.

pub(crate) use crate::common::every;
use vfio_migration::driver::{Model, Traced};
use vfio_migration::machine::{MigrationRegion, Window};
use vfio_migration::v1::{Capabilities, DeviceState, Driver, Fault, Phase, Register};
use vfio_migration::vmm::{Guest, Memory, Port};

/// The bench.
pub(crate) struct Rig {
    pub(crate) model: Model,
    pub(crate) region: MigrationRegion<Traced>,
    pub(crate) port: Port,
    pub(crate) memory: Memory,
    pub(crate) guest: Guest,
}

used_by_a_guest!(Rig, region);

impl Rig {
    pub(crate) fn new(model: Model) -> Self {
        Self::with_seed(model, 1)
    }

    /// Another device of the kind.
    pub(crate) fn with_seed(model: Model, seed: u32) -> Self {
        let memory = Memory::new(Guest::PAGES);
        let port = memory.port();
        Self {
            model,
            region: model.open(seed, port.clone()),
            port,
            memory,
            guest: Guest::new(1),
        }
    }

    /// A device that has been used, brought to this state in one write.
    pub(crate) fn used(model: Model, state: DeviceState) -> Self {
        let mut rig = Self::new(model);
        rig.use_device();
        rig.must_set(state);
        rig
    }

    /// The states that a device of this kind can be in, `ERROR` aside.
    pub(crate) fn states(model: Model) -> impl Iterator<Item = DeviceState> {
        let ndma = Self::new(model).has(Capabilities::NDMA);
        DeviceState::VALID
            .into_iter()
            .filter(move |state| ndma || !state.contains(DeviceState::NDMA))
    }

    pub(crate) fn has(&self, capability: Capabilities) -> bool {
        self.region.driver().capabilities().contains(capability)
    }

    pub(crate) fn phase(&self) -> Phase {
        self.region.phase()
    }

    pub(crate) fn section(&self) -> std::ops::Range<u64> {
        self.region.driver().data_section()
    }

    pub(crate) fn write(&mut self, register: Register, value: u64) -> Result<(), Fault> {
        match register.width() {
            4 => self
                .region
                .write(register.offset(), &(value as u32).to_ne_bytes()),
            _ => self.region.write(register.offset(), &value.to_ne_bytes()),
        }
    }

    pub(crate) fn read(&mut self, register: Register) -> Result<u64, Fault> {
        if register.width() == 4 {
            let mut bytes = [0; 4];
            return self
                .region
                .read(register.offset(), &mut bytes)
                .map(|()| u32::from_ne_bytes(bytes).into());
        }
        let mut bytes = [0; 8];
        self.region
            .read(register.offset(), &mut bytes)
            .map(|()| u64::from_ne_bytes(bytes))
    }

    /// What `device_state` reads.
    pub(crate) fn state(&mut self) -> DeviceState {
        let bits = self
            .read(Register::DeviceState)
            .expect("the state can always be read");
        DeviceState::from_bits(bits as u32)
    }

    pub(crate) fn set(&mut self, state: DeviceState) -> Result<(), Fault> {
        self.write(Register::DeviceState, state.bits().into())
    }

    pub(crate) fn must_set(&mut self, state: DeviceState) {
        let before = self.state();
        self.set(state)
            .unwrap_or_else(|fault| panic!("{:?}: {before} to {state}: {fault}", self.model));
        assert_eq!(self.state(), state);
    }

    pub(crate) fn pending(&mut self) -> u64 {
        self.read(Register::PendingBytes).expect("pending_bytes")
    }

    /// One round of the window without its acknowledgement.
    pub(crate) fn fetch(&mut self) -> Vec<u8> {
        let offset = self.read(Register::DataOffset).expect("data_offset");
        let size = self.read(Register::DataSize).expect("data_size");
        let mut segment = vec![0; size as usize];
        self.region.read(offset, &mut segment).expect("the segment");
        segment
    }

    /// Rounds until nothing is pending.
    pub(crate) fn drain(&mut self) -> Vec<Vec<u8>> {
        let mut segments = Vec::new();
        while self.pending() != 0 {
            segments.push(self.fetch());
        }
        segments
    }

    /// From where the device is: pre-copy, more use, the last part. Leaves it in `SAVING`.
    pub(crate) fn save(&mut self) -> Vec<Vec<u8>> {
        self.must_set(DeviceState::SAVING | DeviceState::RUNNING);
        let mut segments = self.drain();
        self.use_device();
        segments.extend(self.drain());
        self.must_set(DeviceState::SAVING);
        segments.extend(self.drain());
        segments
    }

    /// Hands one segment over.
    pub(crate) fn put(&mut self, segment: &[u8]) -> Result<(), Fault> {
        let offset = self.read(Register::DataOffset)?;
        self.region.write(offset, segment)?;
        self.write(Register::DataSize, segment.len() as u64)
    }

    /// A fresh device of the kind that loads these segments and goes to `0`.
    pub(crate) fn loaded(model: Model, segments: &[Vec<u8>]) -> (Self, Result<(), Fault>) {
        let mut rig = Self::with_seed(model, 2);
        let result = rig.load(segments);
        (rig, result)
    }

    /// Enters `RESUMING`, hands the segments over, leaves to `0`.
    pub(crate) fn load(&mut self, segments: &[Vec<u8>]) -> Result<(), Fault> {
        self.must_set(DeviceState::RESUMING);
        segments.iter().try_for_each(|segment| self.put(segment))?;
        self.set(DeviceState::NONE)
    }

    /// Puts the device into the error state.
    pub(crate) fn break_device(&mut self) {
        self.function().device_mut().trouble().dead = true;
        let other = match self.state().contains(DeviceState::RUNNING) {
            true => DeviceState::NONE,
            false => DeviceState::RUNNING,
        };
        assert_eq!(self.set(other), Err(Fault::DeviceFailed));
        assert_eq!(self.state(), DeviceState::ERROR);
    }
}

/// Every driver in every valid state that it can be in, after some use.
pub(crate) fn every_state(check: impl Fn(Rig, DeviceState)) {
    every(|model| {
        for state in Rig::states(model) {
            check(Rig::used(model, state), state);
        }
    });
}
