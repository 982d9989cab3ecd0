//! The driver's answers to actions, callbacks and events.

use super::state::{self, Incoming, Outgoing};
use super::{Quiet, SECTION};
use crate::driver::stream::{VERSION, checksum};
use crate::v1::{Capabilities, Description, DeviceState, Driver, Fault};

impl Quiet {
    /// The hardware's checksum of its own state, taken where nobody may have touched it yet.
    fn take_seal(&mut self) {
        self.seal = checksum(&self.device.image());
    }

    fn max_state_bytes(&self) -> usize {
        state::stream_len(self.device.image_len())
    }

    fn outgoing(&mut self) -> Result<&mut Outgoing, Fault> {
        self.outgoing.as_mut().ok_or(Fault::NoData)
    }

    fn write_state(&mut self, image: &[u8]) {
        self.device.set_control_index(0);
        for word in image.as_chunks::<8>().0 {
            self.device.write_control(u64::from_le_bytes(*word));
        }
    }
}

/// Bytes from the start of the segment in hand.
fn within_segment(offset: u64) -> Result<usize, Fault> {
    let at = offset.checked_sub(SECTION).ok_or(Fault::OutOfRange)?;
    usize::try_from(at).map_err(|_| Fault::OutOfRange)
}

impl Driver for Quiet {
    fn capabilities(&self) -> Capabilities {
        if self.trap.is_some() {
            Capabilities::NDMA
        } else {
            Capabilities::NONE
        }
    }

    fn describe(&self) -> Description {
        Description {
            ndma: self.trap.is_some(),
            ndma_in_software: self.trap.is_some(),
            quiet_mmio: true,
            precopy: false,
            page_requests: false,
            control_in_function: true,
            stream_version: VERSION.into(),
            max_state_bytes: self.max_state_bytes() as u64,
        }
    }

    /// The hardware logs nothing: this stream is empty until the device is stopped.
    fn start_precopy(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.outgoing = None;
        Ok(())
    }

    fn quiesce(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.hold()
    }

    fn stop(&mut self) -> Result<(), Fault> {
        self.device.stop()?;
        self.show_work();
        self.take_seal();
        Ok(())
    }

    fn capture(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.device.begin_capture()?;
        let session = self.sessions.next_session();
        self.outgoing = Some(Outgoing::new(session, &self.device, self.seal));
        Ok(())
    }

    fn open_resume(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.incoming = Incoming::default();
        Ok(())
    }

    fn load(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        let (image, seal) = self.incoming.state(self.device.image_len())?;
        self.device.begin_load()?;
        self.write_state(&image);
        self.incoming = Incoming::default();
        if let Some(outgoing) = &mut self.outgoing {
            // One write ended the resume and began a save: what is read out is what was just loaded.
            outgoing.reseal(seal);
        }
        self.seal = seal;
        Ok(())
    }

    fn run(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.hide_work();
        Ok(self.device.start()?)
    }

    fn allow_dma(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.set_holding(false);
        self.show_work();
        Ok(())
    }

    fn pending(&mut self) -> Result<u64, Fault> {
        self.device.alive()?;
        Ok(self
            .outgoing
            .as_ref()
            .map_or(0, |outgoing| outgoing.pending() as u64))
    }

    fn acknowledge(&mut self) -> Result<u64, Fault> {
        self.pending()
    }

    fn next_segment(&mut self) -> Result<u64, Fault> {
        if self.pending()? == 0 {
            return Err(Fault::NoData);
        }
        if let Some(outgoing) = &mut self.outgoing {
            outgoing.advance(&mut self.device);
        }
        Ok(SECTION)
    }

    fn segment_offset(&mut self) -> Result<u64, Fault> {
        Ok(SECTION)
    }

    fn segment_size(&mut self) -> Result<u64, Fault> {
        Ok(self.outgoing()?.segment.len() as u64)
    }

    fn read_segment(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Fault> {
        let at = within_segment(offset)?;
        let bytes = self
            .outgoing()?
            .segment
            .get(at..at + into.len())
            .ok_or(Fault::OutOfRange)?;
        into.copy_from_slice(bytes);
        Ok(())
    }

    fn offer(&mut self) -> Result<u64, Fault> {
        Ok(SECTION)
    }

    fn write_segment(&mut self, offset: u64, from: &[u8]) -> Result<(), Fault> {
        let at = within_segment(offset)?;
        if self.incoming.committed() + at + from.len() > self.max_state_bytes() {
            return Err(Fault::StreamTooLong);
        }
        self.incoming.write(at, from);
        Ok(())
    }

    fn commit(&mut self, value: u64) -> Result<(), Fault> {
        let len = usize::try_from(value).map_err(|_| Fault::OutOfRange)?;
        if self.incoming.committed() + len > self.max_state_bytes() {
            return Err(Fault::StreamTooLong);
        }
        self.incoming.commit(len);
        Ok(())
    }

    fn reset(&mut self, _: DeviceState) {
        self.device.reset();
        self.forget();
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.device.silence();
        self.forget();
    }

    fn settle(&mut self, state: DeviceState) {
        if !state.stream_is_final() {
            self.outgoing = None;
        }
    }
}

impl Quiet {
    /// Nothing of a migration is left.
    fn forget(&mut self) {
        self.outgoing = None;
        self.incoming = Incoming::default();
        if let Some(trap) = &mut self.trap {
            *trap = super::Doorbell::default();
        }
    }
}
