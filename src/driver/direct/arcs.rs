//! The driver's answers to the arcs of v2. Before the device is stopped, the stream says what device it is of; after
//! it come the manifest, and the memory as it lies there. At the destination, each byte takes effect as it is written,
//! and a stream that does not fit is refused as soon as that is seen.

use std::vec;
use std::vec::Vec;

use super::manifest;
use super::{Direct, ID};
use crate::driver::stream::{Header, Invalid, Kind, Receiver, Sender};
use crate::machine::v2::Services;
use crate::v2::{Capabilities, DeviceState, Driver, Fault, PrecopyInfo};

/// Bytes of what says which device a stream is of.
const MATCH: usize = Header::LEN + 8;

/// A stream that is being read.
#[derive(Debug)]
pub(super) struct Outgoing {
    sender: Sender,
    /// Everything before the memory, as far as it is known.
    head: Vec<u8>,
    /// Whether the memory may be read.
    stopped: bool,
    read: usize,
}

/// A stream that is being written.
#[derive(Debug)]
pub(super) struct Incoming {
    receiver: Receiver,
    /// Of what comes before the memory, the bytes so far.
    head: Vec<u8>,
    /// From the manifest: what each slice must be.
    sums: Vec<u64>,
    /// Bytes of memory so far.
    memory: usize,
}

impl Direct {
    fn begin(&mut self) -> Outgoing {
        let mut sender = Sender::new(ID, self.sessions.next_session());
        let mut head = vec![0; Header::LEN];
        head.extend_from_slice(&(self.device.memory().len() as u64).to_le_bytes());
        sender.seal(Kind::Data, &mut head);
        Outgoing {
            sender,
            head,
            stopped: false,
            read: 0,
        }
    }

    fn capture_rest(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.device.begin_capture()?;
        self.device.stop()?;
        let mut outgoing = match self.outgoing.take() {
            Some(outgoing) => outgoing,
            None => self.begin(),
        };
        let manifest = manifest::write(&self.device, self.slices, &mut outgoing.sender);
        outgoing.head.extend_from_slice(&manifest);
        outgoing.stopped = true;
        self.outgoing = Some(outgoing);
        Ok(())
    }

    fn end_session(&mut self) {
        self.outgoing = None;
        self.incoming = None;
    }

    fn leave(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.end_session();
        Ok(())
    }

    /// The bytes that come next, in one piece.
    fn unread(&self) -> &[u8] {
        let Some(outgoing) = &self.outgoing else {
            return &[];
        };
        match outgoing.read.checked_sub(outgoing.head.len()) {
            None => &outgoing.head[outgoing.read..],
            Some(at) if outgoing.stopped => &self.device.memory()[at..],
            Some(_) => &[],
        }
    }
}

impl Incoming {
    fn new() -> Self {
        Self {
            receiver: Receiver::new(ID),
            head: Vec::new(),
            sums: Vec::new(),
            memory: 0,
        }
    }
}

impl Direct {
    /// Takes bytes of what comes before the memory; what is whole is looked at.
    fn take_head(&mut self, from: &[u8], end: usize) -> Result<usize, Invalid> {
        let (slices, memory) = (self.slices, self.device.memory().len());
        let Some(incoming) = &mut self.incoming else {
            return Err(Invalid);
        };
        let len = from.len().min(end - incoming.head.len());
        incoming.head.extend_from_slice(&from[..len]);
        if incoming.head.len() < end {
            return Ok(len);
        }
        if end == MATCH {
            let payload = incoming.receiver.accept(&incoming.head)?;
            let own = payload == (memory as u64).to_le_bytes();
            return if own { Ok(len) } else { Err(Invalid) };
        }
        let payload = incoming.receiver.accept(&incoming.head[MATCH..])?;
        let (core, sums) = manifest::parse(payload, slices)?;
        incoming.sums = sums;
        self.device.set_core(core);
        Ok(len)
    }

