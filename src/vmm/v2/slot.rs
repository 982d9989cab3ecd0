//! A device in its slot: the VMM's ioctls, reads and writes.

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use super::super::edition::{Amount, Attached, label};
use super::super::{Log, Memory, Port, Stream};
use super::V2;
use crate::driver::{Device, Function, Model, Traced, V2Function};
use crate::machine::v2::{DataFd, Direction, MigrationDevice};
use crate::v2::feature::{
    VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
    VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, VFIO_DEVICE_FEATURE_SET,
};
use crate::v2::{Capabilities, DeviceState, Fault};

/// Bytes that a VMM reads or writes where it is to leave some.
const PART: usize = 300;
/// Bytes that a VMM reads at once, at most.
const BUFFER: usize = 1 << 20;

/// A device and what the VMM keeps of it.
#[derive(Debug)]
pub struct Slot {
    /// Which driver it has.
    pub model: Model,
    /// Where it is plugged in: it keeps this while others come and go.
    pub place: usize,
    /// `A`, `B`, …
    pub label: String,
    /// The device.
    pub device: MigrationDevice<Traced<dyn V2Function>>,
    /// The data fd that it got last.
    pub fd: Option<DataFd>,
    /// Its way to memory.
    pub port: Port,
    /// Lengths of the reads and writes in which streams are moved, over and over.
    pub pieces: Vec<usize>,
    /// What the device's state was after its last load.
    pub loaded: Option<Vec<u8>>,
}

impl Slot {
    /// Whether its driver announces this.
    pub fn has(&self, capability: Capabilities) -> bool {
        self.device.capabilities().contains(capability)
    }

    /// The ioctl that requests a state. Gives the data fd, if there is one.
    fn set(&mut self, state: DeviceState) -> Result<Option<DataFd>, Fault> {
        let flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
        let words = [16, flags, state.raw(), 0];
        let mut argument = words.map(u32::to_ne_bytes).concat();
        self.device.feature(&mut argument, &mut ())?;
        let fd = argument
            .last_chunk()
            .map_or(DataFd::NONE, |fd| i32::from_ne_bytes(*fd));
        Ok(DataFd::from_number(fd))
    }

    /// The ioctl that estimates how many bytes are read once the device is stopped.
    fn data_size(&mut self, log: &mut Log) -> Result<u64, Fault> {
        let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE;
        let mut argument = [16, flags, 0, 0].map(u32::to_ne_bytes).concat();
        let result = self.device.feature(&mut argument, &mut ());
        self.note(log, "data_size", result.err());
        result?;
        let size = argument.last_chunk().copied().unwrap_or_default();
        Ok(u64::from_ne_bytes(size))
    }

    /// Pre-copy info: initial and dirty bytes. `None` for a device that is in no pre-copy.
    pub(super) fn estimate(&mut self, log: &mut Log) -> Result<Option<(u64, u64)>, Fault> {
        let Some(fd) = self.fd.filter(|_| self.device.state().pre_copying()) else {
            return Ok(None);
        };
        let mut argument = [0; 24];
        argument[..4].copy_from_slice(&24_u32.to_ne_bytes());
        let result = self.device.precopy_info(fd, &mut argument);
        self.note(log, "precopy_info", result.err());
        result?;
        let (words, _) = argument.as_chunks::<8>();
        Ok(Some((
            u64::from_ne_bytes(words[1]),
            u64::from_ne_bytes(words[2]),
        )))
    }

    /// Reads until `limit` bytes or an end; gives the bytes, and why there are no more.
    fn read_until(&mut self, fd: DataFd, limit: usize) -> (Vec<Vec<u8>>, Option<Fault>) {
        let mut segments = Vec::new();
        let mut left = limit;
        for piece in self.pieces.clone().iter().cycle() {
            let mut into = vec![0; (*piece).clamp(1, BUFFER).min(left)];
            let read = match self.device.read(fd, &mut into) {
                Ok(0) => return (segments, None),
                Ok(read) => read,
                Err(fault) => return (segments, Some(fault)),
            };
            into.truncate(read);
            segments.push(into);
            left -= read;
        }
        (segments, None)
    }

    fn note(&mut self, log: &mut Log, access: impl std::fmt::Display, error: Option<Fault>) {
        let calls = self.device.driver_mut().take_calls();
        log.access(&self.label, access, &calls, error.map(Fault::name));
    }

