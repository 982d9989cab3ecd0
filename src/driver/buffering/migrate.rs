//! The driver's answers to actions, callbacks and events.

use super::Buffering;
use super::buffer::Holds;
use super::image::{self, Image};
use crate::driver::stream::{Kind, Sender, VERSION};
use crate::v1::{Capabilities, DATA_START, Description, DeviceState, Driver, Fault};

impl<const LENGTH: usize> Buffering<LENGTH> {
    /// What a stream may take: a few passes of pre-copy and the last one.
    fn max_state_bytes(&self) -> usize {
        8 * image::pass(self.device.memory().len(), LENGTH)
    }

    fn begin_stream(&mut self) {
        self.sender = Sender::new(Self::KIND, self.sessions.next_session());
        self.budget = self.max_state_bytes() - image::pass(self.device.memory().len(), LENGTH);
    }

    /// Whether the stream is in its pre-copy part.
    fn precopying(&self) -> bool {
        self.device.logging()
    }

    /// A segment of what changed since it was sent last.
    fn fill_precopy_segment(&mut self) {
        let runs = self.device.take_changed(image::room(LENGTH));
        self.buffer.clear(Holds::Outgoing);
        let (sender, device) = (&mut self.sender, &self.device);
        self.buffer
            .push(|bytes| image::append(bytes, sender, device, &runs, Kind::Data));
        self.budget = self.budget.saturating_sub(self.buffer.len());
    }

    fn fill_last_segments(&mut self) {
        self.buffer.clear(Holds::Outgoing);
        let mut kind = Kind::Data;
        while kind == Kind::Data {
            let runs = self.device.take_changed(image::room(LENGTH));
            if self.device.changed() == 0 {
                kind = Kind::Last;
            }
            let (sender, device) = (&mut self.sender, &self.device);
            self.buffer
                .push(|bytes| image::append(bytes, sender, device, &runs, kind));
        }
    }

    fn load_received(&mut self) -> Result<(), Fault> {
        let image = Image::parse(
            Self::KIND,
            self.buffer.received(),
            self.device.memory().len(),
        )?;
        self.device.begin_load()?;
        image.load(&mut self.device);
        Ok(())
    }
}

/// Bytes from the start of the segment in hand.
fn within_segment(offset: u64) -> Result<usize, Fault> {
    let at = offset.checked_sub(DATA_START).ok_or(Fault::OutOfRange)?;
    usize::try_from(at).map_err(|_| Fault::OutOfRange)
}

impl<const LENGTH: usize> Driver for Buffering<LENGTH> {
    fn capabilities(&self) -> Capabilities {
        Capabilities::NDMA
    }

    fn describe(&self) -> Description {
        Description {
            ndma: true,
            ndma_in_software: false,
            quiet_mmio: false,
            precopy: true,
            page_requests: true,
            control_in_function: false,
            stream_version: VERSION.into(),
            max_state_bytes: self.max_state_bytes() as u64,
        }
    }

    fn start_precopy(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.buffer.clear(Holds::Outgoing);
        self.begin_stream();
        self.device.start_log();
        Ok(())
    }

    fn quiesce(&mut self) -> Result<(), Fault> {
        Ok(self.device.quiesce()?)
    }

    fn stop(&mut self) -> Result<(), Fault> {
        Ok(self.device.stop()?)
    }

    fn capture(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.device.begin_capture()?;
        if !self.precopying() {
            self.begin_stream();
            self.device.start_log();
        }
        self.fill_last_segments();
        self.device.stop_log();
        Ok(())
    }

    fn open_resume(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.buffer.clear(Holds::Incoming);
        Ok(())
    }

    fn load(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        let received = self.buffer.holds() == Holds::Incoming && self.buffer.committed() != 0;
        if received || (!self.guarded && self.buffer.committed() != 0) {
            self.load_received()?;
        } else if self.guarded {
            return Err(Fault::InvalidStream);
        }
        if self.buffer.holds() == Holds::Incoming {
            self.buffer.clear(Holds::Nothing);
        }
        Ok(())
    }

    fn run(&mut self) -> Result<(), Fault> {
        Ok(self.device.start()?)
    }

    fn allow_dma(&mut self) -> Result<(), Fault> {
        Ok(self.device.allow_dma()?)
    }

    fn pending(&mut self) -> Result<u64, Fault> {
        self.device.alive()?;
        if !self.precopying() {
            return Ok(self.buffer.unread() as u64);
        }
        let affordable = self.budget >= LENGTH;
        Ok(if affordable {
            self.device.changed() as u64
        } else {
            0
        })
    }

    fn acknowledge(&mut self) -> Result<u64, Fault> {
        self.pending()
    }

    fn next_segment(&mut self) -> Result<u64, Fault> {
        if self.pending()? == 0 {
            return Err(Fault::NoData);
        }
        if self.precopying() {
            self.fill_precopy_segment();
        }
        if self.buffer.advance() {
            Ok(DATA_START)
        } else {
            Err(Fault::NoData)
        }
    }

    fn segment_offset(&mut self) -> Result<u64, Fault> {
        Ok(DATA_START)
    }

    fn segment_size(&mut self) -> Result<u64, Fault> {
        Ok(self.buffer.current().len() as u64)
    }

    fn read_segment(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Fault> {
        let at = within_segment(offset)?;
        let bytes = self
            .buffer
            .current()
            .get(at..at + into.len())
            .ok_or(Fault::OutOfRange)?;
        into.copy_from_slice(bytes);
        Ok(())
    }

    fn offer(&mut self) -> Result<u64, Fault> {
        Ok(DATA_START)
    }

    fn write_segment(&mut self, offset: u64, from: &[u8]) -> Result<(), Fault> {
        let at = within_segment(offset)?;
        if self.buffer.committed() + at + from.len() > self.max_state_bytes() {
            return Err(Fault::StreamTooLong);
        }
        self.buffer.write(at, from);
        Ok(())
    }

    fn commit(&mut self, value: u64) -> Result<(), Fault> {
        let len = usize::try_from(value).map_err(|_| Fault::OutOfRange)?;
        if self.buffer.committed() + len > self.max_state_bytes() {
            return Err(Fault::StreamTooLong);
        }
        self.buffer.commit(len);
        Ok(())
    }

    fn reset(&mut self, _: DeviceState) {
        self.device.reset();
        self.buffer.clear(Holds::Nothing);
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.device.silence();
        self.buffer.clear(Holds::Nothing);
    }

    fn settle(&mut self, state: DeviceState) {
        if !state.logs_changes() {
            self.device.stop_log();
            let left = !state.stream_is_final() && self.buffer.holds() == Holds::Outgoing;
            if left {
                self.buffer.clear(Holds::Nothing);
            }
        }
    }
}
