//! Follows a flow.

use std::format;
use std::string::String;

use super::Vmm;
use crate::v1::{DeviceState, Driver, Fault, Flow, Injection, Side, Step, Target, Work};

/// A flow that did not go as the book says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number of the step.
    pub step: u32,
    /// What was expected, and what happened.
    pub text: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "step {}: {}", self.step, self.text)
    }
}

impl std::error::Error for Failure {}

impl Vmm {
    /// Follows the flow from its first step to its last.
    ///
    /// # Errors
    /// A step did not go as the flow says.
    pub fn run(&mut self, flow: &Flow) -> Result<(), Failure> {
        self.guest.page_requests = self.may_request_pages(flow);
        self.p2p &= flow.needs.contains(&"ndma");
        for step in flow.steps {
            self.step(flow.side, step).map_err(|text| Failure {
                step: step.number,
                text,
            })?;
        }
        Ok(())
    }

    /// After a failure, at the source: what is in error is reset, all others go back to where they came from.
    pub fn go_back(&mut self) {
        self.vcpus = false;
        self.snapshot_due = false;
        self.memory.track(false);
        self.log.step("goes back");
        // All answer before any may touch another.
        for state in [
            DeviceState::INITIAL | DeviceState::NDMA,
            DeviceState::INITIAL,
        ] {
            for slot in 0..self.slots.len() {
                let reads = self.slots[slot].region.state();
                let there = self.leaves_out(slot, state) || reads == DeviceState::INITIAL;
                let failed = !there && !reads.error() && self.write_state(slot, state).is_err();
                if reads.error() || failed {
                    self.reset(slot);
                }
            }
        }
    }

    /// The vIOMMU asks the guest for pages only where the flow settles such requests, for devices that can
    /// be quieted meanwhile.
    fn may_request_pages(&self, flow: &Flow) -> bool {
        let settles = flow
            .steps
            .iter()
            .any(|step| step.work.contains(&Work::SettlePageRequests));
        settles
            && self
                .slots
                .iter()
                .all(|slot| !slot.region.driver().describe().no_page_requests())
    }

    /// Conditions that quiet the machine come before the devices' states, those that wake it after them.
    fn step(&mut self, side: Side, step: &Step) -> Result<(), String> {
        self.announce(step);
        if !step.vcpu_running {
            self.vcpus = false;
        }
        if step.dirty_tracking && !self.memory.tracking() {
            self.memory.track(true);
        }
        self.inject(step.injection);
        self.bring_devices(step)?;
        if self.snapshot_due {
            self.snapshot_dirty_log();
        }
        if step.vcpu_running {
            self.let_vcpus_run(side)?;
        }
        for work in step.work {
            self.check_legal(*work, step)?;
            self.work(*work)
                .map_err(|fault| format!("{work} failed with {fault}"))?;
        }
        self.check_barrier(step)?;
        // The log may be needed until the work of this step is done.
        if !step.dirty_tracking && self.memory.tracking() {
            self.memory.track(false);
        }
        Ok(())
    }

    fn announce(&mut self, step: &Step) {
        let target = match step.target {
            Target::State(state) => format!("{state}"),
            Target::Write(state) => format!("write {state}"),
            Target::Reset => String::from("reset"),
            Target::Reads(state) => format!("reads {state}"),
        };
        let vcpus = if step.vcpu_running { "run" } else { "stopped" };
        let tracking = if step.dirty_tracking { "on" } else { "off" };
        let failure = step
            .injection
            .map(|injection| format!(", {injection}"))
            .unwrap_or_default();
        self.log.step(format!(
            "{} {target}, vCPUs {vcpus}, dirty tracking {tracking}{failure}",
            step.number
        ));
    }

    /// Every device, in the state of the step.
    fn bring_devices(&mut self, step: &Step) -> Result<(), String> {
        for slot in 0..self.slots.len() {
            let before = self.slots[slot].region.state();
            let result = match step.target {
                Target::State(state) if self.leaves_out(slot, state) || before == state => Ok(()),
                Target::State(state) | Target::Write(state) => {
                    self.check_reach(slot, state)?;
                    self.write_state(slot, state)
                }
                Target::Reset => {
                    self.reset(slot);
                    Ok(())
                }
                Target::Reads(state) if before == state => Ok(()),
                Target::Reads(state) => {
                    return Err(format!("device_state reads {before}, not {state}"));
                }
            };
            self.check_result(result, step.result)?;
        }
        Ok(())
    }

