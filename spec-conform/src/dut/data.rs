//! Operations on a data fd.

use vfio_migration::v2::{Fault, ioctl};

use super::device::{hex, result_text};
use super::{Check, Dut, End, answered};
use crate::bytes;
use crate::endpoint::{Answer, Errno, Fd, FdFlags, Positioned, Readiness};

/// More than any device of a test has to say: a stream that does not end must not fill the memory.
const MAX_STREAM: usize = 1 << 30;
/// How often a read that is not ready is tried again.
const PATIENCE: usize = 2000;

impl Dut {
    /// One read. Waits while the driver prepares bytes.
    pub fn read(&mut self, fd: Fd, into: &mut [u8]) -> Check<Result<usize, Errno>> {
        for _ in 0..PATIENCE {
            let result = self.endpoint.read(fd, into);
            let asked = format!("read(fd {}, {})", fd.0, into.len());
            let result = self.noted(asked, result, usize::to_string);
            let read = answered(result)?;
            if read != Err(Errno(Fault::NotReady.errno())) {
                return Ok(read);
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        Err(End::Differs(
            "the driver never gets ready for a read".to_owned(),
        ))
    }

    /// Reads, so many bytes at once, until no more come. Gives the bytes, and what the last read gave.
    pub fn drain(&mut self, fd: Fd, piece: usize) -> Check<(Vec<u8>, Result<usize, Errno>)> {
        let (mut bytes, mut into) = (Vec::new(), vec![0; piece]);
        loop {
            match self.read(fd, &mut into)? {
                Ok(0) => return Ok((bytes, Ok(0))),
                Err(errno) => return Ok((bytes, Err(errno))),
                Ok(read) if read > piece => {
                    return Err(End::Differs(format!("a read of {piece} bytes gave {read}")));
                }
                Ok(read) => bytes.extend_from_slice(&into[..read]),
            }
            if bytes.len() > MAX_STREAM {
                return Err(End::Differs("the stream does not end".to_owned()));
            }
        }
    }

    /// One write.
    pub fn write(&mut self, fd: Fd, from: &[u8]) -> Check<Result<usize, Errno>> {
        let result = self.endpoint.write(fd, from);
        let asked = format!("write(fd {}, {}{})", fd.0, from.len(), hex(": ", from));
        let result = self.noted(asked, result, usize::to_string);
        answered(result)
    }

    /// Writes all, so many bytes at once. Gives the error at which it ended.
    pub fn pour(&mut self, fd: Fd, bytes: &[u8], piece: usize) -> Check<Result<(), Errno>> {
        let mut at = 0;
        while at < bytes.len() {
            let end = bytes.len().min(at + piece);
            match self.write(fd, &bytes[at..end])? {
                Ok(0) => {
                    return Err(End::Differs(
                        "a write took nothing, without an error".to_owned(),
                    ));
                }
                Ok(taken) if taken > end - at => {
                    return Err(End::Differs(format!(
                        "a write of {} bytes took {taken}",
                        end - at
                    )));
                }
                Ok(taken) => at += taken,
                Err(errno) => return Ok(Err(errno)),
            }
        }
        Ok(Ok(()))
    }

    /// What a poll finds.
    pub fn poll(&mut self, fd: Fd) -> Check<Readiness> {
        let result = self.endpoint.poll(fd);
        let result = self.noted(format_args!("poll(fd {})", fd.0), result, |found| {
            format!("{found:?}")
        });
        answered(result)?.map_err(|errno| End::Differs(format!("a poll failed with {errno}")))
    }

    /// An operation that names a position.
    pub fn positioned(&mut self, fd: Fd, operation: Positioned) -> Check<Result<usize, Errno>> {
        let result = self.endpoint.positioned(fd, operation);
        let asked = format!("{operation:?} at 0 (fd {})", fd.0);
        let result = self.noted(asked, result, usize::to_string);
        answered(result)
    }

    /// Pre-copy info, with any `argsz`, and with these `flags` passed in.
    pub fn precopy_info(&mut self, fd: Fd, argsz: u32, flags: u32) -> Check<Answer> {
        let argument = bytes::precopy_info(argsz, flags);
        let request = ioctl::VFIO_MIG_GET_PRECOPY_INFO;
        let result = self.endpoint.data_ioctl(fd, request, &argument);
        let asked = format!("PRECOPY_INFO(fd {}) argsz={argsz} flags={flags:#x}", fd.0);
        let answer = self.noted(asked, result, |answer| {
            let back = answer.argument.as_deref().map(bytes::precopy_fields);
            let back = back.map_or(String::new(), |(flags, initial, dirty)| {
                format!(", flags={flags:#x} initial_bytes={initial} dirty_bytes={dirty}")
            });
            format!("{}{back}", result_text(answer.result))
        })?;
        Ok(answer)
    }

    /// Closes a data fd.
    pub fn close_fd(&mut self, fd: Fd) -> Check {
        let result = self.endpoint.close_fd(fd);
        let result = self.noted(format_args!("close(fd {})", fd.0), result, |()| {
            "ok".to_owned()
        });
        answered(result)?.map_err(|errno| End::Differs(format!("a close failed with {errno}")))
    }

    /// How a data fd was opened.
    pub fn fd_flags(&mut self, fd: Fd) -> Check<FdFlags> {
        let result = self.endpoint.fd_flags(fd);
        let result = self.noted(format_args!("flags of fd {}", fd.0), result, |flags| {
            format!("{flags:?}")
        });
        answered(result)?
            .map_err(|errno| End::Differs(format!("the flags of the fd cannot be read: {errno}")))
    }
}
