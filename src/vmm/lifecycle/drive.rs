//! Follows plans, and goes back where they fail.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::super::edition::{Edition, Step, Target};
use super::super::{Attached, Transfer, VirtualMachine};
use super::{Go, Outcome, Plan, Purpose, Refused};

impl<E: Edition> VirtualMachine<E> {
    /// Whether the guest's CPUs run.
    pub fn vcpus_run(&self) -> bool {
        self.vcpus
    }

    /// Starts the machine. One that was left [goes on](Self::go_back).
    pub fn start(&mut self) {
        self.connect();
        if !self.all_running() {
            return self.go_back();
        }
        self.vcpus = true;
        self.run_guest();
    }

    /// Leaves: reads everything into [`VirtualMachine::transfer`], and stays stopped. After each step of the book's flow, and
    /// between two rounds of pre-copy, `meddle` is asked whether to go on; it may also make devices fail, and, while the
    /// vCPUs run, plug and unplug some.
    ///
    /// # Errors
    /// Nothing was done at all.
    pub fn save(
        &mut self,
        meddle: &mut dyn FnMut(&mut Self, &Step<E>) -> Go,
    ) -> Result<Outcome, Refused> {
        self.must_run()?;
        self.admit()?;
        self.transfer = Transfer::new(self.slots.len());
        self.live(Purpose::Save, meddle)
    }

    /// Enters with what is in [`VirtualMachine::transfer`]; the guest runs then. If it cannot, every device is
    /// reset, nothing is left of the guest but bytes in memory, and the source has to [go on](Self::go_back); this machine
    /// may be entered again. Once the vCPUs have run here, it is too late to go back.
    ///
    /// # Errors
    /// Nothing was done at all.
    pub fn resume(
        &mut self,
        meddle: &mut dyn FnMut(&mut Self, &Step<E>) -> Go,
    ) -> Result<Outcome, Refused> {
        if self.vcpus {
            return Err(Refused::Running);
        }
        if self.transfer.streams.len() != self.slots.len() {
            return Err(Refused::Streams);
        }
        self.live(Purpose::Resume, meddle)
    }

    /// Stops the machine, and lets it go on. `meddle` as with [`VirtualMachine::save`].
    ///
    /// # Errors
    /// Nothing was done at all.
    pub fn stop_and_continue(
        &mut self,
        meddle: &mut dyn FnMut(&mut Self, &Step<E>) -> Go,
    ) -> Result<Outcome, Refused> {
        self.must_run()?;
        self.live(Purpose::StopAndContinue, meddle)
    }

    fn must_run(&self) -> Result<(), Refused> {
        if self.vcpus {
            Ok(())
        } else {
            Err(Refused::Stopped)
        }
    }

    /// Whether the policy allows a migration of these devices.
    fn admit(&self) -> Result<(), Refused> {
        self.admit_page_requests()?;
        let mut slots = self.slots.iter();
        match slots.position(|slot| !slot.offers(E::GRACE)) {
            Some(slot) if self.policy.refuse_mixes && self.slots.len() > 1 => {
                Err(Refused::Mix(slot))
            }
            _ => Ok(()),
        }
    }

    fn live(
        &mut self,
        purpose: Purpose,
        meddle: &mut dyn FnMut(&mut Self, &Step<E>) -> Go,
    ) -> Result<Outcome, Refused> {
        let plan = self.plan(purpose).ok_or(Refused::NoFlow)?;
        self.log.step(format!("follows {}", plan.name));
        self.connect();
        for step in &plan.steps {
            let went = self.step(plan.destination, step);
            let went = went.map_err(|failure| format!("{failure}"));
            let went = went.and_then(|()| self.converge(step, meddle));
            let Err(why) = went.and_then(|()| self.ask(step, meddle)) else {
                continue;
            };
            // The source does not know what the guest has done here since.
            if plan.destination && self.vcpus {
                self.log.note("too late to go back: the guest runs here");
                break;
            }
            self.abandon(&plan);
            return Ok(Outcome::WentBack(why));
        }
        Ok(Outcome::Done)
    }

    /// Whether somebody wants to go back.
    pub(super) fn ask(
        &mut self,
        step: &Step<E>,
        meddle: &mut dyn FnMut(&mut Self, &Step<E>) -> Go,
    ) -> Result<(), String> {
        match meddle(self, step) {
            Go::On => Ok(()),
            Go::Back => Err(String::from("cancelled")),
        }
    }

    fn abandon(&mut self, plan: &Plan<E>) {
        if !plan.destination {
            return self.go_back();
        }
        self.log.step("gives up");
        for slot in 0..self.slots.len() {
            self.reset(slot);
            self.slots[slot].forget_load();
        }
        self.forbid_interrupts();
    }

    /// The states on the way back, in their order: those in which a flow that stops and continues starts the
    /// devices again.
    fn way_back(&self) -> Vec<E::State> {
        let plan = self.plan(Purpose::StopAndContinue);
        let mut steps = plan.into_iter().flat_map(|plan| plan.steps);
        let stopped = |step: &Step<E>| match step.target {
            Target::State(state) => E::dma_quiet(state) && !E::answers(state),
            _ => false,
        };
        let mut states = Vec::new();
        while let Some(step) = steps.next() {
            if stopped(&step) {
                states = steps
                    .filter_map(|step| match step.target {
                        Target::State(state) => Some(state),
                        _ => None,
                    })
                    .collect();
                break;
            }
        }
        states
    }

    /// After a cancellation or a failure, at the source: what is in error, or fails on the way, is reset; all
    /// others go back to where they came from, through the grace state, and the guest goes on.
    pub fn go_back(&mut self) {
        self.vcpus = false;
        self.snapshot_due = false;
        self.last_dirty.clear();
        self.owed.clear();
        self.memory.track(false);
        self.log.step("goes back");
        let way = self.way_back();
        for state in if way.is_empty() {
            std::vec![E::initial()]
        } else {
            way
        } {
            for slot in 0..self.slots.len() {
                self.bring_back(slot, state);
            }
        }
        self.closed = false;
        self.vcpus = self.all_running();
    }

    fn bring_back(&mut self, slot: usize, state: E::State) {
        let reads = self.slots[slot].state();
        let own = E::own(&self.slots[slot], state);
        let own = own.filter(|own| *own != reads && reads != E::initial());
        let broken = E::failed(reads);
        let failed =
            !broken && own.is_some_and(|own| !matches!(self.request(slot, own), Ok(Ok(()))));
        if broken || failed {
            self.reset(slot);
        }
    }
}
