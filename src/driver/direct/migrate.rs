//! The driver's answers to actions, callbacks and events.

use std::ops::Range;

use super::manifest::{self, PAGE, Resume};
use super::{Direct, ID, MANIFEST, MEMORY, Save};
use crate::driver::stream::{Sender, VERSION};
use crate::v1::{Capabilities, Description, DeviceState, Driver, Fault};

impl Direct {
    /// The manifest and the slices.
    fn segments(&self) -> usize {
        1 + self.slices.count()
    }

    fn max_state_bytes(&self) -> usize {
        manifest::len(self.slices) + self.device.memory().len()
    }

    fn save(&mut self) -> Result<&mut Save, Fault> {
        self.save.as_mut().ok_or(Fault::NoData)
    }

    fn resume(&mut self) -> Result<&mut Resume, Fault> {
        self.resume.as_mut().ok_or(Fault::OutOfOrder)
    }

    /// The segment in hand while saving.
    fn current(&mut self) -> Result<usize, Fault> {
        self.save()?.given.checked_sub(1).ok_or(Fault::NoData)
    }
}

/// The part of the device's memory that bytes of the region are; `None` for the manifest.
fn memory_range(offset: u64, len: usize) -> Option<Range<usize>> {
    let start = usize::try_from(offset.checked_sub(MEMORY)?).ok()?;
    Some(start..start.checked_add(len)?)
}

impl Driver for Direct {
    fn capabilities(&self) -> Capabilities {
        Capabilities::NDMA.with(Capabilities::MMAP)
    }

    fn describe(&self) -> Description {
        Description {
            ndma: true,
            ndma_in_software: false,
            quiet_mmio: false,
            precopy: false,
            page_requests: false,
            control_in_function: false,
            stream_version: VERSION.into(),
            max_state_bytes: self.max_state_bytes() as u64,
        }
    }

    /// Nothing is logged: this stream is empty until the device is stopped.
    fn start_precopy(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.save = None;
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
        let session = self.sessions.next_session();
        let manifest = manifest::write(&self.device, self.slices, &mut Sender::new(ID, session));
        self.save = Some(Save { manifest, given: 0 });
        Ok(())
    }

    fn open_resume(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        self.resume = Some(Resume::default());
        Ok(())
    }

    /// The data are in the device; what is left is to know that none is missing.
    fn load(&mut self) -> Result<(), Fault> {
        self.device.alive()?;
        if !self
            .resume
            .as_ref()
            .is_some_and(|resume| resume.complete(self.slices))
        {
            return Err(Fault::InvalidStream);
        }
        self.device.begin_load()?;
        self.resume = None;
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
        let Some(save) = &self.save else { return Ok(0) };
        let given = save.given;
        let manifest = if given == 0 { save.manifest.len() } else { 0 };
        let slices =
            (given.max(1)..self.segments()).filter_map(|segment| self.slices.get(segment - 1));
        Ok((manifest + slices.map(|range| range.len()).sum::<usize>()) as u64)
    }

    fn acknowledge(&mut self) -> Result<u64, Fault> {
        self.pending()
    }

    fn next_segment(&mut self) -> Result<u64, Fault> {
        self.device.alive()?;
        let next = self.save()?.given;
        let place = self.place(next).ok_or(Fault::NoData)?;
        self.save()?.given += 1;
        Ok(place)
    }

    fn segment_offset(&mut self) -> Result<u64, Fault> {
        let current = self.current()?;
        self.place(current).ok_or(Fault::NoData)
    }

    fn segment_size(&mut self) -> Result<u64, Fault> {
        let current = self.current()?;
        let len = match current.checked_sub(1) {
            None => self.save()?.manifest.len(),
            Some(slice) => self.slices.get(slice).ok_or(Fault::NoData)?.len(),
        };
        Ok(len as u64)
    }

    fn read_segment(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Fault> {
        let bytes = match memory_range(offset, into.len()) {
            Some(range) => self.device.memory().get(range),
            None => {
                let at = usize::try_from(offset.saturating_sub(MANIFEST))
                    .map_err(|_| Fault::OutOfRange)?;
                self.save()?.manifest.get(at..at + into.len())
            }
        };
        into.copy_from_slice(bytes.ok_or(Fault::OutOfRange)?);
        Ok(())
    }

    fn offer(&mut self) -> Result<u64, Fault> {
        let next = self.resume()?.taken;
        // After the last slice nothing can follow; what comes all the same is refused for its length, or in the load.
        let place = self.place(next).unwrap_or(MANIFEST);
        self.resume()?.offered = place;
        Ok(place)
    }

    fn write_segment(&mut self, offset: u64, from: &[u8]) -> Result<(), Fault> {
        self.device.alive()?;
        let max = self.max_state_bytes();
        let resume = self.resume()?;
        if resume.bytes as u64 + offset.saturating_sub(resume.offered) + from.len() as u64
            > max as u64
        {
            return Err(Fault::StreamTooLong);
        }
        let below =
            usize::try_from(MEMORY.saturating_sub(offset)).map_err(|_| Fault::OutOfRange)?;
        let (page, memory) = from.split_at(below.min(from.len()));
        if !page.is_empty() {
            let at = PAGE - below;
            self.resume()?.page[at..at + page.len()].copy_from_slice(page);
        }
        if !memory.is_empty() {
            let range = memory_range(offset.max(MEMORY), memory.len()).ok_or(Fault::OutOfRange)?;
            self.device
                .memory_mut()
                .get_mut(range)
                .ok_or(Fault::OutOfRange)?
                .copy_from_slice(memory);
        }
        Ok(())
    }

    fn commit(&mut self, value: u64) -> Result<(), Fault> {
        self.device.alive()?;
        let len = usize::try_from(value).map_err(|_| Fault::OutOfRange)?;
        let max = self.max_state_bytes();
        let slices = self.slices;
        let Some(resume) = &mut self.resume else {
            return Err(Fault::OutOfOrder);
        };
        if resume.bytes + len > max {
            return Err(Fault::StreamTooLong);
        }
        resume.take(&mut self.device, slices, len);
        Ok(())
    }

    fn reset(&mut self, _: DeviceState) {
        self.device.reset();
        self.save = None;
        self.resume = None;
    }

    fn enter_error(&mut self, _: DeviceState) {
        self.device.silence();
        self.save = None;
        self.resume = None;
    }

    fn settle(&mut self, state: DeviceState) {
        if !state.stream_is_final() {
            self.save = None;
        }
    }
}
