//! The driver's answers to the arcs of v2: the same segments as in v1, one behind the other in a stream of bytes.
//!
//! The first pass over the memory is the initial data; what the hardware's log finds afterwards is dirty. The guest
//! that sets up its ring anew makes the memory mean something else: then there are new initial data.

use std::ops::Range;
use std::vec::Vec;

use super::Buffering;
use super::image::{self, Image};
use crate::driver::stream::{self, Kind, Sender};
use crate::machine::v2::{LogRange, Services};
use crate::v2::{Capabilities, DeviceState, Driver, Fault, PrecopyInfo};

/// What of a session is on its way.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// Segments that were made, and how much of them was read.
    out: Vec<u8>,
    read: usize,
    /// Where in memory the first pass is.
    pass: usize,
    /// Whether the segment in hand belongs to it.
    initial: bool,
    /// Bytes of memory in the segment in hand: what estimates count.
    payload: usize,
    /// The ring for which the first pass was begun.
    ring: (u64, u64),
    /// There are new initial data that nobody was told of.
    anew: bool,
    /// The ring for which the first pass will begin again, as user space knows.
    told: Option<(u64, u64)>,
    /// What user space has written.
    incoming: Vec<u8>,
}

impl Streams {
    /// Nothing on its way. The memory stays, for the next image is as long as the last.
    fn emptied(&mut self) -> Self {
        let mut incoming = std::mem::take(&mut self.incoming);
        incoming.clear();
        Self {
            incoming,
            ..Self::default()
        }
    }

    fn unread(&self) -> usize {
        self.out.len() - self.read
    }

    /// What is unread, without what only frames it.
    fn unread_payload(&self) -> usize {
        self.unread().min(self.payload)
    }
}

impl<const LENGTH: usize> Buffering<LENGTH> {
    fn begin_session(&mut self) {
        self.sender = Sender::new(Self::KIND, self.sessions.next_session());
        self.budget = self.longest() - image::pass(self.device.memory().len(), LENGTH);
        self.streams = Streams {
            initial: true,
            ring: self.ring(),
            ..self.streams.emptied()
        };
    }

    fn end_session(&mut self) {
        self.device.stop_log();
        self.streams = self.streams.emptied();
    }

    /// The longest stream that the driver makes or takes.
    fn longest(&self) -> usize {
        8 * image::pass(self.device.memory().len(), LENGTH)
    }

    fn ring(&self) -> (u64, u64) {
        (self.device.core().ring, self.device.core().entries)
    }

    fn pre_copy(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.begin_session();
        self.device.watch_changes();
        Ok(())
    }

    fn leave_pre_copy(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.end_session();
        Ok(())
    }

    /// Stops the device if need be, and streams what the bytes so far do not hold.
    fn capture_rest(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.device.begin_capture()?;
        self.device.stop()?;
        let memory = self.device.memory().len();
        self.device
            .mark_changed(self.streams.pass.min(memory)..memory);
        self.streams.out.drain(..self.streams.read);
        self.streams.read = 0;
        let mut kind = Kind::Data;
        while kind == Kind::Data {
            let runs = self.device.take_changed(image::room(LENGTH));
            if self.device.changed() == 0 {
                kind = Kind::Last;
            }
            self.append(&runs, kind);
        }
        self.device.stop_log();
        Ok(())
    }

    fn append(&mut self, runs: &[Range<usize>], kind: Kind) {
        image::append(
            &mut self.streams.out,
            &mut self.sender,
            &self.device,
            runs,
            kind,
        );
    }

    /// Whether the next segment begins the first pass again: the guest has set up its ring anew.
    fn pass_is_stale(&self) -> bool {
        self.ring() != self.streams.ring && self.affordable()
    }

    fn restart_pass(&mut self) {
        let ring = self.ring();
        self.streams.anew = self.streams.told.take() != Some(ring);
        self.streams.ring = ring;
        self.streams.pass = 0;
        self.device.watch_changes();
    }

    /// Whether another segment leaves room for the rest.
    fn affordable(&self) -> bool {
        self.budget >= LENGTH
    }

    /// Bytes of the first pass, and changed bytes, that are not yet in a segment.
    fn to_send(&self) -> (usize, usize) {
        if !self.affordable() {
            return (0, 0);
        }
        let memory = self.device.memory().len();
        if self.pass_is_stale() {
            return (memory, 0);
        }
        (
            memory - self.streams.pass.min(memory),
            self.device.changed(),
        )
    }

    /// Makes the next segment of the pre-copy part; `false` if there is nothing to send.
    fn next_part(&mut self) -> bool {
        if self.pass_is_stale() {
            self.restart_pass();
        }
        let (initial, dirty) = self.to_send();
        if initial + dirty == 0 {
            return false;
        }
        let room = image::room(LENGTH);
        let runs = match initial {
            0 => self.device.take_changed(room),
            _ => {
                let start = self.streams.pass;
                self.streams.pass += room.min(initial);
                std::vec![start..self.streams.pass]
            }
        };
        self.streams.initial = initial != 0;
        self.streams.payload = runs.iter().map(Range::len).sum();
        self.streams.out.clear();
        self.streams.read = 0;
        self.append(&runs, Kind::Data);
        self.budget = self.budget.saturating_sub(self.streams.out.len());
        true
    }
}

