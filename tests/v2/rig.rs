//! One device on a bench: its ioctl, its data fd, its BAR, and a guest that uses it.

pub(crate) use crate::common::every;
use vfio_migration::driver::device::Register as Bar;
use vfio_migration::driver::{Model, Traced, V2Function};
use vfio_migration::machine::v2::{DataFd, MigrationDevice, Services, User};
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{Capabilities, DeviceState, Driver, Fault};
use vfio_migration::vmm::{Guest, Memory, Port};

/// User space's memory.
pub(crate) struct Ram(pub(crate) Vec<u8>);

impl User for Ram {
    fn read(&self, address: u64, into: &mut [u8]) {
        into.copy_from_slice(&self.0[address as usize..][..into.len()]);
    }

    fn write(&mut self, address: u64, from: &[u8]) {
        self.0[address as usize..][..from.len()].copy_from_slice(from);
    }
}

/// The ioctl with this payload: the result, and the payload as it comes back.
pub(crate) fn feature<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    flags: u32,
    payload: &[u8],
    user: &mut Ram,
) -> (Result<(), Fault>, Vec<u8>) {
    let mut argument = Vec::new();
    argument.extend_from_slice(&(8 + payload.len() as u32).to_ne_bytes());
    argument.extend_from_slice(&flags.to_ne_bytes());
    argument.extend_from_slice(payload);
    let result = device.feature(&mut argument, user);
    (result, argument[8..].to_vec())
}

/// The same for features whose payload has no address.
pub(crate) fn simple<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    flags: u32,
    payload: &[u8],
) -> (Result<(), Fault>, Vec<u8>) {
    feature(device, flags, payload, &mut Ram(Vec::new()))
}

/// Gets state and data fd.
pub(crate) fn get_state<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
) -> (u32, i32) {
    let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    let (result, payload) = simple(device, flags, &[0xee; 8]);
    result.expect("the state can always be read");
    halves(&payload)
}

/// Requests a state; what comes back in both fields.
pub(crate) fn set_state<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    state: u32,
) -> (Result<(), Fault>, (u32, i32)) {
    let flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    let payload = [state.to_ne_bytes(), [0xee; 4]].concat();
    let (result, payload) = simple(device, flags, &payload);
    (result, halves(&payload))
}

fn halves(payload: &[u8]) -> (u32, i32) {
    let half = |at: usize| payload[at..][..4].try_into().expect("four bytes");
    (u32::from_ne_bytes(half(0)), i32::from_ne_bytes(half(4)))
}

/// Pre-copy info with these flags passed in: flags, initial and dirty bytes as they come back.
pub(crate) fn info<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    fd: DataFd,
    flags: u32,
) -> Result<(u32, u64, u64), Fault> {
    let mut argument = [0; 24];
    argument[..4].copy_from_slice(&24_u32.to_ne_bytes());
    argument[4..8].copy_from_slice(&flags.to_ne_bytes());
    device.precopy_info(fd, &mut argument)?;
    let long = |at: usize| u64::from_ne_bytes(argument[at..][..8].try_into().expect("eight bytes"));
    let flags = u32::from_ne_bytes(argument[4..8].try_into().expect("four bytes"));
    Ok((flags, long(8), long(16)))
}

/// The bench.
pub(crate) struct Rig {
    pub(crate) model: Model,
    pub(crate) device: MigrationDevice<Traced<dyn V2Function>>,
    pub(crate) fd: Option<DataFd>,
    pub(crate) port: Port,
    pub(crate) memory: Memory,
    pub(crate) guest: Guest,
}

