//! Page requests: a device waits for a page that a vCPU must bring.

use super::edition::{Attached, Edition};
use super::{Refused, VirtualMachine};

/// Requests for pages, over all devices so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageRequests {
    /// That wait for a vCPU now.
    pub outstanding: usize,
    /// That a vCPU has completed.
    pub completed: u64,
    /// That were outstanding when their device entered the final state of saving: nobody will answer them.
    pub lost: u64,
}

impl<E: Edition> VirtualMachine<E> {
    /// What became of page requests.
    pub fn page_requests(&self) -> PageRequests {
        PageRequests {
            outstanding: self.pages_wanted.len(),
            ..self.pages
        }
    }

    /// Sets up for page requests whom the policy and the edition let ask; nobody else asks.
    pub(super) fn set_up_page_requests(&mut self) {
        let wanted = self.policy.page_requests;
        self.guest.page_requests = wanted;
        for slot in &mut self.slots {
            let asks = wanted && E::may_ask_for_pages(slot);
            slot.function().device_mut().permit_page_requests(asks);
        }
    }

    /// A device that is set up for page requests, where none may be that is to be migrated.
    pub(super) fn admit_page_requests(&self) -> Result<(), Refused> {
        let asks = |slot: &E::Slot| slot.hardware().page_requests_permitted();
        match self.slots.iter().position(asks) {
            Some(slot) if !E::SETTLES_PAGES => Err(Refused::PageRequests(slot)),
            _ => Ok(()),
        }
    }

    /// The vIOMMU learns of what a device asks for.
    pub(super) fn note_page_request(&mut self, slot: usize) {
        if let Some(address) = self.slots[slot].hardware().page_request() {
            self.pages_wanted.insert(self.slots[slot].place(), address);
        }
    }

    /// The vCPUs, if they run, bring every page that was asked for. Gives how many.
    pub fn complete_page_requests(&mut self) -> usize {
        if !self.vcpus {
            return 0;
        }
        let wanted = std::mem::take(&mut self.pages_wanted);
        for slot in &mut self.slots {
            if wanted.contains_key(&slot.place()) {
                slot.function().device_mut().answer_page_request();
            }
        }
        self.pages.completed += wanted.len() as u64;
        wanted.len()
    }

    /// A device is gone, or has forgotten everything: it waits for nothing.
    pub(super) fn drop_page_request(&mut self, place: usize) {
        self.pages_wanted.remove(&place);
    }

    /// A device is in a new state. What it asked for before is lost, if it never runs here again.
    pub(super) fn note_lost_pages(&mut self, slot: usize) {
        let outstanding = self.pages_wanted.contains_key(&self.slots[slot].place());
        if outstanding && E::saves_for_good(self.slots[slot].state()) {
            self.pages.lost += 1;
        }
    }
}
