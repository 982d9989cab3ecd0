//! The calls that the compiler cannot check: ioctls with an argument, and numbers of fds that a driver gave. All of the
//! crate's `unsafe` is here; every function is safe to call with any bytes.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_void};
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};

use rustix::io::{Errno, Result, fcntl_getfd};
use rustix::ioctl::{Ioctl, IoctlOutput, Opcode, ioctl};

/// The least memory behind an argument, whatever its length: a driver that writes as much as `argsz` claims, or a whole
/// structure where less was passed, then writes into memory that nobody else uses.
const ROOM: usize = 4096;

/// An ioctl with a number, or with nothing, in place of an address.
pub(super) fn number(fd: impl AsFd, request: u32, argument: usize) -> Result<i32> {
    let call = Call {
        request,
        argument: std::ptr::without_provenance_mut(argument),
    };
    // SAFETY: The requests that take a number (`VFIO_SET_IOMMU`, `VFIO_DEVICE_RESET` and the like) use no memory of the
    // caller. A file that takes the number for an address finds none there: all of them are small, and page 0 is never
    // mapped.
    unsafe { ioctl(fd, call) }
}

/// An ioctl with the address of these bytes, which come back as the driver left them, also where it failed.
///
/// Memory behind addresses *in* the bytes is not looked after: see [`Lent`].
pub(super) fn bytes(fd: impl AsFd, request: u32, argument: &mut [u8]) -> Result<i32> {
    let room = argument.len().max(ROOM).div_ceil(8);
    let mut memory = vec![0_u64; room];
    for (word, bytes) in memory.iter_mut().zip(argument.chunks(8)) {
        let mut whole = [0; 8];
        whole[..bytes.len()].copy_from_slice(bytes);
        *word = u64::from_ne_bytes(whole);
    }
    let call = Call {
        request,
        argument: memory.as_mut_ptr().cast(),
    };
    // SAFETY: `memory` outlives the call and is aligned as every structure of VFIO is. A driver writes at most a
    // structure of the uAPI, all of which are shorter than `ROOM`.
    let result = unsafe { ioctl(fd, call) };
    for (bytes, word) in argument.chunks_mut(8).zip(&memory) {
        bytes.copy_from_slice(&word.to_ne_bytes()[..bytes.len()]);
    }
    result
}

/// An ioctl with the address of a string.
pub(super) fn string(fd: impl AsFd, request: u32, argument: &CStr) -> Result<i32> {
    bytes(fd, request, &mut argument.to_bytes_with_nul().to_vec())
}

/// Memory whose address goes into an argument. The kernel may write to it as long as it is lent.
pub(super) struct Lent<'a>(&'a mut [u64]);

impl<'a> Lent<'a> {
    pub(super) fn new(memory: &'a mut [u64]) -> Self {
        Self(memory)
    }

    /// Its address, to be used before this is dropped.
    pub(super) fn address(&mut self) -> u64 {
        self.0.as_mut_ptr().expose_provenance() as u64
    }
}

/// Takes an fd that a driver gave. `None` where the number names no fd, or one of those that are taken already: a
/// number that a driver made up must not close somebody else's file.
pub(super) fn adopt(number: RawFd, taken: &[RawFd]) -> Option<OwnedFd> {
    if number <= 2 || taken.contains(&number) {
        return None;
    }
    // SAFETY: Nobody else in this process owns it: those who own an fd are in `taken`, or hold it only for a moment
    // (none is held while an ioctl runs).
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    match fcntl_getfd(&fd) {
        Err(Errno::BADF) => {
            // It was no fd: dropping it would close whatever gets the number next.
            std::mem::forget(fd);
            None
        }
        _ => Some(fd),
    }
}

struct Call {
    request: u32,
    argument: *mut c_void,
}

// SAFETY: `as_ptr` gives what the caller of `ioctl` prepared, `output_from_ptr` does not touch it, and the call is taken
// as one that changes memory.
unsafe impl Ioctl for Call {
    type Output = i32;
    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        self.request as Opcode
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.argument
    }

    unsafe fn output_from_ptr(out: IoctlOutput, _: *mut c_void) -> Result<i32> {
        Ok(out)
    }
}
