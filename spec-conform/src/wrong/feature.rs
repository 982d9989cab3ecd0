//! Bugs of the ioctl on the device, and of reset and close.

use std::thread;
use std::time::Duration;

use vfio_migration::machine::v2::offer;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{self, Capabilities, DeviceState, Fault, SessionEffect};

use super::{Bug, Wrong, refuse};
use crate::bytes;
use crate::endpoint::{Answer, Endpoint, Errno, Fd, Outcome};

const PROBE: u32 = VFIO_DEVICE_FEATURE_PROBE;
const GET: u32 = VFIO_DEVICE_FEATURE_GET;
const SET: u32 = VFIO_DEVICE_FEATURE_SET;
const KNOWN: u32 = VFIO_DEVICE_FEATURE_MASK | PROBE | GET | SET;

/// What a call asks for.
#[derive(Clone, Copy)]
struct Call {
    argsz: u32,
    flags: u32,
    number: u32,
    /// The state that a set of the state wants.
    wanted: Option<DeviceState>,
}

impl Call {
    fn of(argument: &[u8]) -> Self {
        let (argsz, flags) = (bytes::argsz(argument), bytes::flags(argument));
        let number = flags & VFIO_DEVICE_FEATURE_MASK;
        let payload = argument.get(bytes::PAYLOAD..).unwrap_or(&[]);
        let set = number == VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE && flags & (SET | PROBE) == SET;
        let wanted = DeviceState::from_raw(bytes::mig_state_fields(payload).0);
        Self {
            argsz,
            flags,
            number,
            wanted: set.then_some(wanted),
        }
    }

    fn gets(&self, number: u32) -> bool {
        self.number == number && self.flags & (GET | PROBE) == GET
    }
}

/// A set of the state, as bytes.
fn request(state: DeviceState) -> Vec<u8> {
    let flags = SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    bytes::feature(flags, &bytes::mig_state(state.raw(), 0))
}

/// What comes back of a request.
fn written(result: Result<(), Errno>, wanted: DeviceState) -> Answer {
    let flags = SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    Answer {
        result,
        argument: Some(bytes::feature(flags, &bytes::mig_state(wanted.raw(), -1))),
    }
}

impl Wrong {
    pub(super) fn wrong_feature(&mut self, argument: &[u8]) -> Outcome<Answer> {
        let call = Call::of(argument);
        let before = self.state();
        let mut answer = match self.instead(&call, argument)? {
            Some(answer) => answer,
            None => self.inner.feature(argument)?,
        };
        if let Some(wanted) = call.wanted {
            self.loaded(before, wanted, &mut answer)?;
            self.moved(before, &answer);
        }
        self.spoil(&call, before, argument, &mut answer);
        Ok(answer)
    }

    /// Requests a state of the good driver.
    pub(super) fn go(&mut self, state: DeviceState) -> Outcome<Answer> {
        self.inner.feature(&request(state))
    }

    /// Bugs that answer otherwise, or do something first.
    fn instead(&mut self, call: &Call, argument: &[u8]) -> Outcome<Option<Answer>> {
        if let Some(wanted) = call.wanted {
            return self.instead_of_request(wanted);
        }
        let probe = call.flags & PROBE != 0;
        let (operations, payload) =
            offer(call.number).map_or((0, 8), |offer| (offer.operations, offer.payload));
        let einval = Some(refuse(Fault::BadFlags.errno()));
        let granted = || {
            Some(Answer {
                result: Ok(()),
                argument: Some(argument.to_vec()),
            })
        };
        let whole = (bytes::PAYLOAD + payload) as u32;
        Ok(match self.bug {
            Bug::ProbeActs
                if probe && call.flags & SET != 0 && argument.len() >= whole as usize =>
            {
                let mut really = argument.to_vec();
                bytes::put_flags(&mut really, call.flags & !PROBE);
                self.inner.feature(&really)?;
                granted()
            }
            Bug::ProbeWantsPayload if probe && call.argsz < whole => einval,
            Bug::ReservedFlags if call.flags & !KNOWN != 0 => {
                let mut known = argument.to_vec();
                bytes::put_flags(&mut known, call.flags & KNOWN);
                Some(self.inner.feature(&known)?)
            }
            Bug::OperationUnchecked
                if !probe && call.flags & SET != 0 && operations & SET == 0 && operations != 0 =>
            {
                granted()
            }
            Bug::ArgszUnchecked if argument.len() >= whole as usize => {
                let payload = argument.get(bytes::PAYLOAD..).unwrap_or(&[]);
                Some(self.inner.feature(&bytes::feature(call.flags, payload))?)
            }
            Bug::ArgszExact if !probe && call.argsz > whole => einval,
            Bug::OrderSwapped if operations == 0 && call.argsz == bytes::PAYLOAD as u32 => einval,
            Bug::OptInUnrefused if call.number == VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 => {
                granted()
            }
            Bug::LogHalfThere if call.number == VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP => {
                Some(refuse(Fault::NotSupported.errno()))
            }
            Bug::StopFails
                if call.number == VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP
                    && !probe
                    && !self.inner.logging() =>
            {
                einval
            }
            Bug::SizeOnlyStopped
                if call.gets(VFIO_DEVICE_FEATURE_MIG_DATA_SIZE) && self.state().running() =>
            {
                einval
            }
            Bug::SizeOnlyRunning
                if call.gets(VFIO_DEVICE_FEATURE_MIG_DATA_SIZE) && self.state().stopped() =>
            {
                einval
            }
            Bug::ErrorNoGet
                if call.gets(VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE) && self.state().error() =>
            {
                Some(refuse(Fault::DeviceFailed.errno()))
            }
            Bug::ResetDeferred
                if call.gets(VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE)
                    && std::mem::take(&mut self.memory.on) =>
            {
                let old = self.memory.count as u32;
                Some(Answer {
                    result: Ok(()),
                    argument: Some(bytes::feature(call.flags, &bytes::mig_state(old, -1))),
                })
            }
            _ => None,
        })
    }

