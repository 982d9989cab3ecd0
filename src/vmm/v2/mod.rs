//! Flows of v2: requests, sessions, P2P.

mod slot;

pub use slot::Slot;

use std::format;
use std::vec::Vec;

use super::edition::{Attached, Edition, Step, Target, follows, named};
use super::{Failure, Memory, Plan, VirtualMachine};
use crate::driver::Model;
use crate::v2::{self, Capabilities, DeviceState, Fault, Flow};

/// A virtual machine on one host whose devices are migrated as v2 says.
pub type Vmm = VirtualMachine<V2>;

/// The edition v2.
#[derive(Clone, Copy, Debug)]
pub enum V2 {}

impl Edition for V2 {
    named! {
        v2,
        work(vm) {
            Precopy => {
                vm.precopy()?;
                vm.estimate()?;
            },
        },
        inject(vm, slot) {
            LoadFails => vm.trouble(slot).refuse_load = true,
            StreamTruncated => vm.transfer.spoil(slot, cut_tail),
            StreamFlipped => vm.transfer.spoil(slot, |bytes| flip_bit(bytes)),
            StreamReplayed => vm.transfer.spoil(slot, |bytes| bytes.extend_from_within(..)),
            StreamOverlong => vm.transfer.spoil(slot, |bytes| bytes.extend([0xa5; 48])),
        }
    }

    type Slot = Slot;

    const GRACE: &'static str = "p2p";
    const SETTLES_PAGES: bool = false;

    /// A device says nothing of this here; user space has to know it.
    fn may_ask_for_pages(slot: &Slot) -> bool {
        slot.hardware().hardware().page_requests
    }

    /// A device that has no P2P states is kept out of P2P.
    fn reaches(vm: &VirtualMachine<Self>, from: usize, to: usize) -> bool {
        let both = |slot: usize| vm.slots[slot].has(Capabilities::P2P);
        vm.p2p && vm.policy.p2p && both(from) && both(to)
    }

    /// A device without pre-copy runs where others are in pre-copy; one without P2P runs where others go quiet.
    fn own(slot: &Slot, state: DeviceState) -> Option<DeviceState> {
        let pre_copy = slot.has(Capabilities::PRE_COPY);
        let state = match state {
            DeviceState::PRE_COPY if !pre_copy => DeviceState::RUNNING,
            DeviceState::PRE_COPY_P2P if !pre_copy => DeviceState::RUNNING_P2P,
            state => state,
        };
        Some(match state {
            DeviceState::RUNNING_P2P if !slot.has(Capabilities::P2P) => DeviceState::RUNNING,
            DeviceState::PRE_COPY_P2P if !slot.has(Capabilities::P2P) => DeviceState::PRE_COPY,
            state => state,
        })
    }

    fn serves_vcpus(state: DeviceState) -> bool {
        state.may_dma_anywhere()
    }
}

fn cut_tail(bytes: &mut Vec<u8>) {
    bytes.pop();
}

fn flip_bit(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 0x10;
    }
}

follows!(V2, v2);

impl VirtualMachine<V2> {
    /// Follows the flow from its first step to its last.
    ///
    /// # Errors
    /// A step did not go as the flow says.
    pub fn run(&mut self, flow: &Flow) -> Result<(), Failure> {
        self.follow(flow)
    }

    /// Whether a flow is meant for this device: it has what the flow needs, and nothing that it must not have.
    pub fn qualifies(flow: &Flow, model: Model) -> bool {
        let capabilities = model.driver_v2(0, Memory::new(0).port()).capabilities();
        let has = |name: &&str| {
            Capabilities::named(name).is_some_and(|capability| capabilities.contains(capability))
        };
        flow.needs.iter().all(has) && !flow.lacks.iter().any(has)
    }

    /// Asks each device how much there is to read before it is stopped.
    fn estimate(&mut self) -> Result<(), Fault> {
        for slot in &mut self.slots {
            if let Some((initial, dirty)) = slot.estimate(&mut self.log)? {
                let label = &slot.label;
                self.log
                    .note(format!("{label}: initial {initial}, dirty {dirty}"));
            }
        }
        Ok(())
    }
}
