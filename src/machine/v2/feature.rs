//! The `VFIO_DEVICE_FEATURE` ioctl: which feature, which operation, and the payload behind it.

use core::mem::{offset_of, size_of};

use super::bytes::{get_u32, put_u32, put_u64};
use super::{DataFd, MigrationDevice, Services, User};
// By name and not by `*`, and in no or-pattern below: so names that are missing while the book has mistakes stay silent.
// Linux spells one of them in mixed case, which no pattern may have.
use crate::v2::feature::{
    VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
    VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP, VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_MASK,
    VFIO_DEVICE_FEATURE_MIG_DATA_SIZE, VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
    VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 as VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFO_V2,
    VFIO_DEVICE_FEATURE_MIGRATION, VFIO_DEVICE_FEATURE_PROBE, VFIO_DEVICE_FEATURE_SET,
};
use crate::v2::{
    Capabilities, DeviceState, Driver, Fault, vfio_device_feature,
    vfio_device_feature_dma_logging_control, vfio_device_feature_dma_logging_report,
    vfio_device_feature_mig_data_size, vfio_device_feature_mig_state,
    vfio_device_feature_migration,
};

/// Where the payload begins.
const PAYLOAD: usize = size_of::<vfio_device_feature>();
const OPERATIONS: u32 = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;
/// The features of the dirty log.
const LOG: [u32; 3] = [
    VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
    VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
    VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
];
const KNOWN: u32 = VFIO_DEVICE_FEATURE_MASK | OPERATIONS | VFIO_DEVICE_FEATURE_PROBE;

/// What user space can do with a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The bits of `flags` that name an operation which it offers.
    pub operations: u32,
    /// Bytes of its payload.
    pub payload: usize,
}

/// What this edition's feature of this number offers; `None` for a number that is no feature of it.
pub const fn offer(feature: u32) -> Option<Offer> {
    let (operations, payload) = match feature {
        VFIO_DEVICE_FEATURE_MIGRATION => (
            VFIO_DEVICE_FEATURE_GET,
            size_of::<vfio_device_feature_migration>(),
        ),
        VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE => {
            (OPERATIONS, size_of::<vfio_device_feature_mig_state>())
        }
        VFIO_DEVICE_FEATURE_DMA_LOGGING_START => (
            VFIO_DEVICE_FEATURE_SET,
            size_of::<vfio_device_feature_dma_logging_control>(),
        ),
        VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP => (VFIO_DEVICE_FEATURE_SET, 0),
        VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT => (
            VFIO_DEVICE_FEATURE_GET,
            size_of::<vfio_device_feature_dma_logging_report>(),
        ),
        VFIO_DEVICE_FEATURE_MIG_DATA_SIZE => (
            VFIO_DEVICE_FEATURE_GET,
            size_of::<vfio_device_feature_mig_data_size>(),
        ),
        VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFO_V2 => (VFIO_DEVICE_FEATURE_SET, 0),
        _ => return None,
    };
    Some(Offer {
        operations,
        payload,
    })
}

impl<D: Driver + Services + ?Sized> MigrationDevice<D> {
    /// The ioctl, with the bytes that user space passes: a `vfio_device_feature` and its payload, both in place.
    /// `user` is its memory, for features whose payload has an address.
    ///
    /// # Errors
    /// The book's error.
    pub fn feature(&mut self, argument: &mut [u8], user: &mut dyn User) -> Result<(), Fault> {
        let argsz = get_u32(argument, offset_of!(vfio_device_feature, argsz)) as usize;
        let flags = get_u32(argument, offset_of!(vfio_device_feature, flags));
        if argument.len() < PAYLOAD || argsz < PAYLOAD {
            return Err(Fault::ShortArgument);
        }
        let (operation, probe) = (flags & OPERATIONS, flags & VFIO_DEVICE_FEATURE_PROBE != 0);
        if flags & !KNOWN != 0 || (operation == OPERATIONS && !probe) {
            return Err(Fault::BadFlags);
        }
        let feature = flags & VFIO_DEVICE_FEATURE_MASK;
        let Offer {
            operations: offered,
            payload: len,
        } = self.offered(feature)?;
        if operation == 0 && !probe {
            return Err(Fault::BadFlags);
        }
        if operation & !offered != 0 {
            return Err(Fault::WrongOperation);
        }
        if probe {
            return Ok(());
        }
        if argsz.min(argument.len()) < PAYLOAD + len {
            return Err(Fault::ShortArgument);
        }
        let payload = &mut argument[PAYLOAD..PAYLOAD + len];
        self.carry_out(feature, operation, payload, user)
    }

    /// What this device offers of a feature.
    fn offered(&self, feature: u32) -> Result<Offer, Fault> {
        let offer = offer(feature).ok_or(Fault::NotSupported)?;
        let (there, otherwise) = match feature {
            _ if LOG.contains(&feature) => (self.driver.logs_dma(), Fault::NotSupported),
            VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFO_V2 => (
                self.capabilities.contains(Capabilities::PRE_COPY),
                Fault::NoPreCopy,
            ),
            _ => (
                self.capabilities.contains(Capabilities::STOP_COPY),
                Fault::NotSupported,
            ),
        };
        if there { Ok(offer) } else { Err(otherwise) }
    }

    fn carry_out(
        &mut self,
        feature: u32,
        operation: u32,
        payload: &mut [u8],
        user: &mut dyn User,
    ) -> Result<(), Fault> {
        match feature {
            VFIO_DEVICE_FEATURE_MIGRATION => {
                let at = offset_of!(vfio_device_feature_migration, flags);
                put_u64(payload, at, self.capabilities.flags());
            }
            VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE => return self.device_state(operation, payload),
            VFIO_DEVICE_FEATURE_DMA_LOGGING_START => return self.log_start(payload, user),
            VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP => self.log_stop(),
            VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT => return self.log_report(payload, user),
            VFIO_DEVICE_FEATURE_MIG_DATA_SIZE => {
                let at = offset_of!(vfio_device_feature_mig_data_size, stop_copy_length);
                put_u64(payload, at, self.driver.stop_copy_length());
            }
            VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFO_V2 => self.second_version = true,
            _ => return Err(Fault::NotSupported),
        }
        Ok(())
    }

    /// Gets the state, or requests one: what was wanted is written back also where the request fails.
    fn device_state(&mut self, operation: u32, payload: &mut [u8]) -> Result<(), Fault> {
        let state = offset_of!(vfio_device_feature_mig_state, device_state);
        let fd = offset_of!(vfio_device_feature_mig_state, data_fd);
        put_u32(payload, fd, DataFd::NONE as u32);
        if operation == VFIO_DEVICE_FEATURE_GET {
            put_u32(payload, state, self.state.raw());
            return Ok(());
        }
        let wanted = DeviceState::from_raw(get_u32(payload, state));
        if let Some(session) = self.request(wanted)? {
            put_u32(payload, fd, session.number() as u32);
        }
        Ok(())
    }
}
