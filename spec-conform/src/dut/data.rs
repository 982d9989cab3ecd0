//! Operations on a data fd.

use std::thread;
use std::time::Duration;

use vfio_migration::v2::{Fault, ioctl};

use super::device::{hex, result_text};
use super::{Check, Dut, End, answered, ok};
use crate::bytes;
use crate::endpoint::{Answer, Endpoint, Errno, Failure, Fd, FdFlags, Positioned, Readiness};

/// A stream that does not end must not fill the memory.
const MAX_STREAM: usize = 1 << 30;
/// How often a read that is not ready is tried again, a millisecond apart.
const PATIENCE: usize = 2000;

impl Dut {
    /// One read. Waits while the driver prepares bytes.
    pub fn read(&mut self, fd: Fd, into: &mut [u8]) -> Check<Result<usize, Errno>> {
        let room = into.len();
        let asked = format!("read(fd {}, {room})", fd.0);
        let ask = |endpoint: &mut dyn Endpoint| read_waiting(endpoint, fd, into);
        let read = answered(self.ask(asked, ask, usize::to_string))?;
        within(room, read)?;
        Ok(read)
    }

    /// Reads, so many bytes at once, until no more come. Gives the bytes, and what the last read gave.
    pub fn drain(&mut self, fd: Fd, piece: usize) -> Check<(Vec<u8>, Result<usize, Errno>)> {
        let asked = format!("read(fd {}, {piece}) until nothing comes", fd.0);
        let mut last = Ok(0);
        let ask = |endpoint: &mut dyn Endpoint| {
            let (mut bytes, mut into) = (Vec::new(), vec![0; piece]);
            while bytes.len() <= MAX_STREAM {
                last = match read_waiting(endpoint, fd, &mut into) {
                    Ok(read) if read > 0 && read <= piece => {
                        bytes.extend_from_slice(&into[..read]);
                        continue;
                    }
                    Ok(read) => Ok(read),
                    Err(Failure::Errno(errno)) => Err(errno),
                    Err(other) => return Err(other),
                };
                break;
            }
            Ok(bytes)
        };
        let bytes = self.ask(asked, ask, |bytes| format!("{} bytes", bytes.len()))?;
        within(piece, last)?;
        if bytes.len() > MAX_STREAM {
            return Err(End::Differs("the stream does not end".to_owned()));
        }
        Ok((bytes, last))
    }

    /// One write.
    pub fn write(&mut self, fd: Fd, from: &[u8]) -> Check<Result<usize, Errno>> {
        let asked = format!("write(fd {}, {}{})", fd.0, from.len(), hex(": ", from));
        answered(self.ask(asked, |endpoint| endpoint.write(fd, from), usize::to_string))
    }

    /// Writes all, so many bytes at once. Gives the error at which it ended.
    pub fn pour(&mut self, fd: Fd, bytes: &[u8], piece: usize) -> Check<Result<(), Errno>> {
        let asked = format!(
            "write(fd {}, {piece} of {} bytes at once)",
            fd.0,
            bytes.len()
        );
        let mut strange = None;
        let ask = |endpoint: &mut dyn Endpoint| {
            let mut at = 0;
            while at < bytes.len() {
                let end = bytes.len().min(at.saturating_add(piece));
                let taken = endpoint.write(fd, &bytes[at..end])?;
                if taken == 0 || taken > end - at {
                    strange = Some((end - at, taken));
                    break;
                }
                at += taken;
            }
            Ok(at)
        };
        let poured = self.ask(asked, ask, usize::to_string);
        if let Some((given, taken)) = strange {
            let differs = format!("a write of {given} bytes took {taken}, without an error");
            return Err(End::Differs(differs));
        }
        Ok(answered(poured)?.map(|_| ()))
    }

    /// What a poll finds.
    pub fn poll(&mut self, fd: Fd) -> Check<Readiness> {
        let asked = format!("poll(fd {})", fd.0);
        let polled = self.ask(asked, |endpoint| endpoint.poll(fd), readiness);
        answered(polled)?.map_err(|errno| End::Differs(format!("a poll failed with {errno}")))
    }

    /// An operation that names a position.
    pub fn positioned(&mut self, fd: Fd, operation: Positioned) -> Check<Result<usize, Errno>> {
        let call = match operation {
            Positioned::Seek => "lseek",
            Positioned::Read => "pread",
            Positioned::Write => "pwrite",
        };
        let ask = |endpoint: &mut dyn Endpoint| endpoint.positioned(fd, operation);
        answered(self.ask(format!("{call}(fd {}) at 0", fd.0), ask, usize::to_string))
    }

    /// Pre-copy info, with any `argsz`, and with these `flags` passed in.
    pub fn precopy_info(&mut self, fd: Fd, argsz: u32, flags: u32) -> Check<Answer> {
        let argument = bytes::precopy_info(argsz, flags);
        let request = ioctl::VFIO_MIG_GET_PRECOPY_INFO;
        let asked = format!("PRECOPY_INFO(fd {}) argsz={argsz} flags={flags:#x}", fd.0);
        let ask = |endpoint: &mut dyn Endpoint| endpoint.data_ioctl(fd, request, &argument);
        let answer = self.ask(asked, ask, |answer| {
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
        let asked = format!("close(fd {})", fd.0);
        let closed = self.ask(asked, |endpoint| endpoint.close_fd(fd), ok);
        answered(closed)?.map_err(|errno| End::Differs(format!("a close failed with {errno}")))
    }

    /// How a data fd was opened.
    pub fn fd_flags(&mut self, fd: Fd) -> Check<FdFlags> {
        let asked = format!("fcntl(fd {})", fd.0);
        let flags = self.ask(
            asked,
            |endpoint| endpoint.fd_flags(fd),
            |flags| format!("{flags:?}"),
        );
        answered(flags)?
            .map_err(|errno| End::Differs(format!("the fd's flags cannot be read: {errno}")))
    }
}

/// A read must not claim more than there was room for.
fn within(room: usize, read: Result<usize, Errno>) -> Check {
    match read {
        Ok(read) if read > room => Err(End::Differs(format!(
            "a read with room for {room} bytes gave {read}"
        ))),
        _ => Ok(()),
    }
}

fn read_waiting(endpoint: &mut dyn Endpoint, fd: Fd, into: &mut [u8]) -> Result<usize, Failure> {
    let not_ready = Err(Failure::Errno(Errno(Fault::NotReady.errno())));
    for _ in 0..PATIENCE {
        let read = endpoint.read(fd, into);
        if read != not_ready {
            return read;
        }
        thread::sleep(Duration::from_millis(1));
    }
    not_ready
}

fn readiness(found: &Readiness) -> String {
    let words = [
        (found.readable, "readable"),
        (found.writable, "writable"),
        (found.hung_up, "hung up"),
    ];
    let words: Vec<_> = words
        .iter()
        .filter_map(|(on, word)| on.then_some(*word))
        .collect();
    if words.is_empty() {
        "not ready".to_owned()
    } else {
        words.join(", ")
    }
}