used_by_a_guest!(Rig, device);

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
            device: model.open_v2(seed, port.clone()),
            fd: None,
            port,
            memory,
            guest: Guest::new(1),
        }
    }

    /// A device that has been used, brought to this state in one request.
    pub(crate) fn used(model: Model, state: DeviceState) -> Self {
        let mut rig = Self::new(model);
        rig.use_device();
        rig.must_set(state);
        rig
    }

    /// The states that a device of this kind can be in, `ERROR` aside.
    pub(crate) fn states(model: Model) -> Vec<DeviceState> {
        let capabilities = Self::new(model).device.capabilities();
        super::fake::states(capabilities)
            .filter(|state| !state.error())
            .collect()
    }

    pub(crate) fn has(&self, capability: Capabilities) -> bool {
        self.device.capabilities().contains(capability)
    }

    pub(crate) fn set(&mut self, state: DeviceState) -> Result<(), Fault> {
        let (result, (_, fd)) = set_state(&mut self.device, state.raw());
        if let Some(fd) = DataFd::from_number(fd) {
            self.fd = Some(fd);
        }
        result
    }

    pub(crate) fn must_set(&mut self, state: DeviceState) {
        let before = self.device.state();
        self.set(state)
            .unwrap_or_else(|fault| panic!("{:?}: {before} to {state}: {fault}", self.model));
        assert_eq!(get_state(&mut self.device).0, state.raw());
    }

    /// The fd of the session that was started last.
    pub(crate) fn fd(&self) -> DataFd {
        self.fd.expect("a session was started")
    }

    /// Reads to the end, temporary or final, so many bytes at once.
    pub(crate) fn read_by(&mut self, piece: usize) -> Vec<u8> {
        let (fd, mut bytes, mut into) = (self.fd(), Vec::new(), vec![0; piece]);
        loop {
            match self.device.read(fd, &mut into) {
                Ok(0) | Err(Fault::NoDataNow) => return bytes,
                Ok(read) => bytes.extend_from_slice(&into[..read]),
                Err(fault) => panic!("{:?}: {fault}", self.model),
            }
        }
    }

    pub(crate) fn read_all(&mut self) -> Vec<u8> {
        self.read_by(1 << 16)
    }

    /// Writes everything, so many bytes at once.
    pub(crate) fn write_by(&mut self, bytes: &[u8], piece: usize) -> Result<(), Fault> {
        let (fd, mut at) = (self.fd(), 0);
        while at < bytes.len() {
            let end = bytes.len().min(at.saturating_add(piece));
            at += self.device.write(fd, &bytes[at..end])?;
        }
        Ok(())
    }

    /// From where the device is: pre-copy if it can, more use, the last part. Leaves it in `STOP_COPY`.
    pub(crate) fn save(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.has(Capabilities::PRE_COPY) {
            self.must_set(DeviceState::PRE_COPY);
            bytes = self.read_all();
            self.use_device();
            bytes.extend(self.read_by(1000));
        }
        self.must_set(DeviceState::STOP_COPY);
        bytes.extend(self.read_all());
        bytes
    }

    /// Enters `RESUMING`, writes the stream as far as it is taken, leaves to `STOP`.
    pub(crate) fn load(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.must_set(DeviceState::RESUMING);
        let _early = self.write_by(bytes, 1 << 16);
        self.set(DeviceState::STOP)
    }

    pub(crate) fn write_bar(&mut self, register: Bar, value: u64) {
        let bytes = value.to_le_bytes();
        self.function().write_bar(register.offset(), &bytes);
    }

    /// Puts the device into the error state.
    pub(crate) fn break_device(&mut self) {
        self.function().device_mut().trouble().dead = true;
        let other = match self.device.state() {
            DeviceState::STOP => DeviceState::RUNNING,
            _ => DeviceState::STOP,
        };
        assert_eq!(self.set(other), Err(Fault::DeviceFailed));
        assert_eq!(self.device.state(), DeviceState::ERROR);
    }

    /// Resets it, and tells the guest.
    pub(crate) fn reset(&mut self) {
        self.device.reset();
        self.guest.device_was_reset(0);
    }
}

/// Every driver in every state that it can be in, after some use.
pub(crate) fn every_state(check: impl Fn(Rig, DeviceState)) {
    every(|model| {
        for state in Rig::states(model) {
            check(Rig::used(model, state), state);
        }
    });
}