    fn note_data(
        &mut self,
        log: &mut Log,
        verb: &str,
        len: usize,
        times: usize,
        error: Option<Fault>,
    ) {
        self.device.driver_mut().take_calls();
        let times = match times {
            0 | 1 => String::new(),
            times => format!(" in {times} pieces"),
        };
        let line = format!("{verb} data {len}{times}");
        log.access(&self.label, line, &[], error.map(Fault::name));
    }
}

impl Attached<V2> for Slot {
    fn open(model: Model, number: usize, seed: u32, memory: &Memory) -> Self {
        let port = memory.port_of(number);
        let seed = seed.wrapping_mul(256).wrapping_add(number as u32);
        Self {
            model,
            place: number,
            label: label(number),
            device: model.open_v2(seed, port.clone()),
            fd: None,
            port,
            pieces: vec![usize::MAX],
            loaded: None,
        }
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn model(&self) -> Model {
        self.model
    }

    fn offers(&self, feature: &str) -> bool {
        Capabilities::named(feature).is_some_and(|capability| self.has(capability))
    }

    fn place(&self) -> usize {
        self.place
    }

    fn state(&self) -> DeviceState {
        self.device.state()
    }

    fn hardware(&self) -> &Device {
        self.device.driver().device()
    }

    fn function(&mut self) -> &mut dyn Function {
        self.device.driver_mut()
    }

    fn loaded(&self) -> Option<&[u8]> {
        self.loaded.as_deref()
    }

    fn forget_load(&mut self) {
        self.loaded = None;
    }

    fn request(
        &mut self,
        state: DeviceState,
        stream: &mut Stream,
        log: &mut Log,
    ) -> Result<(), Fault> {
        let before = self.device.state();
        let result = self.set(state);
        let fd = match result {
            Ok(Some(fd)) => format!(", data_fd {}", fd.number()),
            _ => String::new(),
        };
        self.note(log, format!("set {state}{fd}"), result.err());
        if let Some(fd) = result? {
            self.fd = Some(fd);
            if fd.direction() == Direction::Saving {
                stream.begin();
            }
        }
        if before.resuming() && !state.resuming() {
            self.loaded = Some(self.device.driver().image());
        }
        Ok(())
    }

    fn reset(&mut self, log: &mut Log) {
        self.device.reset();
        self.note(log, "reset", None);
    }

    /// Reads to the end, temporary or final; a device without a session has nothing to read.
    fn read(&mut self, amount: Amount, stream: &mut Stream, log: &mut Log) -> Result<(), Fault> {
        let Some(fd) = self.fd.filter(|_| self.device.state().saving()) else {
            return Ok(());
        };
        let limit = match amount {
            Amount::Part => PART,
            Amount::UpTo(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
            Amount::Whole => usize::MAX,
        };
        let (segments, fault) = self.read_until(fd, limit);
        let len = segments.iter().map(Vec::len).sum();
        self.note_data(log, "read", len, segments.len(), fault);
        segments
            .into_iter()
            .for_each(|segment| stream.push(segment));
        match fault {
            None | Some(Fault::NoDataNow) => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    /// Bytes that are unread when it stops are read then: they are part of what it says that stopping takes.
    fn left(&mut self, _: &Stream, log: &mut Log) -> Result<(u64, u64), Fault> {
        let (initial, dirty) = self.estimate(log)?.unwrap_or_default();
        let stopped = self.data_size(log)?;
        Ok((initial, stopped.max(initial.saturating_add(dirty))))
    }

    /// Writes; where the driver sees at once that the stream is wrong, the verdict is left to the next request.
    fn load(&mut self, amount: Amount, segments: &[Vec<u8>], log: &mut Log) -> Result<(), Fault> {
        let Some(fd) = self.fd else {
            return Err(Fault::SessionEnded);
        };
        let mut bytes = segments.concat();
        if amount == Amount::Part {
            bytes.truncate(PART);
        }
        let (mut at, mut writes, mut fault) = (0, 0, None);
        for len in self.pieces.clone().into_iter().cycle() {
            if at == bytes.len() || fault.is_some() {
                break;
            }
            let end = bytes.len().min(at.saturating_add(len));
            match self.device.write(fd, &bytes[at..end]) {
                Ok(taken) => at += taken,
                Err(why) => fault = Some(why),
            }
            writes += 1;
        }
        self.note_data(log, "write", at, writes, fault);
        match fault {
            None | Some(Fault::InvalidStream | Fault::StreamTooLong) => Ok(()),
            Some(fault) => Err(fault),
        }
    }
}
