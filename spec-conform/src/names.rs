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
