//! Follows a flow.

use std::format;
use std::string::String;

use super::edition::{Attached, Edition, Step, Target};
use super::{PeerUse, VirtualMachine};

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

impl<E: Edition> VirtualMachine<E> {
    /// Conditions that quiet the machine come before the devices' states, those that wake it after them.
    pub(super) fn step(&mut self, destination: bool, step: &Step<E>) -> Result<(), Failure> {
        self.take_step(destination, step).map_err(|text| Failure {
            step: step.number,
            text,
        })
    }

    fn take_step(&mut self, destination: bool, step: &Step<E>) -> Result<(), String> {
        self.announce(step);
        if !step.vcpu_running {
            self.vcpus = false;
        }
        if step.dirty_tracking && !self.memory.tracking() {
            self.memory.track(true);
        }
        if let Some(injection) = step.injection {
            E::inject(self, 0, injection);
        }
        self.bring_devices(step)?;
        if self.snapshot_due {
            self.snapshot_dirty_log();
        }
        if step.vcpu_running {
            self.let_vcpus_run(destination)?;
        }
        for work in step.work {
            self.check_legal(*work, step)?;
            E::work(self, *work).map_err(|fault| format!("{work} failed with {fault}"))?;
        }
        self.check_barrier(step)?;
        // The log may be needed until the work of this step is done.
        if !step.dirty_tracking && self.memory.tracking() {
            self.memory.track(false);
        }
        Ok(())
    }

    fn announce(&mut self, step: &Step<E>) {
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

    /// Every device, in the state of the step or in its own.
    fn bring_devices(&mut self, step: &Step<E>) -> Result<(), String> {
        for slot in 0..self.slots.len() {
            self.devices_go_on();
            let before = self.slots[slot].state();
            let result = match step.target {
                Target::State(state) => match E::own(&self.slots[slot], state) {
                    Some(own) if own != before => self.request(slot, own)?,
                    _ => Ok(()),
                },
                Target::Write(state) => self.request(slot, state)?,
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

    /// Devices go on by themselves between two things that the VMM does, where the guest has left them enough to do.
    fn devices_go_on(&mut self) {
        if self.guest.peers != PeerUse::Nothing {
            self.let_devices_run();
        }
    }

    /// Brings one device to a state, with a write or a request of its own. Gives what the device answered.
    ///
    /// # Errors
    /// The VMM itself must not ask for that now: another device could touch this one.
    pub fn request(
        &mut self,
        slot: usize,
        state: E::State,
    ) -> Result<Result<(), E::Fault>, String> {
        E::may_request(self, slot, state)?;
        let result = self.beside_peers(slot, |vm| {
            let stream = &mut vm.transfer.streams[slot];
            vm.slots[slot].request(state, stream, &mut vm.log)
        });
        self.note_lost_pages(slot);
        Ok(result)
    }

    pub(super) fn reset(&mut self, slot: usize) {
        self.slots[slot].reset(&mut self.log);
        self.guest.device_was_reset(slot);
        self.drop_page_request(self.slots[slot].place());
    }

    fn check_result(
        &self,
        got: Result<(), E::Fault>,
        expected: Option<E::Fault>,
    ) -> Result<(), String> {
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

    fn check_legal(&self, work: E::Work, step: &Step<E>) -> Result<(), String> {
        let illegal = self.slots.iter().find(|slot| {
            let folded =
                matches!(step.target, Target::State(state) if E::own(slot, state) != Some(state));
            !folded && !E::legal(work, slot.state(), step.vcpu_running, step.dirty_tracking)
        });
        match illegal {
            None => Ok(()),
            Some(slot) => Err(format!(
                "{work} is not legal while {} is {}",
                slot.label(),
                slot.state()
            )),
        }
    }

    fn check_barrier(&mut self, step: &Step<E>) -> Result<(), String> {
        let Some(barrier) = step.barrier else {
            return Ok(());
        };
        let Target::State(state) = step.target else {
            return Ok(());
        };
        for slot in &self.slots {
            let reads = slot.state();
            if E::own(slot, state).is_some_and(|own| own != reads) {
                let label = slot.label();
                return Err(format!("at the barrier {barrier}, {label} is {reads}"));
            }
        }
        self.log.note(format!("barrier: {barrier}"));
        Ok(())
    }

    /// At the destination, the guest is the one that arrived, from the first start on.
    fn let_vcpus_run(&mut self, destination: bool) -> Result<(), String> {
        self.devices_go_on();
        if !self.all_running() {
            return Err(String::from("the vCPUs run while a device does not"));
        }
        let arrived = self.slots.iter().any(|slot| slot.loaded().is_some());
        if !self.vcpus && destination && arrived {
            self.guest = self.transfer.guest.clone();
            self.guest.page_requests = self.policy.page_requests;
        }
        self.closed &= self.vcpus;
        self.vcpus = true;
        Ok(())
    }
}
