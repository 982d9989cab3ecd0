//! Pre-copy info, in its two versions.

use core::mem::{offset_of, size_of};

use super::bytes::{get_u32, put_u32, put_u64};
use super::{DataFd, Direction, MigrationDevice, Services};
use crate::v2::precopy_info::VFIO_PRECOPY_INFO_REINIT;
use crate::v2::{Access, Driver, Fault, vfio_precopy_info};

impl<D: Driver + Services + ?Sized> MigrationDevice<D> {
    /// `VFIO_MIG_GET_PRECOPY_INFO`, with the bytes of a `vfio_precopy_info`.
    ///
    /// # Errors
    /// The book's error; the argument is as it was.
    pub fn precopy_info(&mut self, fd: DataFd, argument: &mut [u8]) -> Result<(), Fault> {
        const SIZE: usize = size_of::<vfio_precopy_info>();
        if fd.direction() == Direction::Resuming {
            return Err(Fault::NotSupported);
        }
        let argsz = get_u32(argument, offset_of!(vfio_precopy_info, argsz));
        if argument.len() < SIZE || (argsz as usize) < SIZE {
            return Err(Fault::ShortArgument);
        }
        self.permitted(fd, Access::PrecopyInfo)?;
        let info = self
            .driver
            .precopy_info()
            .map_err(|fault| self.fail(fault))?;
        let anew = info.reinit && self.second_version;
        let initial = match anew {
            true => info.initial_bytes,
            // New initial data that user space is not told of count as dirty.
            false => info.initial_bytes.min(self.sessions.initial),
        };
        let more = info.initial_bytes - initial;
        self.sessions.initial = initial;
        if self.second_version {
            let flags = if anew { VFIO_PRECOPY_INFO_REINIT } else { 0 };
            put_u32(argument, offset_of!(vfio_precopy_info, flags), flags);
        }
        let dirty = info.dirty_bytes.saturating_add(more);
        put_u64(
            argument,
            offset_of!(vfio_precopy_info, initial_bytes),
            initial,
        );
        put_u64(argument, offset_of!(vfio_precopy_info, dirty_bytes), dirty);
        Ok(())
    }
}
