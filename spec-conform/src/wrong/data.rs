//! Bugs of a data fd, and of the loads behind it.

use std::{process, thread, time::Duration};

use vfio_migration::v2::precopy_info::VFIO_PRECOPY_INFO_REINIT;
use vfio_migration::v2::{DeviceState, Fault};

use super::{Bug, Wrong, fail, refuse};
use crate::bytes;
use crate::endpoint::{Answer, Endpoint, Errno, Failure, Fd, Outcome, Readiness};

/// `EFAULT`, which the book does not know.
const EFAULT: i32 = 14;

/// Whether this failed so.
fn is<T>(outcome: &Outcome<T>, fault: Fault) -> bool {
    matches!(outcome, Err(Failure::Errno(errno)) if errno.0 == fault.errno())
}

impl Wrong {
    pub(super) fn wrong_read(&mut self, fd: Fd, into: &mut [u8]) -> Outcome<usize> {
        let state = self.state();
        let on = self.memory.on;
        let nothing = || {
            if state.pre_copying() {
                fail(Fault::NoDataNow)
            } else {
                Ok(0)
            }
        };
        match self.bug {
            Bug::SmallReadsEnd if (1..8).contains(&into.len()) => return Ok(0),
            Bug::EmptyReadSkips if into.is_empty() => return fail(Fault::BadFlags),
            Bug::RestMissing | Bug::KeepsNothing | Bug::RefusalDropsStream
                if on && !into.is_empty() =>
            {
                return nothing();
            }
            Bug::CancelBreaksNext | Bug::CaptureOnlyOnce
                if on && state == DeviceState::STOP_COPY =>
            {
                return Ok(0);
            }
            Bug::EmptyWhilePending if on => {
                self.memory.on = false;
                return fail(Fault::NoDataNow);
            }
            _ => {}
        }
        if !self.memory.before.is_empty() {
            let len = into.len().min(self.memory.before.len());
            into[..len].copy_from_slice(&self.memory.before[..len]);
            self.memory.before.drain(..len);
            return Ok(len);
        }
        let outcome = self.inner.read(fd, into);
        if let Ok(read) = outcome {
            self.memory.stream.extend_from_slice(&into[..read]);
            if read == 0 && !into.is_empty() && state == DeviceState::STOP_COPY {
                return self.at_the_end();
            }
        }
        let stale = is(&outcome, Fault::SessionEnded);
        match self.bug {
            Bug::ReadOnResuming if is(&outcome, Fault::WrongDirection) => Ok(0),
            Bug::StaleIsEnd if stale => Ok(0),
            Bug::StaleReadsNew if stale && state.saving() => {
                let current = self.memory.fds.last().copied().unwrap_or(fd);
                self.inner.read(current, into)
            }
            Bug::ResetKeepsFd | Bug::CloseKeepsFd if stale && on => Ok(into.len().min(1)),
            Bug::ErrorKeepsSession if stale && state.error() => Ok(into.len().min(1)),
            Bug::ZeroInPreCopy if is(&outcome, Fault::NoDataNow) => Ok(0),
            Bug::ReadsOverrun => outcome.map(|read| if read > 0 { into.len() + 1 } else { 0 }),
            _ => outcome,
        }
    }

    /// A read in `STOP_COPY` found nothing more.
    fn at_the_end(&mut self) -> Outcome<usize> {
        let whole = std::mem::take(&mut self.memory.stream);
        match self.bug {
            Bug::MsgAtFinalEnd => return fail(Fault::NoDataNow),
            Bug::EndOnce => self.memory.before = whole,
            Bug::StateMovesOn => {
                let flags = vfio_migration::v2::feature::VFIO_DEVICE_FEATURE_SET
                    | vfio_migration::v2::feature::VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
                let stop = bytes::mig_state(DeviceState::STOP.raw(), 0);
                self.inner.feature(&bytes::feature(flags, &stop))?;
            }
            _ if !whole.is_empty() => self.memory.good.push(whole),
            _ => {}
        }
        Ok(0)
    }

    pub(super) fn wrong_write(&mut self, fd: Fd, from: &[u8]) -> Outcome<usize> {
        match self.bug {
            Bug::SmallWritesLost if from.len() == 1 => return Ok(1),
            Bug::WriteTakesNone if from.len() > 4096 => return Ok(0),
            Bug::BadLoadEnds if self.memory.on => return fail(Fault::SessionEnded),
            Bug::ForgivesEarly if self.memory.on => return Ok(from.len()),
            Bug::FuzzHangs if from.len() > 64 && from.iter().all(|byte| *byte == 0) => loop {
                thread::sleep(Duration::from_secs(3600));
            },
            _ => {}
        }
        let lost = usize::from(self.bug == Bug::ByteLost && from.len() > 1000);
        let outcome = self
            .inner
            .write(fd, &from[..from.len() - lost])
            .map(|taken| taken + lost);
        if let Ok(taken) = outcome {
            self.memory.stream.extend_from_slice(&from[..taken]);
        }
        match self.bug {
            Bug::WriteOnSaving if is(&outcome, Fault::WrongDirection) => Ok(from.len()),
            Bug::StaleIsEnd if is(&outcome, Fault::SessionEnded) => Ok(0),
            Bug::ForgivesEarly if is(&outcome, Fault::InvalidStream) => {
                self.memory.on = true;
                outcome
            }
            Bug::TooLongErrno if is(&outcome, Fault::StreamTooLong) => fail(Fault::TooManyRanges),
            Bug::TooLongForgotten if is(&outcome, Fault::StreamTooLong) => {
                self.memory.on = true;
                outcome
            }
            Bug::LongWriteCrashes if is(&outcome, Fault::StreamTooLong) => process::abort(),
            _ => outcome,
        }
    }