impl<const LENGTH: usize> Driver for Buffering<LENGTH> {
    fn capabilities(&self) -> Capabilities {
        Capabilities::ALL
    }

    fn resuming_to_stop(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        let segments = stream::segments(&self.streams.incoming);
        let image = Image::parse(Self::KIND, segments, self.device.memory().len())?;
        self.device.accept_load()?;
        self.device.begin_load()?;
        image.load(&mut self.device);
        self.end_session();
        Ok(())
    }

    fn stop_to_resuming(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.end_session();
        Ok(())
    }

    fn stop_to_stop_copy(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.begin_session();
        self.device.watch_changes();
        self.capture_rest().inspect_err(|_| self.end_session())
    }

    fn stop_copy_to_stop(&mut self) -> Result<(), Fault> {
        self.leave_pre_copy()
    }

    fn running_to_running_p2p(&mut self) -> Result<(), Fault> {
        Ok(self.device.quiesce()?)
    }

    fn running_p2p_to_running(&mut self) -> Result<(), Fault> {
        Ok(self.device.allow_dma()?)
    }

    fn running_p2p_to_stop(&mut self) -> Result<(), Fault> {
        Ok(self.device.stop()?)
    }

    fn stop_to_running_p2p(&mut self) -> Result<(), Fault> {
        Ok(self.device.start()?)
    }

    fn running_to_pre_copy(&mut self) -> Result<(), Fault> {
        self.pre_copy()
    }

    fn pre_copy_to_running(&mut self) -> Result<(), Fault> {
        self.leave_pre_copy()
    }

    fn pre_copy_to_stop_copy(&mut self) -> Result<(), Fault> {
        self.capture_rest()
    }

    fn pre_copy_to_pre_copy_p2p(&mut self) -> Result<(), Fault> {
        Ok(self.device.quiesce()?)
    }

    fn pre_copy_p2p_to_pre_copy(&mut self) -> Result<(), Fault> {
        Ok(self.device.allow_dma()?)
    }

    fn running_p2p_to_pre_copy_p2p(&mut self) -> Result<(), Fault> {
        self.pre_copy()
    }

    fn pre_copy_p2p_to_running_p2p(&mut self) -> Result<(), Fault> {
        self.leave_pre_copy()
    }

    fn pre_copy_p2p_to_stop_copy(&mut self) -> Result<(), Fault> {
        self.capture_rest()
    }

    fn read_stream(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        self.device.alive()?;
        let mut filled = 0;
        while filled < into.len() {
            if self.streams.unread() == 0 && !(self.device.logging() && self.next_part()) {
                break;
            }
            let len = self.streams.unread().min(into.len() - filled);
            let from = &self.streams.out[self.streams.read..][..len];
            into[filled..filled + len].copy_from_slice(from);
            self.streams.read += len;
            filled += len;
        }
        Ok(filled)
    }

    fn write_stream(&mut self, from: &[u8]) -> Result<usize, Fault> {
        self.device.alive()?;
        let longest = self.longest();
        stream::keep(&mut self.streams.incoming, from, longest)
    }

    fn poll_stream(&mut self) -> Result<bool, Fault> {
        self.device.alive()?;
        let final_end = !self.device.logging();
        Ok(final_end || self.streams.unread() != 0 || self.to_send() != (0, 0))
    }

    fn precopy_info(&mut self) -> Result<PrecopyInfo, Fault> {
        self.device.alive()?;
        let (mut initial, mut dirty) = self.to_send();
        let (ring, stale) = (self.ring(), self.pass_is_stale());
        let reinit = match stale {
            true => self.streams.told.replace(ring) != Some(ring),
            false => std::mem::take(&mut self.streams.anew),
        };
        if self.streams.initial || stale {
            initial += self.streams.unread_payload();
        } else {
            dirty += self.streams.unread_payload();
        }
        if reinit {
            // Changes count from here on; what is unread of before comes first, and so is part of what should be read.
            (initial, dirty) = (initial + dirty, 0);
        }
        Ok(PrecopyInfo {
            initial_bytes: initial as u64,
            dirty_bytes: dirty as u64,
            reinit,
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

impl<const LENGTH: usize> Services for Buffering<LENGTH> {
    /// In pre-copy, what this session has not given; else all of a new one.
    fn stop_copy_length(&self) -> u64 {
        let memory = self.device.memory().len();
        let (mut rest, mut unread) = (memory, 0);
        if self.device.logging() && !self.pass_is_stale() {
            let sent = self.streams.pass.min(memory);
            rest = memory.min(memory - sent + self.device.changed());
            unread = self.streams.unread();
        }
        (unread + image::pass(rest, LENGTH)) as u64
    }

    fn logs_dma(&self) -> bool {
        true
    }

    fn start_log(&mut self, ranges: &[LogRange], page_size: u64) -> Result<u64, Fault> {
        let watched = ranges
            .iter()
            .map(|range| range.iova..range.iova + range.length);
        Ok(self.device.start_dma_log(watched, page_size))
    }

    fn take_log(
        &mut self,
        addresses: Range<u64>,
        run: &mut dyn FnMut(Range<u64>),
    ) -> Result<(), Fault> {
        self.device
            .take_dma_log(&addresses)
            .into_iter()
            .for_each(run);
        Ok(())
    }

    fn stop_log(&mut self) {
        self.device.stop_dma_log();
    }
}
