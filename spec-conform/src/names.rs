//! Names for what goes to and fro, for people.

use vfio_migration::errno::*;
use vfio_migration::v2::{Capabilities, DeviceState};

/// The book's name of an error number; `None` for one that no edition uses.
pub fn errno(number: i32) -> Option<&'static str> {
    macro_rules! names {
        ($($name:ident)*) => {
            match number {
                $($name => Some(stringify!($name)),)*
                _ => None,
            }
        };
    }
    names!(EIO E2BIG EBADF EAGAIN ENOMEM ENODEV EINVAL ENOTTY ENOSPC ESPIPE ENOMSG EOVERFLOW)
}

/// The name of a state, or the number in hexadecimal.
pub fn state(raw: u32) -> String {
    let state = DeviceState::from_raw(raw);
    if state.known() {
        state.to_string()
    } else {
        format!("{raw:#x}")
    }
}

/// The flags of `vfio_device_feature_migration`, by their names.
pub fn capabilities(flags: u64) -> String {
    Capabilities::from_flags(flags).to_string()
}

/// The name of a feature without what all have in front, or its number.
pub fn feature(number: u32) -> String {
    use vfio_migration::v2::feature::*;
    macro_rules! names {
        ($($name:ident)*) => {
            match number {
                $($name => stringify!($name).trim_start_matches("VFIO_DEVICE_FEATURE_").to_owned(),)*
                // Spelled in mixed case, which no pattern may have.
                _ if number == VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 => "MIG_PRECOPY_INFOv2".to_owned(),
                _ => format!("{number:#x}"),
            }
        };
    }
    names! {
        VFIO_DEVICE_FEATURE_MIGRATION VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE
        VFIO_DEVICE_FEATURE_DMA_LOGGING_START VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP
        VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT VFIO_DEVICE_FEATURE_MIG_DATA_SIZE
    }
}
