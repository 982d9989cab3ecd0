//! Which part of the region an access means.

use core::ops::Range;

use crate::v1::{DATA_START, Fault, Register};

/// What lies at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One register, whole.
    Register(Register),
    /// Bytes of the data section.
    Data,
}

/// What an access of `len` bytes at `offset` means.
pub(super) fn find(section: Range<u64>, offset: u64, len: usize) -> Result<Place, Fault> {
    if offset < DATA_START {
        return match Register::at(offset) {
            None => Err(Fault::Misaligned),
            Some(register) if len as u64 != register.width() => Err(Fault::WrongWidth),
            Some(register) => Ok(Place::Register(register)),
        };
    }
    if within(&section, offset, len) {
        Ok(Place::Data)
    } else {
        Err(Fault::OutOfRange)
    }
}

/// Whether all bytes lie inside.
pub(super) fn within(range: &Range<u64>, offset: u64, len: usize) -> bool {
    let end = u64::try_from(len)
        .ok()
        .and_then(|len| offset.checked_add(len));
    range.start <= offset && end.is_some_and(|end| end <= range.end)
}
