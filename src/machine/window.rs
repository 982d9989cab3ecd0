//! The data window: who may read or write which bytes when.

use core::ops::Range;

use super::{MigrationRegion, Window, place};
use crate::v1::{self, Access, Callback, Driver, Fault, Phase};

impl<D: Driver + Window + ?Sized> MigrationRegion<D> {
    /// A register read that the protocol speaks of.
    pub(super) fn read_window(&mut self, access: Access) -> Result<u64, Fault> {
        let (phase, callback) = self.permitted(access)?;
        let value = match callback {
            None => 0,
            Some(callback) => {
                let value = v1::call_read(&mut self.driver, callback);
                let value = value.map_err(|fault| self.fail(fault))?;
                self.checked(access, value)?
            }
        };
        self.phase = phase;
        Ok(value)
    }

    /// A driver that names a segment outside its own section is broken: no VMM shall follow it.
    fn checked(&mut self, access: Access, value: u64) -> Result<u64, Fault> {
        let section = self.driver.data_section();
        let sound = match access {
            Access::ReadDataOffset => section.contains(&value),
            Access::ReadDataSize => value <= section.end - self.segment,
            _ => true,
        };
        if !sound {
            return Err(self.fail(Fault::DeviceFailed));
        }
        if access == Access::ReadDataOffset {
            self.segment = value;
        }
        Ok(value)
    }

    /// A register write that the protocol speaks of: a length, counted from the segment's place.
    pub(super) fn write_window(&mut self, access: Access, value: u64) -> Result<(), Fault> {
        let (phase, callback) = self.permitted(access)?;
        let len = usize::try_from(value).map_err(|_| Fault::OutOfRange)?;
        if len == 0 {
            return Err(Fault::OutOfRange);
        }
        self.inside_offer(self.segment, len)?;
        if let Some(callback) = callback {
            v1::call_write(&mut self.driver, callback, value).map_err(|fault| self.fail(fault))?;
        }
        self.phase = phase;
        Ok(())
    }

    pub(super) fn read_data(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Fault> {
        let (phase, callback) = self.permitted(Access::ReadData)?;
        self.inside_segment(offset, into.len())?;
        if let Some(callback) = callback {
            v1::call_read_data(&mut self.driver, callback, offset, into)
                .map_err(|fault| self.fail(fault))?;
        }
        self.phase = phase;
        Ok(())
    }

    pub(super) fn write_data(&mut self, offset: u64, from: &[u8]) -> Result<(), Fault> {
        let (phase, callback) = self.permitted(Access::WriteData)?;
        self.inside_offer(offset, from.len())?;
        if let Some(callback) = callback {
            v1::call_write_data(&mut self.driver, callback, offset, from)
                .map_err(|fault| self.fail(fault))?;
        }
        self.phase = phase;
        Ok(())
    }

    /// The mapped bytes of the segment that is being saved, without a copy.
    ///
    /// # Errors
    /// As a read of the same bytes; `OutOfRange` where the driver offers no mapping.
    pub fn map(&mut self, offset: u64, len: usize) -> Result<&[u8], Fault> {
        let mapped = self.mapped(offset, len)?;
        self.permitted(Access::ReadData)?;
        self.inside_segment(offset, len)?;
        self.driver.memory().get(mapped).ok_or(Fault::OutOfRange)
    }

    /// The mapped bytes where the next segment is to be put, without a copy.
    ///
    /// # Errors
    /// As a write of the same bytes; `OutOfRange` where the driver offers no mapping.
    pub fn map_mut(&mut self, offset: u64, len: usize) -> Result<&mut [u8], Fault> {
        let mapped = self.mapped(offset, len)?;
        self.permitted(Access::WriteData)?;
        self.inside_offer(offset, len)?;
        self.driver
            .memory()
            .get_mut(mapped)
            .ok_or(Fault::OutOfRange)
    }

    fn permitted(&self, access: Access) -> Result<(Phase, Option<Callback>), Fault> {
        if self.state.error() {
            return Err(Fault::InError);
        }
        v1::access(self.state, self.phase, access)
    }

    /// Where these bytes of the region lie in the driver's memory.
    fn mapped(&self, offset: u64, len: usize) -> Result<Range<usize>, Fault> {
        let mappable = self.driver.mappable();
        if !place::within(&mappable, offset, len) {
            return Err(Fault::OutOfRange);
        }
        let start = usize::try_from(offset - mappable.start).map_err(|_| Fault::OutOfRange)?;
        Ok(start..start + len)
    }

    fn inside_segment(&mut self, offset: u64, len: usize) -> Result<(), Fault> {
        let size = self
            .driver
            .segment_size()
            .map_err(|fault| self.fail(fault))?;
        let size = self.checked(Access::ReadDataSize, size)?;
        inside(self.segment..self.segment + size, offset, len)
    }

    /// While resuming, all of the data section from `data_offset` on is the segment.
    fn inside_offer(&self, offset: u64, len: usize) -> Result<(), Fault> {
        inside(self.segment..self.driver.data_section().end, offset, len)
    }
}

fn inside(range: Range<u64>, offset: u64, len: usize) -> Result<(), Fault> {
    if place::within(&range, offset, len) {
        Ok(())
    } else {
        Err(Fault::OutOfRange)
    }
}
