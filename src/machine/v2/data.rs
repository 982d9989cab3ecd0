//! Operations on a data fd.

use super::session::{DataFd, Direction, Verdict};
use super::{MigrationDevice, Services};
use crate::v2::{self, Access, Callback, Driver, Fault, Phase};

/// What a poll of a data fd finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// A read would give bytes, the final end, or an error for good.
    pub readable: bool,
    /// A write would be taken.
    pub writable: bool,
    /// The session has ended.
    pub hung_up: bool,
}

impl<D: Driver + Services + ?Sized> MigrationDevice<D> {
    /// A read of the stream, as on an fd with `O_NONBLOCK`. Gives how many bytes there were.
    ///
    /// # Errors
    /// The book's error.
    pub fn read(&mut self, fd: DataFd, into: &mut [u8]) -> Result<usize, Fault> {
        if fd.direction() == Direction::Resuming {
            return Err(Fault::WrongDirection);
        }
        self.permitted(fd, Access::Read)?;
        if into.is_empty() || self.sessions.finished {
            return Ok(0);
        }
        let read = match self.driver.read_stream(into) {
            Ok(read) if read > into.len() => Err(Fault::DeviceFailed),
            Err(Fault::NoDataNow) => Ok(0),
            read => read,
        };
        let read = read.map_err(|fault| self.fail(fault))?;
        if read == 0 {
            if self.state.stream_may_pause() {
                return Err(Fault::NoDataNow);
            }
            self.sessions.finished = true;
        }
        Ok(read)
    }

    /// A read that waits while the driver prepares the next bytes: `wait` lets time pass.
    ///
    /// # Errors
    /// The book's error, never [`Fault::NotReady`].
    pub fn read_waiting(
        &mut self,
        fd: DataFd,
        into: &mut [u8],
        mut wait: impl FnMut(&mut Self),
    ) -> Result<usize, Fault> {
        loop {
            match self.read(fd, into) {
                Err(Fault::NotReady) => wait(self),
                read => return read,
            }
        }
    }

    /// A write of the stream. Gives how many bytes were taken.
    ///
    /// # Errors
    /// The book's error.
    pub fn write(&mut self, fd: DataFd, from: &[u8]) -> Result<usize, Fault> {
        if fd.direction() == Direction::Saving {
            return Err(Fault::WrongDirection);
        }
        self.permitted(fd, Access::Write)?;
        match self.sessions.verdict {
            Verdict::Open => {}
            Verdict::TooLong => return Err(Fault::StreamTooLong),
            Verdict::Wrong => return Err(Fault::InvalidStream),
        }
        if from.is_empty() {
            return Ok(0);
        }
        match self.driver.write_stream(from) {
            // A driver that takes nothing, or more than there is, is broken.
            Ok(taken) if taken == 0 || taken > from.len() => Err(self.fail(Fault::DeviceFailed)),
            Ok(taken) => Ok(taken),
            Err(fault) => {
                match fault {
                    Fault::InvalidStream => self.sessions.verdict = Verdict::Wrong,
                    Fault::StreamTooLong => self.sessions.verdict = Verdict::TooLong,
                    _ => {}
                }
                Err(self.fail(fault))
            }
        }
    }

    /// A poll.
    ///
    /// # Errors
    /// The book's error.
    pub fn poll(&mut self, fd: DataFd) -> Result<Readiness, Fault> {
        let ended = self.phase(fd) == Phase::Ended;
        let callback = self.permitted(fd, Access::Poll)?;
        if callback.is_none() {
            return Ok(Readiness {
                readable: ended,
                writable: !ended,
                hung_up: ended,
            });
        }
        let readable = match self.sessions.finished {
            true => true,
            false => self
                .driver
                .poll_stream()
                .map_err(|fault| self.fail(fault))?,
        };
        Ok(Readiness {
            readable,
            ..Readiness::default()
        })
    }

    /// Every operation that names a position.
    ///
    /// # Errors
    /// Always: a stream has no positions.
    pub fn seek(&mut self, fd: DataFd) -> Result<(), Fault> {
        self.permitted(fd, Access::Seek).map(|_| ())
    }

    pub(super) fn permitted(&self, fd: DataFd, access: Access) -> Result<Option<Callback>, Fault> {
        v2::access(self.state, self.phase(fd), access).map(|(_, callback)| callback)
    }

    fn phase(&self, fd: DataFd) -> Phase {
        if self.sessions.open() == Some(fd) {
            Phase::Open
        } else {
            Phase::Ended
        }
    }
}