    pub(super) fn wrong_poll(&mut self, fd: Fd) -> Outcome<Readiness> {
        let found = self.inner.poll(fd)?;
        let state = self.state();
        Ok(match self.bug {
            Bug::AlwaysReadable if state.pre_copying() => Readiness {
                readable: true,
                ..found
            },
            Bug::NeverReadable if state.saving() && !found.hung_up => Readiness::default(),
            Bug::StalePollWaits if found.hung_up => Readiness::default(),
            _ => found,
        })
    }

    pub(super) fn wrong_info(&mut self, fd: Fd, request: u32, argument: &[u8]) -> Outcome<Answer> {
        if self.bug == Bug::AskingReads {
            self.inner.read(fd, &mut [0])?;
        }
        let mut answer = self.inner.data_ioctl(fd, request, argument)?;
        let given = bytes::precopy_fields(argument).0;
        let second = self.inner.second_version();
        match self.bug {
            Bug::PrecopyArgszFault if bytes::argsz(argument) < bytes::PRECOPY_INFO => {
                return Ok(refuse(EFAULT));
            }
            Bug::PrecopyEverywhere if self.state() == DeviceState::STOP_COPY => {
                answer.result = Ok(())
            }
            _ => {}
        }
        let (Ok(()), Some(back)) = (answer.result, &mut answer.argument) else {
            return Ok(answer);
        };
        let (flags, initial, dirty) = bytes::precopy_fields(back);
        self.memory.count += u64::from(self.bug == Bug::InitialRises);
        let (count, read) = (self.memory.count, self.memory.stream.len() as u64);
        let (flags, initial, dirty) = match self.bug {
            Bug::PrecopyFlagsEchoed => (given, initial, dirty),
            Bug::OptInForgotten if self.memory.on => (given, initial, dirty),
            Bug::PrecopyFlagsCleared if !second => (0, initial, dirty),
            Bug::CountedTwice => (flags, initial + read, dirty),
            Bug::InitialRises => (flags, initial + count, dirty),
            Bug::InitialZero if read == 0 => (flags, 0, initial + dirty),
            Bug::DirtyAtOnce => (flags, initial, dirty + initial),
            Bug::ReinitDirty if flags & VFIO_PRECOPY_INFO_REINIT != 0 => (flags, initial, initial),
            _ => return Ok(answer),
        };
        bytes::put_precopy(back, flags, initial, dirty);
        Ok(answer)
    }

    /// What the bug makes of a request that left `RESUMING`, or tried to.
    pub(super) fn loaded(
        &mut self,
        before: DeviceState,
        wanted: DeviceState,
        answer: &mut Answer,
    ) -> Outcome {
        if !before.resuming() || wanted == before {
            return Ok(());
        }
        if answer.result.is_ok() {
            if self.bug == Bug::CheckedOnce {
                self.memory.on = true;
            }
            return Ok(());
        }
        if answer.result != Err(Errno(Fault::InvalidStream.errno()))
            || !wanted.known()
            || wanted.error()
        {
            return Ok(());
        }
        match self.bug {
            Bug::BadLoadErrno => answer.result = Err(Errno(Fault::WrongDirection.errno())),
            Bug::BadLoadEnds => self.memory.on = true,
            Bug::BadLoadStops => self.load_instead(None, DeviceState::STOP).map(|_| ())?,
            _ => {
                if let Some(stream) = self.taken_for_good() {
                    *answer = self.load_instead(Some(stream), wanted)?;
                }
            }
        }
        Ok(())
    }

    /// The good stream that the bug takes the written one for.
    fn taken_for_good(&self) -> Option<Vec<u8>> {
        let (written, on) = (&self.memory.stream, self.memory.on);
        let takes = |good: &&Vec<u8>| match self.bug {
            Bug::BadLoadPasses => true,
            Bug::CutPasses => !written.is_empty() && good.starts_with(written),
            Bug::EmptyPasses => written.is_empty(),
            Bug::TailIgnored => written.starts_with(good),
            Bug::FlipsPass => {
                let differ = good
                    .iter()
                    .zip(written)
                    .filter(|(good, written)| good != written);
                good.len() == written.len() && differ.count() == 1
            }
            Bug::ForeignPasses => {
                let differ = good
                    .iter()
                    .zip(written)
                    .filter(|(good, written)| good != written);
                good.len() == written.len() && differ.count() > 8
            }
            Bug::CheckedOnce | Bug::ForgivesEarly | Bug::TooLongForgotten => on,
            _ => false,
        };
        self.memory.good.iter().rev().find(takes).cloned()
    }

    /// Resets the device, loads this stream, and goes on to a state.
    fn load_instead(&mut self, stream: Option<Vec<u8>>, wanted: DeviceState) -> Outcome<Answer> {
        use vfio_migration::v2::feature::{
            VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, VFIO_DEVICE_FEATURE_SET,
        };
        let request = |state: DeviceState| {
            let payload = bytes::mig_state(state.raw(), -1);
            bytes::feature(
                VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
                &payload,
            )
        };
        self.inner.reset()?;
        if let Some(stream) = stream {
            let started = self.inner.feature(&request(DeviceState::RESUMING))?;
            let payload = started.argument.unwrap_or_default();
            let fd = Fd(bytes::mig_state_fields(&payload[bytes::PAYLOAD..]).1);
            let mut at = 0;
            while at < stream.len() {
                at += self.inner.write(fd, &stream[at..])?;
            }
        }
        self.inner.feature(&request(wanted))
    }
}