    fn instead_of_request(&mut self, wanted: DeviceState) -> Outcome<Option<Answer>> {
        let (state, capabilities) = (self.state(), self.inner.capabilities());
        let refusal = v2::next(capabilities, state, wanted).err();
        let granted = Some(written(Ok(()), wanted));
        let refused = |fault: Fault| Some(written(Err(Errno(fault.errno())), wanted));
        Ok(match self.bug {
            Bug::BlockedArcLoops if refusal == Some(Fault::RefusedRequest) => loop {
                thread::sleep(Duration::from_secs(3600));
            },
            Bug::BlockedArcTaken if refusal == Some(Fault::RefusedRequest) => {
                self.go(DeviceState::RUNNING)?;
                None
            }
            Bug::PathByTheLetter if state.pre_copying() && wanted == DeviceState::STOP_COPY => {
                self.go(DeviceState::STOP)?;
                None
            }
            Bug::UnknownMasked if !wanted.known() => {
                Some(self.go(DeviceState::from_raw(wanted.raw() & 7))?)
            }
            Bug::UnknownIgnored if !wanted.known() => granted,
            Bug::ErrorGranted if wanted.error() && !state.error() => granted,
            Bug::SelfRestarts if wanted == state && state == DeviceState::STOP_COPY => {
                self.go(DeviceState::STOP)?;
                None
            }
            Bug::SelfRefused if wanted == state => refused(Fault::UnknownState),
            Bug::StopsHalfWay => match v2::path(capabilities, state, wanted) {
                Ok(path) if path.len() > 1 => {
                    self.go(path.arcs()[0].to())?;
                    granted
                }
                _ => None,
            },
            Bug::RefusalStops if refusal.is_some() && state == DeviceState::RUNNING => {
                self.go(DeviceState::STOP)?;
                refused(Fault::UnknownState)
            }
            Bug::P2pNotGated if wanted == DeviceState::RUNNING_P2P => {
                Some(self.go(DeviceState::RUNNING)?)
            }
            Bug::P2pMissing if wanted.quiesced() => refused(Fault::UnsupportedState),
            Bug::ErrorLeft if state.error() && wanted == DeviceState::RUNNING => {
                self.inner.reset()?;
                granted
            }
            Bug::ResumeNeedsReset if wanted.resuming() && self.memory.count > 0 => {
                refused(Fault::ArcFailed)
            }
            Bug::IdleNotLoaded if state.resuming() && wanted != state && self.memory.count == 0 => {
                refused(Fault::InvalidStream)
            }
            Bug::CloseDiscards if state.resuming() && wanted != state && self.memory.on => {
                refused(Fault::InvalidStream)
            }
            _ => None,
        })
    }

    /// What the bug remembers when a request is over.
    fn moved(&mut self, before: DeviceState, answer: &Answer) {
        let (bug, now) = (self.bug, self.state());
        let payload = answer
            .argument
            .as_deref()
            .and_then(|back| back.get(bytes::PAYLOAD..));
        let fd = payload.map_or(-1, |payload| bytes::mig_state_fields(payload).1);
        let started = answer.result.is_ok() && fd >= 0;
        if started {
            self.memory.fds.push(Fd(fd));
            self.memory.stream.clear();
            self.memory.before.clear();
        }
        let memory = &mut self.memory;
        match bug {
            Bug::FromZeroAgain if before.pre_copying() && now == DeviceState::STOP_COPY => {
                memory.before.clone_from(&memory.stream)
            }
            Bug::RestMissing => memory.on = before.pre_copying() && now == DeviceState::STOP_COPY,
            Bug::KeepsNothing if before.pre_copying() && now.pre_copying() && before != now => {
                memory.on = true
            }
            Bug::KeepsNothing if started => memory.on = false,
            Bug::CancelBreaksNext if before.pre_copying() && !now.saving() => memory.on = true,
            Bug::CaptureOnlyOnce if started && now == DeviceState::STOP_COPY => {
                memory.count += 1;
                memory.on = memory.count > 1;
            }
            Bug::EmptyWhilePending if started => memory.on = now.pre_copying(),
            Bug::RefusalDropsStream => memory.on = answer.result.is_err() && now.saving(),
            Bug::FlagsVaryByFailure => memory.on |= answer.result.is_err(),
            _ => {}
        }
    }

