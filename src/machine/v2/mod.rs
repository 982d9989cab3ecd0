//! The migration of one device by the state machine: everything that is the same for every driver.
//!
//! [`MigrationDevice`] takes what user space hands in: the bytes of the `VFIO_DEVICE_FEATURE` ioctl
//! ([`MigrationDevice::feature`]), operations on a data fd, resets, the last close. It makes driver callbacks of them.
//! It decides with the generated tables: which arcs a request takes, when a session begins and ends, what is refused.

mod bytes;
mod data;
mod feature;
mod log;
mod precopy;
mod request;
mod services;
mod session;

pub use data::Readiness;
pub use feature::{Offer, offer};
pub use services::{LogRange, Services, User};
pub use session::{DataFd, Direction};

use crate::v2::{After, Capabilities, DeviceState, Driver, Fault};
use session::Sessions;

/// One device: its state, its session, and the driver behind them.
///
/// `D` may be a trait object: `Box<MigrationDevice<Concrete>>` coerces to a device of any trait that has [`Driver`] and
/// [`Services`] as supertraits.
#[derive(Debug)]
pub struct MigrationDevice<D: ?Sized> {
    state: DeviceState,
    /// What the driver announced when the device was opened. It cannot change its mind.
    capabilities: Capabilities,
    sessions: Sessions,
    /// Whether user space has asked for the second version of pre-copy info.
    second_version: bool,
    /// Whether the device's own dirty log runs.
    logging: bool,
    driver: D,
}

impl<D: Driver> MigrationDevice<D> {
    /// A freshly opened device.
    pub fn new(driver: D) -> Self {
        Self {
            state: DeviceState::INITIAL,
            capabilities: driver.capabilities(),
            sessions: Sessions::NONE,
            second_version: false,
            logging: false,
            driver,
        }
    }

    /// Gives the driver back.
    pub fn into_driver(self) -> D {
        self.driver
    }
}

impl<D: ?Sized> MigrationDevice<D> {
    /// The state that the device is in.
    pub const fn state(&self) -> DeviceState {
        self.state
    }

    /// What the device can do.
    pub const fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// The data fd of the session that is open.
    pub const fn session(&self) -> Option<DataFd> {
        self.sessions.open()
    }

    /// Whether the second version of pre-copy info is in force.
    pub const fn second_version(&self) -> bool {
        self.second_version
    }

    /// The driver.
    pub const fn driver(&self) -> &D {
        &self.driver
    }

    /// The driver, for what is outside migration (MMIO, time passing).
    pub const fn driver_mut(&mut self) -> &mut D {
        &mut self.driver
    }
}

impl<D: Driver + Services + ?Sized> MigrationDevice<D> {
    /// `VFIO_DEVICE_RESET`: works in every state.
    pub fn reset(&mut self) {
        self.state = DeviceState::INITIAL;
        self.sessions.end();
        self.driver.reset(self.state);
    }

    /// The last close: what comes after it is a freshly opened device.
    pub fn close(&mut self) {
        self.state = DeviceState::INITIAL;
        self.sessions.end();
        self.second_version = false;
        self.log_stop();
        self.driver.close(self.state);
        self.capabilities = self.driver.capabilities();
    }

    /// What a fault does to the state; gives the fault back.
    fn fail(&mut self, fault: Fault) -> Fault {
        if fault.after() == After::Error {
            self.state = DeviceState::ERROR;
            self.sessions.end();
            self.driver.enter_error(self.state);
        }
        fault
    }
}
