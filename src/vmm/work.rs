//! What the VMM does in a step, as far as it is the same in both editions.

use std::format;

use super::edition::{Amount, Attached, Edition};
use super::{PeerUse, VirtualMachine};
use crate::driver::device::Trouble;

impl<E: Edition> VirtualMachine<E> {
    /// What goes wrong with a device.
    pub(super) fn trouble(&mut self, slot: usize) -> &mut Trouble {
        self.slots[slot].function().device_mut().trouble()
    }

    pub(super) fn read_streams(&mut self, amount: Amount) -> Result<(), E::Fault> {
        for (slot, stream) in self.slots.iter_mut().zip(&mut self.transfer.streams) {
            slot.read(amount, stream, &mut self.log)?;
        }
        Ok(())
    }

    pub(super) fn load(&mut self, amount: Amount) -> Result<(), E::Fault> {
        for (slot, stream) in self.slots.iter_mut().zip(&mut self.transfer.streams) {
            slot.load(amount, &stream.arriving(), &mut self.log)?;
        }
        Ok(())
    }

    pub(super) fn run_guest(&mut self) {
        let (asked, answered) = (0..3).fold((0, 0), |(asked, answered), _| {
            let (more, done) = self.let_guest_work(true);
            (asked + more, answered + done)
        });
        self.log
            .note(format!("guest: asks {asked}, gets {answered}"));
    }

    /// The guest asks for a little, the devices have some time, the guest looks. Page requests are completed at
    /// once if `settle` says so; otherwise they stay outstanding.
    pub(super) fn let_guest_work(&mut self, settle: bool) -> (usize, usize) {
        let mut asked = 0;
        for (number, slot) in self.slots.iter_mut().enumerate() {
            asked += self.guest.ask(number, slot.function(), &self.memory, 2);
        }
        for _ in 0..24 {
            for slot in 0..self.slots.len() {
                self.moment(slot);
            }
            if settle {
                self.complete_page_requests();
            }
        }
        let answered = (0..self.slots.len())
            .map(|number| self.guest.collect(number, &self.memory))
            .sum();
        self.leave_work_behind();
        (asked, answered)
    }

    /// A guest that makes devices write to each other gives them enough to be busy while the VMM quiets them.
    fn leave_work_behind(&mut self) {
        if self.guest.peers == PeerUse::Nothing {
            return;
        }
        for (number, slot) in self.slots.iter_mut().enumerate() {
            self.guest.ask(number, slot.function(), &self.memory, 12);
        }
    }

    pub(super) fn stream_memory(&mut self) {
        let pages = self.memory.pages();
        self.send_pages(0..pages);
        self.log.note(format!("memory: all {pages} pages"));
    }

    pub(super) fn copy_dirty_memory(&mut self) {
        self.sync_dirty_log();
        let dirty = std::mem::take(&mut self.owed);
        self.log
            .note(format!("memory: {} dirty pages", dirty.len()));
        self.send_pages(dirty);
    }

    /// Looks at the dirty log: what it names is to be sent.
    pub(super) fn sync_dirty_log(&mut self) {
        self.owed.extend(self.memory.take_dirty());
    }

    fn send_pages(&mut self, pages: impl IntoIterator<Item = usize>) {
        for page in pages {
            self.transfer.pages.insert(page, self.memory.page(page));
        }
    }

    /// What is pending, the guest meanwhile at work, then what has become pending since.
    pub(super) fn precopy(&mut self) -> Result<(), E::Fault> {
        let now = Amount::UpTo(self.policy.convergence.at_once);
        self.read_streams(now)?;
        if self.vcpus {
            let (asked, answered) = self.let_guest_work(false);
            self.log
                .note(format!("guest: asks {asked}, gets {answered}"));
        }
        self.read_streams(now)
    }

    /// The guest does not know that its devices are quiet: it goes on asking. Then it provides the pages.
    pub(super) fn settle_page_requests(&mut self) {
        let (asked, answered) = self.let_guest_work(false);
        let settled = self.complete_page_requests();
        self.closed = true;
        self.log.note(format!(
            "guest: asks {asked}, gets {answered}; page requests: {settled}"
        ));
    }

    /// Later, if a device may still do DMA: one without NDMA that has to be stopped first.
    pub(super) fn snapshot_dirty_log(&mut self) {
        self.snapshot_due = self.slots.iter().any(|slot| !E::dma_quiet(slot.state()));
        if self.snapshot_due {
            self.log.note("dirty log: waits for a device without NDMA");
            return;
        }
        self.sync_dirty_log();
        let dirty = std::mem::take(&mut self.owed);
        self.log.note(format!(
            "dirty log: {} pages, for the last time",
            dirty.len()
        ));
        self.last_dirty.extend(dirty);
    }

    pub(super) fn copy_final_memory(&mut self) {
        let pages = std::mem::take(&mut self.last_dirty);
        self.log.note(format!("memory: {} last pages", pages.len()));
        self.send_pages(pages);
    }

    /// Reads every stream to its end; what else travels is fixed by then.
    pub(super) fn drain(&mut self) -> Result<(), E::Fault> {
        self.read_streams(Amount::Whole)?;
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

    pub(super) fn receive_memory(&mut self) {
        let last = self.transfer.pages.keys().next_back();
        self.memory.grow(last.map_or(0, |last| last + 1));
        for (page, bytes) in &self.transfer.pages {
            self.memory.set_page(*page, bytes);
        }
        self.log.note(format!(
            "memory: receives {} pages",
            self.transfer.pages.len()
        ));
    }

    pub(super) fn restore_config(&mut self) {
        for (slot, permitted) in self.slots.iter_mut().zip(&self.transfer.interrupts) {
            slot.function().device_mut().permit_interrupts(*permitted);
        }
        self.log.note("interrupts: set up as they were");
    }

    /// Whether every device runs, as the vCPUs need it.
    pub(super) fn all_running(&self) -> bool {
        self.slots.iter().all(|slot| E::serves_vcpus(slot.state()))
    }
}
