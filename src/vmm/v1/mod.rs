//! Flows of v1: the region, NDMA, page requests.

mod domain;
mod slot;

pub use domain::Domain;
pub use slot::Slot;

use super::edition::{Amount, Attached, Edition, Step, Target, follows, named};
use super::{Failure, Log, Memory, Plan, Stream, VirtualMachine};
use crate::driver::{Device, Function, Model};
use crate::v1::{self, DeviceState, Driver, Fault, Flow, Work};
use std::format;
use std::string::String;
use std::vec::Vec;

/// A virtual machine on one host whose devices are migrated as v1 says.
pub type Vmm = VirtualMachine<V1>;

/// The edition v1.
#[derive(Clone, Copy, Debug)]
pub enum V1 {}

impl Edition for V1 {
    named! {
        v1,
        work(vm) {
            Precopy => vm.precopy()?,
            SettlePageRequests => vm.settle_page_requests(),
        },
        inject(vm, slot) {
            LoadFails => vm.trouble(slot).load = true,
            StreamTruncated => vm.transfer.cut_last_segment(slot),
            StreamFlipped => vm.transfer.flip_bit(slot),
        }
    }

    type Slot = Slot;

    const GRACE: &'static str = "ndma";
    const SETTLES_PAGES: bool = true;

    fn may_ask_for_pages(slot: &Slot) -> bool {
        let description = slot.region.driver().describe();
        description.page_requests && !description.no_page_requests()
    }

    fn reaches(vm: &VirtualMachine<Self>, from: usize, to: usize) -> bool {
        vm.maps(vm.domain(from), to)
    }

    /// A device without NDMA is in the same state without the bit.
    fn own(slot: &Slot, state: DeviceState) -> Option<DeviceState> {
        let past = state.contains(DeviceState::NDMA) && !slot.region.driver().describe().ndma;
        Some(if past {
            state.without(DeviceState::NDMA)
        } else {
            state
        })
    }

    /// A device that may assume quiet MMIO must be out of the reach of all others.
    fn may_request(
        vm: &VirtualMachine<Self>,
        slot: usize,
        state: DeviceState,
    ) -> Result<(), String> {
        match vm
            .reachable_from(slot)
            .filter(|_| state.may_assume_quiet_mmio())
        {
            None => Ok(()),
            Some(from) => {
                let [from, to] = [from, slot].map(|slot| &vm.slots[slot].label);
                Err(format!("{from} can touch {to}, which goes to {state}"))
            }
        }
    }

    fn serves_vcpus(state: DeviceState) -> bool {
        state.contains(DeviceState::RUNNING)
    }
}

impl Attached<V1> for Slot {
    fn open(model: Model, number: usize, seed: u32, memory: &Memory) -> Self {
        Self::new(model, number, seed, memory)
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn model(&self) -> Model {
        self.model
    }

    fn offers(&self, feature: &str) -> bool {
        self.region
            .driver()
            .describe()
            .flag(feature)
            .unwrap_or(false)
    }

    fn place(&self) -> usize {
        self.place
    }

    fn state(&self) -> DeviceState {
        self.region.state()
    }

    fn hardware(&self) -> &Device {
        self.region.driver().device()
    }

    fn function(&mut self) -> &mut dyn Function {
        self.region.driver_mut()
    }

    fn loaded(&self) -> Option<&[u8]> {
        self.loaded.as_deref()
    }

    fn forget_load(&mut self) {
        self.loaded = None;
    }

    fn request(
        &mut self,
        state: DeviceState,
        stream: &mut Stream,
        log: &mut Log,
    ) -> Result<(), Fault> {
        let before = self.region.state();
        self.write_state(state, log)?;
        if state.contains(DeviceState::SAVING) && !before.contains(DeviceState::SAVING) {
            stream.begin();
        }
        Ok(())
    }

    fn reset(&mut self, log: &mut Log) {
        self.reset_region(log);
    }

    /// Rounds of the window's protocol, until nothing is pending or enough segments are read.
    fn read(&mut self, amount: Amount, stream: &mut Stream, log: &mut Log) -> Result<(), Fault> {
        let limit = match amount {
            Amount::Part => 1,
            Amount::UpTo(limit) => limit,
            Amount::Whole => u64::MAX,
        };
        let before = stream.bytes();
        while self.pending(log)? && stream.bytes() - before < limit {
            self.fetch(stream, log)?;
        }
        Ok(())
    }

    /// What is pending tells only whether there is something; how much may come in all, the description tells.
    fn left(&mut self, stream: &Stream, log: &mut Log) -> Result<(u64, u64), Fault> {
        let longest = self.region.driver().describe().max_state_bytes;
        let saving = self.region.state().contains(DeviceState::SAVING);
        let pending = saving && self.pending(log)?;
        let read = if saving { stream.bytes() } else { 0 };
        Ok((pending.into(), longest.saturating_sub(read)))
    }

    fn load(&mut self, amount: Amount, segments: &[Vec<u8>], log: &mut Log) -> Result<(), Fault> {
        let limit = if amount == Amount::Part {
            1
        } else {
            usize::MAX
        };
        segments
            .iter()
            .take(limit)
            .try_for_each(|segment| self.put(segment, log))
    }
}

follows!(V1, v1);

impl VirtualMachine<V1> {
    /// Follows the flow from its first step to its last. Devices are set up for page requests only where the flow
    /// settles them.
    ///
    /// # Errors
    /// A step did not go as the flow says.
    pub fn run(&mut self, flow: &Flow) -> Result<(), Failure> {
        let mut steps = flow.steps.iter();
        self.policy.page_requests = steps.any(|step| step.work.contains(&Work::SettlePageRequests));
        self.p2p &= flow.needs.contains(&"ndma");
        self.follow(flow)
    }

    /// Whether a flow is meant for this device: it has what the flow needs, and nothing that it must not have.
    pub fn qualifies(flow: &Flow, model: Model) -> bool {
        let description = model.driver(0, Memory::new(0).port()).describe();
        let has = |name: &&str| description.flag(name).unwrap_or(false);
        flow.needs.iter().all(has) && !flow.lacks.iter().any(has)
    }
}
