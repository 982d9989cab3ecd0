//! Operations on the device.

use vfio_migration::v2::feature::{
    VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_MASK, VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
    VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, VFIO_DEVICE_FEATURE_MIGRATION, VFIO_DEVICE_FEATURE_PROBE,
    VFIO_DEVICE_FEATURE_SET,
};
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use super::{Check, Dut, End, answered, expect, ok};
use crate::bytes;
use crate::endpoint::{Answer, Endpoint, Errno, Fd};
use crate::names;

/// What stands in `data_fd` when a request goes out, so that a driver that forgets to write it is found out.
pub(super) const POISON_FD: i32 = 0x7bad_f00d;

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set {
    /// Success, or the error number.
    pub result: Result<(), Errno>,
    /// `device_state` and `data_fd` as they came back; `None` where the transport gives nothing back.
    pub back: Option<(u32, i32)>,
}

impl Set {
    /// The session that was started.
    pub fn fd(&self) -> Option<Fd> {
        let (_, fd) = self.back?;
        (self.result.is_ok() && fd >= 0 && fd != POISON_FD).then_some(Fd(fd))
    }
}

impl Dut {
    /// The ioctl, with these bytes.
    pub fn feature(&mut self, argument: &[u8]) -> Check<Answer> {
        let (flags, argsz) = (feature_word(argument, 4), feature_word(argument, 0));
        let payload = argument.get(bytes::PAYLOAD..).unwrap_or(&[]);
        let asked = format!("{} argsz={argsz}{}", flags_text(flags), hex(" ", payload));
        let ask = |endpoint: &mut dyn Endpoint| endpoint.feature(argument);
        let answer = self.ask(asked, ask, |answer| {
            let payload = answer
                .argument
                .as_deref()
                .and_then(|back| back.get(bytes::PAYLOAD..));
            format!(
                "{}{}",
                result_text(answer.result),
                hex(", ", payload.unwrap_or(&[]))
            )
        })?;
        Ok(answer)
    }

    /// A well-formed ioctl with this payload.
    pub fn simple(&mut self, flags: u32, payload: &[u8]) -> Check<Answer> {
        self.feature(&bytes::feature(flags, payload))
    }

    /// What the device announced when it was asked first. A device without migration ends the test.
    pub fn capabilities(&mut self) -> Check<Capabilities> {
        if let Some(known) = self.capabilities {
            return Ok(known);
        }
        let capabilities = self.announced()?;
        self.capabilities = Some(capabilities);
        Ok(capabilities)
    }

    /// What the device announces now.
    pub fn announced(&mut self) -> Check<Capabilities> {
        let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIGRATION;
        let answer = self.simple(flags, &[0; 8])?;
        match answer.result {
            Ok(()) => Ok(Capabilities::from_flags(bytes::word(payload(&answer)?))),
            Err(errno) if errno.0 == Fault::NotSupported.errno() => {
                Err(End::Skipped("the device has no migration".to_owned()))
            }
            Err(errno) => Err(End::Differs(format!(
                "the capabilities cannot be read: {errno}"
            ))),
        }
    }

    /// Gets state and data fd, raw.
    pub fn get(&mut self) -> Check<Set> {
        let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
        self.mig_state("GET", flags, u32::MAX)
    }

    /// The state that the device is in.
    pub fn state(&mut self) -> Check<DeviceState> {
        let got = self.get()?;
        match (got.result, got.back) {
            (Ok(()), Some((state, _))) => Ok(DeviceState::from_raw(state)),
            (Ok(()), None) => Err(End::Broken("the endpoint gave no argument back".to_owned())),
            (Err(errno), _) => Err(End::Differs(format!(
                "a get of the state failed with {errno}"
            ))),
        }
    }

    /// Expects the device to be in this state.
    pub fn is_in(&mut self, expected: DeviceState) -> Check {
        let state = self.state()?;
        expect(state == expected, || {
            format!(
                "expected the device in {expected}, but it is in {}",
                names::state(state.raw())
            )
        })
    }

    /// Requests a state, by any value.
    pub fn set_raw(&mut self, wanted: u32) -> Check<Set> {
        let flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
        let asked = format!("SET device_state={}", names::state(wanted));
        self.mig_state(&asked, flags, wanted)
    }

    /// Requests a state.
    pub fn set(&mut self, wanted: DeviceState) -> Check<Set> {
        self.set_raw(wanted.raw())
    }

