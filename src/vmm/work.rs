//! What the VMM does in a step. A new row of the book's table does not compile until it is done here.

use std::format;

use super::Vmm;
use crate::v1::{DeviceState, Fault, Work};

/// Segments after which pre-copy goes on to the next step, though more may come.
const ENOUGH: usize = 8;

impl Vmm {
    pub(super) fn work(&mut self, work: Work) -> Result<(), Fault> {
        match work {
            Work::RunGuest => self.run_guest(),
            Work::StreamMemory => self.stream_memory(),
            Work::Precopy => self.precopy()?,
            Work::CopyDirtyMemory => self.copy_dirty_memory(),
            Work::SettlePageRequests => self.settle_page_requests(),
            Work::SnapshotDirtyLog => self.snapshot_dirty_log(),
            Work::CopyFinalMemory => self.copy_final_memory(),
            Work::Drain => self.drain()?,
            Work::DrainPartly => self.each_slot(|vmm, slot| vmm.read_segments(slot, 1))?,
            Work::ReceiveMemory => self.receive_memory(),
            Work::Load => self.each_slot(|vmm, slot| vmm.load(slot, usize::MAX))?,
            Work::LoadPartly => self.each_slot(|vmm, slot| vmm.load(slot, 1))?,
            Work::RestoreConfig => self.restore_config(),
        }
        Ok(())
    }

    fn each_slot(
        &mut self,
        mut act: impl FnMut(&mut Self, usize) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        (0..self.slots.len()).try_for_each(|slot| act(self, slot))
    }

    fn run_guest(&mut self) {
        let (asked, answered) = (0..3).fold((0, 0), |(asked, answered), _| {
            let (more, done) = self.let_guest_work(true);
            (asked + more, answered + done)
        });
        self.log
            .note(format!("guest: asks {asked}, gets {answered}"));
    }

    /// The guest asks for a little, the devices have some time, the guest looks. Page requests are answered at once
    /// if `settle` says so; otherwise they stay open.
    pub(super) fn let_guest_work(&mut self, settle: bool) -> (usize, usize) {
        let mut asked = 0;
        for (number, slot) in self.slots.iter_mut().enumerate() {
            asked += self
                .guest
                .ask(number, slot.region.driver_mut(), &self.memory, 2);
        }
        for _ in 0..24 {
            for slot in &mut self.slots {
                let device = slot.function().device_mut();
                device.run();
                if settle {
                    device.answer_page_request();
                }
            }
        }
        let answered = (0..self.slots.len())
            .map(|number| self.guest.collect(number, &self.memory))
            .sum();
        (asked, answered)
    }

    fn stream_memory(&mut self) {
        let pages = self.memory.pages();
        self.send_pages(0..pages);
        self.log.note(format!("memory: all {pages} pages"));
    }

    fn copy_dirty_memory(&mut self) {
        let dirty = self.memory.take_dirty();
        self.log
            .note(format!("memory: {} dirty pages", dirty.len()));
        self.send_pages(dirty);
    }

    fn send_pages(&mut self, pages: impl IntoIterator<Item = usize>) {
        for page in pages {
            self.transfer.pages.insert(page, self.memory.page(page));
        }
    }

    /// What is pending, the guest meanwhile at work, then what has become pending since.
    fn precopy(&mut self) -> Result<(), Fault> {
        self.each_slot(|vmm, slot| vmm.read_segments(slot, ENOUGH))?;
        if self.vcpus {
            let (asked, answered) = self.let_guest_work(false);
            self.log
                .note(format!("guest: asks {asked}, gets {answered}"));
        }
        self.each_slot(|vmm, slot| vmm.read_segments(slot, ENOUGH))
    }

    /// The guest does not know that its devices are quiet: it goes on asking. Then it provides the pages.
    fn settle_page_requests(&mut self) {
        let (asked, answered) = self.let_guest_work(false);
        let mut settled = 0;
        for slot in &mut self.slots {
            let device = slot.function().device_mut();
            settled += usize::from(device.page_request().is_some());
            device.answer_page_request();
        }
        self.log.note(format!(
            "guest: asks {asked}, gets {answered}; page requests: {settled}"
        ));
    }

    /// Later, if a device may still do DMA: one without NDMA that has to be stopped first.
    pub(super) fn snapshot_dirty_log(&mut self) {
        self.snapshot_due = self
            .slots
            .iter()
            .any(|slot| !slot.region.state().dma_quiet());
        if self.snapshot_due {
            self.log.note("dirty log: waits for a device without NDMA");
            return;
        }
        let dirty = self.memory.take_dirty();
        self.log.note(format!(
            "dirty log: {} pages, for the last time",
            dirty.len()
        ));
        self.last_dirty.extend(dirty);
    }

    fn copy_final_memory(&mut self) {
        let pages = std::mem::take(&mut self.last_dirty);
        self.log.note(format!("memory: {} last pages", pages.len()));
        self.send_pages(pages);
    }

    /// Reads every stream to its end; what else travels is fixed by then.
    fn drain(&mut self) -> Result<(), Fault> {
        self.each_slot(|vmm, slot| vmm.read_segments(slot, usize::MAX))?;
        if self.transfer.pages.is_empty() {
            self.stream_memory();
        }
        self.transfer.guest = self.guest.clone();
        for (number, slot) in self.slots.iter_mut().enumerate() {
            self.transfer.images[number] = slot.function().image();
            self.transfer.interrupts[number] = slot.function().device().interrupts_permitted();
        }
        Ok(())
    }

    /// Rounds of the window's protocol, until nothing is pending or `limit` segments are read.
    fn read_segments(&mut self, slot: usize, limit: usize) -> Result<(), Fault> {
        let stream = &mut self.transfer.streams[slot];
        let mut left = limit;
        while self.slots[slot].pending(&mut self.log)? && left > 0 {
            self.slots[slot].fetch(stream, &mut self.log)?;
            left -= 1;
        }
        Ok(())
    }

    fn receive_memory(&mut self) {
        for (page, bytes) in &self.transfer.pages {
            self.memory.set_page(*page, bytes);
        }
        self.log.note(format!(
            "memory: receives {} pages",
            self.transfer.pages.len()
        ));
    }

    fn load(&mut self, slot: usize, limit: usize) -> Result<(), Fault> {
        let segments = self.transfer.streams[slot].last();
        for segment in segments.iter().take(limit) {
            self.slots[slot].put(segment, &mut self.log)?;
        }
        Ok(())
    }

    fn restore_config(&mut self) {
        for (slot, permitted) in self.slots.iter_mut().zip(&self.transfer.interrupts) {
            slot.function().device_mut().permit_interrupts(*permitted);
        }
        self.log.note("interrupts: set up as they were");
    }

    /// Whether every device runs, as the vCPUs need it.
    pub(super) fn all_running(&self) -> bool {
        self.slots
            .iter()
            .all(|slot| slot.region.state().contains(DeviceState::RUNNING))
    }
}
