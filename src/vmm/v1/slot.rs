//! A device in its slot: the VMM's accesses of its region, each one logged.

use std::format;
use std::ops::Range;
use std::string::String;
use std::vec;
use std::vec::Vec;

use super::super::edition::label;
use super::super::{Log, Memory, Port, Stream};
use crate::driver::{Function, Model, Traced};
use crate::machine::{MigrationRegion, Window};
use crate::v1::{Capabilities, DeviceState, Driver, Fault, Register};

/// A device and what the VMM keeps of it.
#[derive(Debug)]
pub struct Slot {
    /// Which driver it has.
    pub model: Model,
    /// Where it is plugged in: it keeps this while others come and go.
    pub place: usize,
    /// `A`, `B`, …
    pub label: String,
    /// Its migration region.
    pub region: MigrationRegion<Traced>,
    /// Its way to memory.
    pub port: Port,
    /// Lengths of the accesses in which segments are moved, over and over.
    pub pieces: Vec<usize>,
    /// Whether to map what can be mapped.
    pub mapping: bool,
    /// What the device's state was after its last load.
    pub loaded: Option<Vec<u8>>,
}

impl Slot {
    pub(super) fn new(model: Model, number: usize, seed: u32, memory: &Memory) -> Self {
        let port = memory.port_of(number);
        let label = label(number);
        let seed = seed.wrapping_mul(256).wrapping_add(number as u32);
        let region = model.open(seed, port.clone());
        Self {
            model,
            place: number,
            label,
            region,
            port,
            pieces: vec![usize::MAX],
            mapping: true,
            loaded: None,
        }
    }

    /// The device, through its driver.
    pub fn function(&mut self) -> &mut dyn Function {
        self.region.driver_mut()
    }

    /// Whether its driver announces this.
    pub fn has(&self, capability: Capabilities) -> bool {
        self.region.driver().capabilities().contains(capability)
    }

    pub(super) fn write_state(&mut self, state: DeviceState, log: &mut Log) -> Result<(), Fault> {
        let before = self.region.state();
        let register = Register::DeviceState;
        let result = self
            .region
            .write(register.offset(), &state.bits().to_ne_bytes());
        self.note(log, format!("write {register} {state}"), result.err());
        let left_resuming =
            before.contains(DeviceState::RESUMING) && !state.contains(DeviceState::RESUMING);
        if result.is_ok() && left_resuming {
            self.loaded = Some(self.region.driver().image());
        }
        result
    }

    pub(super) fn reset_region(&mut self, log: &mut Log) {
        self.region.reset();
        self.note(log, "reset", None);
    }

    fn read_register(&mut self, register: Register, log: &mut Log) -> Result<u64, Fault> {
        let mut bytes = [0; 8];
        let result = self.region.read(register.offset(), &mut bytes);
        let value = u64::from_ne_bytes(bytes);
        let shown = match (result, register) {
            (Err(_), _) => String::new(),
            (Ok(()), Register::DataOffset) => format!(" {value:#x}"),
            (Ok(()), _) => format!(" {value}"),
        };
        self.note(log, format!("read {register}{shown}"), result.err());
        result.map(|()| value)
    }

    pub(super) fn pending(&mut self, log: &mut Log) -> Result<bool, Fault> {
        Ok(self.read_register(Register::PendingBytes, log)? != 0)
    }

    /// Fetches the next segment, without the acknowledgement.
    pub(super) fn fetch(&mut self, stream: &mut Stream, log: &mut Log) -> Result<(), Fault> {
        let offset = self.read_register(Register::DataOffset, log)?;
        let size = self.read_register(Register::DataSize, log)?;
        let mut segment = vec![0; usize::try_from(size).map_err(|_| Fault::OutOfRange)?];
        let len = segment.len();
        self.in_pieces(
            "read",
            (offset, len),
            log,
            |region, mapped, place, piece| {
                let (len, into) = (piece.len(), &mut segment[piece]);
                match mapped {
                    true => region
                        .map(place, len)
                        .map(|bytes| into.copy_from_slice(bytes)),
                    false => region.read(place, into),
                }
            },
        )?;
        stream.push(segment);
        Ok(())
    }

    /// Hands a segment over.
    pub(super) fn put(&mut self, segment: &[u8], log: &mut Log) -> Result<(), Fault> {
        let offset = self.read_register(Register::DataOffset, log)?;
        let len = segment.len();
        self.in_pieces(
            "write",
            (offset, len),
            log,
            |region, mapped, place, piece| {
                let (len, from) = (piece.len(), &segment[piece]);
                match mapped {
                    true => region
                        .map_mut(place, len)
                        .map(|bytes| bytes.copy_from_slice(from)),
                    false => region.write(place, from),
                }
            },
        )?;
        let register = Register::DataSize;
        let result = self
            .region
            .write(register.offset(), &(segment.len() as u64).to_ne_bytes());
        self.note(
            log,
            format!("write {register} {}", segment.len()),
            result.err(),
        );
        result
    }

    /// Moves a segment, an access a piece, up to the first access that fails. `access` is told whether the segment
    /// is mapped, where the piece lies in the region, and where in the segment.
    fn in_pieces(
        &mut self,
        what: &str,
        (offset, len): (u64, usize),
        log: &mut Log,
        mut access: impl FnMut(
            &mut MigrationRegion<Traced>,
            bool,
            u64,
            Range<usize>,
        ) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mapped = self.mapped(offset, len);
        let (mut accesses, mut result) = (0, Ok(()));
        for piece in pieces(&self.pieces, len) {
            let place = offset + piece.start as u64;
            result = access(&mut self.region, mapped, place, piece);
            accesses += 1;
            if result.is_err() {
                break;
            }
        }
        self.note_data(log, what, mapped, len, accesses, result.err());
        result
    }

    fn mapped(&self, offset: u64, len: usize) -> bool {
        let range = self.region.driver().mappable();
        self.mapping && range.start <= offset && offset + len as u64 <= range.end
    }

    fn note(&mut self, log: &mut Log, access: impl std::fmt::Display, error: Option<Fault>) {
        let calls = self.region.driver_mut().take_calls();
        log.access(&self.label, access, &calls, error.map(Fault::name));
    }

    fn note_data(
        &mut self,
        log: &mut Log,
        verb: &str,
        mapped: bool,
        len: usize,
        accesses: usize,
        error: Option<Fault>,
    ) {
        let way = if mapped { " mapped" } else { "" };
        let times = if accesses > 1 {
            format!(" in {accesses} pieces")
        } else {
            String::new()
        };
        self.region.driver_mut().take_calls();
        log.access(
            &self.label,
            format!("{verb} data {len}{way}{times}"),
            &[],
            error.map(Fault::name),
        );
    }
}

/// Cuts `len` bytes into pieces of these lengths, over and over.
fn pieces(lengths: &[usize], len: usize) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut at = 0;
    for length in lengths.iter().cycle() {
        if at >= len {
            break;
        }
        let piece = (*length).clamp(1, len - at);
        cuts.push(at..at + piece);
        at += piece;
    }
    cuts
}
