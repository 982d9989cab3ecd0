//! What the drivers of v2 say to arcs that their capabilities rule out.

use crate::v2::Fault;

/// Common code never takes an arc that the device's capabilities do not call for; if it did, the device would
/// be in no state that the book knows.
pub(super) fn no_such_arc() -> Result<(), Fault> {
    Err(Fault::DeviceFailed)
}
