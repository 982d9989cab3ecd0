//! The migration region of one device: everything that is the same for every driver.
//!
//! [`MigrationRegion`] takes what a VFIO region read or write carries, an offset and bytes, and makes
//! driver callbacks of it. It decides with the generated tables; a driver never sees an illegal call.
//! The smallest driver there is stands in `tests/no_std/`.

mod place;
mod registers;
mod state;
pub mod v2;
mod window;

use core::ops::Range;

use crate::v1::{DeviceState, Driver, Fault, Phase};
use place::Place;

/// Where a driver's data section lies, and the part of it that is memory.
///
/// Offsets count from the start of the region.
pub trait Window {
    /// The data section. It begins at or after the end of the registers and never moves.
    fn data_section(&self) -> Range<u64>;

    /// The part of the data section that user space may map; empty unless the driver announces so.
    fn mappable(&self) -> Range<u64> {
        0..0
    }

    /// The bytes behind [`Window::mappable`], all of them.
    fn memory(&mut self) -> &mut [u8] {
        &mut []
    }
}

/// One device's migration region: the registers, the data window, and the driver behind them.
///
/// `D` may be a trait object: `Box<MigrationRegion<Concrete>>` coerces to a region of any trait that
/// has [`Driver`] and [`Window`] as supertraits.
#[derive(Debug)]
pub struct MigrationRegion<D: ?Sized> {
    state: DeviceState,
    phase: Phase,
    /// What `data_offset` gave last: where the segment in hand begins.
    segment: u64,
    driver: D,
}

impl<D> MigrationRegion<D> {
    /// The region of a freshly opened device.
    pub const fn new(driver: D) -> Self {
        Self {
            state: DeviceState::INITIAL,
            phase: Phase::INITIAL,
            segment: 0,
            driver,
        }
    }

    /// Gives the driver back.
    pub fn into_driver(self) -> D {
        self.driver
    }
}

impl<D: ?Sized> MigrationRegion<D> {
    /// What `device_state` reads.
    pub const fn state(&self) -> DeviceState {
        self.state
    }

    /// How far user space has come in the data window's protocol.
    pub const fn phase(&self) -> Phase {
        self.phase
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

impl<D: Driver + Window + ?Sized> MigrationRegion<D> {
    /// Bytes in the region: registers and data section.
    pub fn size(&self) -> u64 {
        self.driver.data_section().end
    }

    /// A region read: fills `into` with the bytes at `offset`, in the byte order of the machine.
    ///
    /// # Errors
    /// The book's error; `into` holds nothing of use then.
    pub fn read(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Fault> {
        match place::find(self.driver.data_section(), offset, into.len())? {
            Place::Register(register) => {
                let value = self.read_register(register)?;
                registers::put(value, into);
                Ok(())
            }
            Place::Data => self.read_data(offset, into),
        }
    }

    /// A region write: `from` goes to `offset`, in the byte order of the machine.
    ///
    /// # Errors
    /// The book's error; [`MigrationRegion::state`] is then what it was, or the error state.
    pub fn write(&mut self, offset: u64, from: &[u8]) -> Result<(), Fault> {
        match place::find(self.driver.data_section(), offset, from.len())? {
            Place::Register(register) => self.write_register(register, registers::get(from)),
            Place::Data => self.write_data(offset, from),
        }
    }

    /// `VFIO_DEVICE_RESET`: works in every state.
    pub fn reset(&mut self) {
        self.state = DeviceState::INITIAL;
        self.phase = Phase::INITIAL;
        self.driver.reset(self.state);
    }

    /// What a fault does to the state; gives the fault back.
    fn fail(&mut self, fault: Fault) -> Fault {
        if fault.after() == crate::v1::After::Error {
            self.enter_error();
        }
        fault
    }

    fn enter_error(&mut self) {
        self.state = DeviceState::ERROR;
        self.phase = Phase::INITIAL;
        self.driver.enter_error(self.state);
    }
}