    /// Requests a state, and expects that it is reached. Gives the session that was started.
    pub fn go(&mut self, wanted: DeviceState) -> Check<Option<Fd>> {
        let set = self.set(wanted)?;
        if let Err(errno) = set.result {
            return Err(End::Differs(format!(
                "the request for {wanted} failed with {errno}"
            )));
        }
        Ok(set.fd())
    }

    /// Requests a state whose path starts a session.
    pub fn start(&mut self, wanted: DeviceState) -> Check<Fd> {
        let fd = self.go(wanted)?;
        fd.ok_or_else(|| End::Differs(format!("the request for {wanted} gave no data fd")))
    }

    /// The estimate of the stream's length.
    pub fn data_size(&mut self) -> Check<Result<u64, Errno>> {
        let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE;
        let answer = self.simple(flags, &[0; 8])?;
        match answer.result {
            Ok(()) => Ok(Ok(bytes::word(payload(&answer)?))),
            Err(errno) => Ok(Err(errno)),
        }
    }

    /// Resets the device.
    pub fn reset(&mut self) -> Check {
        let reset = self.ask("RESET", |endpoint| endpoint.reset(), ok);
        answered(reset)?.map_err(|errno| End::Differs(format!("the reset failed with {errno}")))
    }

    /// Closes the device for the last time, and opens it again.
    pub fn reopen(&mut self) -> Check {
        let reopen = self.ask("CLOSE, OPEN", |endpoint| endpoint.reopen(), ok);
        answered(reopen)?
            .map_err(|errno| End::Differs(format!("the device cannot be opened again: {errno}")))
    }

    fn mig_state(&mut self, asked: &str, flags: u32, wanted: u32) -> Check<Set> {
        let argument = bytes::feature(flags, &bytes::mig_state(wanted, POISON_FD));
        let fields = |answer: &Answer| {
            let back = answer.argument.as_deref()?.get(bytes::PAYLOAD..)?;
            Some(bytes::mig_state_fields(back))
        };
        let ask = |endpoint: &mut dyn Endpoint| endpoint.feature(&argument);
        let answer = self.ask(asked, ask, |answer| {
            let back = fields(answer).map_or(String::new(), |(state, fd)| {
                format!(", device_state={} data_fd={fd}", names::state(state))
            });
            format!("{}{back}", result_text(answer.result))
        })?;
        Ok(Set {
            result: answer.result,
            back: fields(&answer),
        })
    }
}

/// The payload that came back.
fn payload(answer: &Answer) -> Check<&[u8]> {
    let back = answer
        .argument
        .as_deref()
        .and_then(|back| back.get(bytes::PAYLOAD..));
    back.ok_or_else(|| End::Broken("the endpoint gave no argument back".to_owned()))
}

/// `ok`, or the name of the error number.
pub(super) fn result_text(result: Result<(), Errno>) -> String {
    result.map_or_else(|errno| errno.to_string(), |()| "ok".to_owned())
}

/// Bytes in hexadecimal, at most 32, behind a separator; nothing for none.
pub(super) fn hex(before: &str, bytes: &[u8]) -> String {
    const SHOWN: usize = 32;
    if bytes.is_empty() {
        return String::new();
    }
    let shown: String = bytes
        .iter()
        .take(SHOWN)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let rest = if bytes.len() > SHOWN { "…" } else { "" };
    format!("{before}{shown}{rest}")
}

fn feature_word(argument: &[u8], at: usize) -> u32 {
    let bytes = argument.get(at..).and_then(|bytes| bytes.first_chunk());
    bytes.map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

/// `MIG_DATA_SIZE GET`
fn flags_text(flags: u32) -> String {
    let mut text = names::feature(flags & VFIO_DEVICE_FEATURE_MASK);
    let mut rest = flags & !VFIO_DEVICE_FEATURE_MASK;
    for (bit, name) in [
        (VFIO_DEVICE_FEATURE_PROBE, " PROBE"),
        (VFIO_DEVICE_FEATURE_GET, " GET"),
        (VFIO_DEVICE_FEATURE_SET, " SET"),
    ] {
        if rest & bit != 0 {
            text.push_str(name);
            rest &= !bit;
        }
    }
    if rest != 0 {
        text.push_str(&format!(" {rest:#x}"));
    }
    text
}