    /// A device that may assume quiet MMIO must be out of the reach of all others.
    fn check_reach(&self, slot: usize, state: DeviceState) -> Result<(), String> {
        match self
            .reachable_from(slot)
            .filter(|_| state.may_assume_quiet_mmio())
        {
            None => Ok(()),
            Some(from) => {
                let [from, to] = [from, slot].map(|slot| &self.slots[slot].label);
                Err(format!("{from} can touch {to}, which goes to {state}"))
            }
        }
    }

    /// A device without NDMA goes past the states with it.
    fn leaves_out(&self, slot: usize, state: DeviceState) -> bool {
        state.contains(DeviceState::NDMA) && !self.slots[slot].region.driver().describe().ndma
    }

    fn write_state(&mut self, slot: usize, state: DeviceState) -> Result<(), Fault> {
        let device = &mut self.slots[slot];
        let before = device.region.state();
        device.write_state(state, &mut self.log)?;
        if state.contains(DeviceState::SAVING) && !before.contains(DeviceState::SAVING) {
            self.transfer.streams[slot].begin();
        }
        Ok(())
    }

    fn reset(&mut self, slot: usize) {
        self.slots[slot].reset(&mut self.log);
        self.guest.device_was_reset(slot);
    }

    fn check_result(&self, got: Result<(), Fault>, expected: Option<Fault>) -> Result<(), String> {
        match (got, expected) {
            (Ok(()), None) => Ok(()),
            (Err(fault), Some(expected)) if fault == expected => Ok(()),
            (Ok(()), Some(expected)) => Err(format!(
                "the write succeeded instead of failing with {expected}"
            )),
            (Err(fault), Some(expected)) => Err(format!(
                "the write failed with {fault}, not with {expected}"
            )),
            (Err(fault), None) => Err(format!("the write failed with {fault}")),
        }
    }

    fn check_legal(&self, work: Work, step: &Step) -> Result<(), String> {
        let illegal = self.slots.iter().enumerate().find(|(number, slot)| {
            let folded =
                matches!(step.target, Target::State(state) if self.leaves_out(*number, state));
            !folded && !work.legal(slot.region.state(), step.vcpu_running, step.dirty_tracking)
        });
        match illegal {
            None => Ok(()),
            Some((_, slot)) => Err(format!(
                "{work} is not legal while {} is {}",
                slot.label,
                slot.region.state()
            )),
        }
    }

    fn check_barrier(&mut self, step: &Step) -> Result<(), String> {
        let Some(barrier) = step.barrier else {
            return Ok(());
        };
        let Target::State(state) = step.target else {
            return Ok(());
        };
        for slot in 0..self.slots.len() {
            let reads = self.slots[slot].region.state();
            if reads != state && !self.leaves_out(slot, state) {
                return Err(format!(
                    "at the barrier {barrier}, {} is {reads}",
                    self.slots[slot].label
                ));
            }
        }
        self.log.note(format!("barrier: {barrier}"));
        Ok(())
    }

    /// At the destination, the guest is the one that arrived, from the first start on.
    fn let_vcpus_run(&mut self, side: Side) -> Result<(), String> {
        if !self.all_running() {
            return Err(String::from("the vCPUs run while a device does not"));
        }
        let arrived = self.slots.iter().any(|slot| slot.loaded.is_some());
        if !self.vcpus && side == Side::Destination && arrived {
            let page_requests = self.guest.page_requests;
            self.guest = self.transfer.guest.clone();
            self.guest.page_requests = page_requests;
        }
        self.vcpus = true;
        Ok(())
    }

    fn inject(&mut self, injection: Option<Injection>) {
        match injection {
            None => {}
            Some(Injection::CaptureFails) => {
                self.slots[0].function().device_mut().trouble().capture = true
            }
            Some(Injection::LoadFails) => {
                self.slots[0].function().device_mut().trouble().load = true
            }
            Some(Injection::DeviceBreaks) => {
                self.slots[0].function().device_mut().trouble().dead = true
            }
            Some(Injection::StreamTruncated) => self.transfer.cut_last_segment(),
            Some(Injection::StreamFlipped) => self.transfer.flip_bit(),
        }
    }
}