    fn take_memory(&mut self, from: &[u8]) -> Result<usize, Fault> {
        let Some(incoming) = &mut self.incoming else {
            return Err(Fault::DeviceFailed);
        };
        let room = &mut self.device.memory_mut()[incoming.memory..];
        let len = from.len().min(room.len());
        if len == 0 {
            return Err(Fault::StreamTooLong);
        }
        room[..len].copy_from_slice(&from[..len]);
        incoming.memory += len;
        Ok(len)
    }

    fn whole(&self) -> bool {
        self.incoming.as_ref().is_some_and(|incoming| {
            incoming.receiver.ended()
                && incoming.memory == self.device.memory().len()
                && self
                    .slices
                    .sums(&self.device)
                    .eq(incoming.sums.iter().copied())
        })
    }
}

impl Driver for Direct {
    fn capabilities(&self) -> Capabilities {
        Capabilities::STOP_COPY.with(Capabilities::PRE_COPY)
    }

    /// The data are in the device; what is left is to know that they are what was sent.
    fn resuming_to_stop(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        if !self.whole() {
            return Err(Fault::InvalidStream);
        }
        self.device.accept_load()?;
        self.device.begin_load()?;
        self.end_session();
        Ok(())
    }

    fn stop_to_resuming(&mut self) -> Result<(), Fault> {
        self.leave()?;
        self.incoming = Some(Incoming::new());
        Ok(())
    }

    fn stop_to_stop_copy(&mut self) -> Result<(), Fault> {
        self.leave()?;
        self.capture_rest()
    }

    fn stop_copy_to_stop(&mut self) -> Result<(), Fault> {
        self.leave()
    }

    fn running_to_stop(&mut self) -> Result<(), Fault> {
        Ok(self.device.stop()?)
    }

    fn stop_to_running(&mut self) -> Result<(), Fault> {
        Ok(self.device.start()?)
    }

    fn running_to_pre_copy(&mut self) -> Result<(), Fault> {
        self.leave()?;
        self.outgoing = Some(self.begin());
        Ok(())
    }

    fn pre_copy_to_running(&mut self) -> Result<(), Fault> {
        self.leave()
    }

    fn pre_copy_to_stop_copy(&mut self) -> Result<(), Fault> {
        self.capture_rest()
    }

    fn read_stream(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        self.device.alive()?;
        let mut filled = 0;
        while filled < into.len() {
            let from = self.unread();
            let len = from.len().min(into.len() - filled);
            if len == 0 {
                break;
            }
            into[filled..filled + len].copy_from_slice(&from[..len]);
            filled += len;
            if let Some(outgoing) = &mut self.outgoing {
                outgoing.read += len;
            }
        }
        Ok(filled)
    }

    fn write_stream(&mut self, from: &[u8]) -> Result<usize, Fault> {
        self.device.alive()?;
        let whole = MATCH + manifest::len(self.slices);
        let so_far = self
            .incoming
            .as_ref()
            .map_or(0, |incoming| incoming.head.len());
        if so_far < MATCH {
            Ok(self.take_head(from, MATCH)?)
        } else if so_far < whole {
            Ok(self.take_head(from, whole)?)
        } else {
            self.take_memory(from)
        }
    }

    fn poll_stream(&mut self) -> Result<bool, Fault> {
        self.device.alive()?;
        let stopped = self
            .outgoing
            .as_ref()
            .is_some_and(|outgoing| outgoing.stopped);
        Ok(stopped || !self.unread().is_empty())
    }

    fn precopy_info(&mut self) -> Result<PrecopyInfo, Fault> {
        self.device.alive()?;
        Ok(PrecopyInfo {
            initial_bytes: self.unread().len() as u64,
            dirty_bytes: 0,
            reinit: false,
        })
    }

    fn reset(&mut self, _: DeviceState) {
        self.device.reset();
        self.end_session();
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.device.silence();
        self.end_session();
    }

    fn close(&mut self, _: DeviceState) {
        self.device.reset();
        self.end_session();
    }
}

impl Services for Direct {
    fn stop_copy_length(&self) -> u64 {
        (MATCH + manifest::len(self.slices) + self.device.memory().len()) as u64
    }
}
