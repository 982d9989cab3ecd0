//! The driver's answers to the arcs of v2. The hardware logs nothing, so there is no pre-copy; in the trapping mode,
//! the software that holds back DMA gives the state with P2P off.

use std::vec::Vec;

use super::Quiet;
use super::state::{self, Incoming, Outgoing};
use crate::driver::stream::{self, checksum};
use crate::machine::v2::Services;
use crate::v2::{Capabilities, DeviceState, Driver, Fault};

/// What of a session is on its way, beside what v1 has.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// How much of the segment in hand was read.
    read: usize,
    /// What user space has written.
    incoming: Vec<u8>,
}

impl Quiet {
    fn end_session(&mut self) {
        self.outgoing = None;
        self.streams = Streams::default();
    }

    fn longest(&self) -> usize {
        state::stream_len(self.device.image_len())
    }

    fn freeze(&mut self) -> Result<(), Fault> {
        self.device.stop()?;
        self.show_work();
        self.seal = checksum(&self.device.image());
        Ok(())
    }

    /// Takes the next segment in hand where the last was read; `false` at the end.
    fn unread(&mut self) -> bool {
        let Some(outgoing) = &mut self.outgoing else {
            return false;
        };
        if self.streams.read == outgoing.segment.len() && outgoing.pending() != 0 {
            outgoing.advance(&mut self.device);
            self.streams.read = 0;
        }
        self.streams.read < outgoing.segment.len()
    }

    fn forget_everything(&mut self) {
        self.end_session();
        if let Some(trap) = &mut self.trap {
            *trap = super::Doorbell::default();
        }
    }
}

impl Driver for Quiet {
    fn capabilities(&self) -> Capabilities {
        match self.trap {
            None => Capabilities::STOP_COPY,
            Some(_) => Capabilities::STOP_COPY.with(Capabilities::P2P),
        }
    }

    fn resuming_to_stop(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        let mut received = Incoming::default();
        for segment in stream::segments(&self.streams.incoming) {
            received.write(0, segment);
            received.commit(segment.len());
        }
        let (image, seal) = received.state(self.device.image_len())?;
        self.device.accept_load()?;
        self.device.begin_load()?;
        self.device.set_control_index(0);
        for word in image.as_chunks::<8>().0 {
            self.device.write_control(u64::from_le_bytes(*word));
        }
        self.seal = seal;
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
        self.device.begin_capture()?;
        let session = self.sessions.next_session();
        self.end_session();
        self.outgoing = Some(Outgoing::new(session, &self.device, self.seal));
        Ok(())
    }

    fn stop_copy_to_stop(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.end_session();
        Ok(())
    }

    fn running_to_stop(&mut self) -> Result<(), Fault> {
        self.freeze()
    }

    fn stop_to_running(&mut self) -> Result<(), Fault> {
        Ok(self.device.start()?)
    }

    fn running_to_running_p2p(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.hold().map_err(|_| Fault::ArcFailed)
    }

    fn running_p2p_to_running(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.set_holding(false);
        self.show_work();
        Ok(())
    }

    fn running_p2p_to_stop(&mut self) -> Result<(), Fault> {
        self.freeze()
    }

    fn stop_to_running_p2p(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.hide_work();
        Ok(self.device.start()?)
    }

    fn read_stream(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        self.device.alive()?;
        let mut filled = 0;
        while filled < into.len() && self.unread() {
            let Some(outgoing) = &self.outgoing else {
                break;
            };
            let from = &outgoing.segment[self.streams.read..];
            let len = from.len().min(into.len() - filled);
            into[filled..filled + len].copy_from_slice(&from[..len]);
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
        Ok(true)
    }

    fn reset(&mut self, _: DeviceState) {
        self.device.reset();
        self.forget_everything();
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.device.silence();
        self.forget_everything();
    }

    fn close(&mut self, _: DeviceState) {
        self.device.reset();
        self.forget_everything();
    }
}

impl Services for Quiet {
    fn stop_copy_length(&self) -> u64 {
        self.longest() as u64
    }
}
