//! Reads and writes of registers.

use super::{MigrationRegion, Window};
use crate::v1::{Access, DeviceState, Driver, Fault, Register};

impl<D: Driver + Window + ?Sized> MigrationRegion<D> {
    pub(super) fn read_register(&mut self, register: Register) -> Result<u64, Fault> {
        if register == Register::DeviceState {
            return Ok(self.state.bits().into());
        }
        if register.reserved() {
            return Ok(0);
        }
        Access::read(register).map_or(Err(Fault::OutOfOrder), |access| self.read_window(access))
    }

    pub(super) fn write_register(&mut self, register: Register, value: u64) -> Result<(), Fault> {
        if register.reserved() {
            return Ok(());
        }
        if !register.writable() {
            return Err(Fault::ReadOnly);
        }
        if register == Register::DeviceState {
            // The length was checked: a register of four bytes holds no more.
            return self.write_state(DeviceState::from_bits(value as u32));
        }
        Access::write(register).map_or(Err(Fault::OutOfOrder), |access| {
            self.write_window(access, value)
        })
    }
}

/// A register's value from the bytes of an access.
pub(super) fn get(from: &[u8]) -> u64 {
    if let Ok(bytes) = <[u8; 4]>::try_from(from) {
        u32::from_ne_bytes(bytes).into()
    } else if let Ok(bytes) = <[u8; 8]>::try_from(from) {
        u64::from_ne_bytes(bytes)
    } else {
        0
    }
}

/// A register's value into the bytes of an access.
pub(super) fn put(value: u64, into: &mut [u8]) {
    if into.len() == 4 {
        into.copy_from_slice(&(value as u32).to_ne_bytes());
    } else if into.len() == 8 {
        into.copy_from_slice(&value.to_ne_bytes());
    }
}