    /// Bugs in what comes back.
    fn spoil(&mut self, call: &Call, before: DeviceState, argument: &[u8], answer: &mut Answer) {
        let (bug, state, on) = (self.bug, self.state(), self.memory.on);
        let capabilities = self.inner.capabilities();
        let current = self.memory.fds.last().copied();
        if bug == Bug::AbsentIsEinval && answer.result == Err(Errno(Fault::NotSupported.errno())) {
            answer.result = Err(Errno(Fault::BadFlags.errno()));
        }
        let failed = answer.result.is_err();
        let Some(payload) = answer
            .argument
            .as_deref_mut()
            .and_then(|back| back.get_mut(bytes::PAYLOAD..))
        else {
            return;
        };
        let given = argument.get(bytes::PAYLOAD..).unwrap_or(&[]);
        if call.gets(VFIO_DEVICE_FEATURE_MIGRATION) && payload.len() >= 8 {
            let without = match bug {
                Bug::FlagsVary | Bug::FlagsVaryByFailure => on,
                Bug::FlagsVaryByState => state.stopped(),
                _ => false,
            };
            let mut flags = Capabilities::from_flags(bytes::word(payload));
            if without {
                flags = flags.without(Capabilities::PRE_COPY);
            }
            let unknown = if bug == Bug::UnknownFlag { 1 << 3 } else { 0 };
            payload[..8].copy_from_slice(&(flags.flags() | unknown).to_ne_bytes());
            if let (Bug::WritesBehind, Some(behind)) = (bug, payload.get_mut(8)) {
                *behind = 0x77;
            }
        }
        if call.gets(VFIO_DEVICE_FEATURE_MIG_DATA_SIZE) {
            match bug {
                Bug::StatePartly => payload[4..8].copy_from_slice(&given[4..8]),
                Bug::SizeZero if state.running() => payload[..8].fill(0),
                _ => {}
            }
        }
        if call.gets(VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE) && bug == Bug::GetLeavesFd {
            payload[4..8].copy_from_slice(&given[4..8]);
        }
        let Some(wanted) = call.wanted else { return };
        let (device_state, data_fd) = bytes::mig_state_fields(payload);
        let path = v2::path(capabilities, before, wanted);
        let keeps = path.is_ok_and(|path| {
            path.iter()
                .last()
                .is_some_and(|arc| arc.session() == SessionEffect::Keeps)
        });
        let (device_state, data_fd) = match bug {
            Bug::FailureTellsState if failed => (state.raw(), data_fd),
            Bug::FailureLeavesFd if failed => (device_state, bytes::mig_state_fields(given).1),
            Bug::FdForgotten if !failed && path.is_ok_and(|path| path.len() > 1) => {
                (device_state, -1)
            }
            Bug::FdAgain if !failed && keeps => (device_state, current.map_or(-1, |fd| fd.0)),
            _ => return,
        };
        payload[..8].copy_from_slice(&bytes::mig_state(device_state, data_fd));
    }

    pub(super) fn wrong_reset(&mut self) -> Outcome {
        let before = self.state();
        if self.bug == Bug::ErrorOutlivesReset && before.error() {
            return Ok(());
        }
        if self.bug == Bug::ResetEndsLog {
            self.stop_log()?;
        }
        self.inner.reset()?;
        match self.bug {
            Bug::ResetToStop => {
                self.go(DeviceState::STOP)?;
            }
            Bug::ResetDeferred => {
                self.memory.on = true;
                self.memory.count = before.raw().into();
            }
            Bug::FlagsVary | Bug::ResetKeepsFd | Bug::OptInForgotten => self.memory.on = true,
            Bug::CloseDiscards | Bug::BadLoadEnds | Bug::ForgivesEarly | Bug::TooLongForgotten => {
                self.memory.on = false
            }
            Bug::ResumeNeedsReset => self.memory.count = 0,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn wrong_reopen(&mut self) -> Outcome {
        if self.bug == Bug::OpenKeepsState {
            return Ok(());
        }
        let opted_in = self.inner.second_version();
        let logging = self.inner.logging();
        self.inner.reopen()?;
        match self.bug {
            Bug::CloseKeepsOptIn if opted_in => {
                let flags = SET | VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2;
                self.inner.feature(&bytes::feature(flags, &[]))?;
            }
            Bug::CloseKeepsLog if logging => {
                let all = vfio_migration::machine::v2::LogRange {
                    iova: 0,
                    length: 1 << 30,
                };
                self.inner.log_start(4096, &[all])?;
            }
            Bug::CloseKeepsFd => self.memory.on = true,
            _ => {}
        }
        Ok(())
    }

    /// Ends the good driver's log.
    pub(super) fn stop_log(&mut self) -> Outcome {
        let flags = SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP;
        self.inner.feature(&bytes::feature(flags, &[])).map(|_| ())
    }
}
