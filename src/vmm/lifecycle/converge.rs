//! When pre-copy has done enough: how long the guest would stand still if it were stopped now.

use std::format;
use std::string::String;

use super::super::edition::{Attached, Edition, Step};
use super::super::{PAGE, VirtualMachine};
use super::Go;

/// When a guest is stopped to be moved.
///
/// After each round of pre-copy the VMM estimates the downtime: the bytes that are left, by the bandwidth. It stops the
/// guest once that is short enough, and no device has data left that should be at the destination before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convergence {
    /// What the way to the destination carries, in bytes a second.
    pub bandwidth: u64,
    /// How long the guest may stand still, in milliseconds.
    pub downtime: u64,
    /// Whether a device's initial data must have been read first, as a destination wants it that acknowledges the
    /// switchover.
    pub initial_first: bool,
    /// How many bytes are read from one device in one go, at most, before the others and memory have their turn.
    pub at_once: u64,
    /// How many rounds there are at most; one is always done.
    pub rounds: usize,
    /// What is done when they are over.
    pub otherwise: Otherwise,
}

/// What a VMM does with a guest that changes its memory faster than that can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It stops the guest all the same, for longer than it may stand still.
    Stop,
    /// It gives the migration up; the guest goes on.
    GoBack,
}

impl Default for Convergence {
    /// Of 1 Gbit/s, with 300 ms of downtime.
    fn default() -> Self {
        Self {
            bandwidth: 125_000_000,
            downtime: 300,
            initial_first: true,
            at_once: 1 << 20,
            rounds: 30,
            otherwise: Otherwise::GoBack,
        }
    }
}

/// What is still to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Bytes that should be read before the devices stop. Of v1, only zero or not counts.
    pub initial: u64,
    /// Bytes that the devices give, at most or by estimate, once they are stopped.
    pub devices: u64,
    /// Bytes of memory that was written and not sent.
    pub memory: u64,
}

impl Left {
    /// How long the guest stands still if it is stopped now, in milliseconds, rounded up; never for a way that
    /// carries nothing.
    pub fn downtime(&self, bandwidth: u64) -> u64 {
        let bytes = u128::from(self.devices) + u128::from(self.memory);
        let time = (bytes * 1000).div_ceil(u128::from(bandwidth.max(1)));
        match bandwidth {
            0 if bytes > 0 => u64::MAX,
            _ => u64::try_from(time).unwrap_or(u64::MAX),
        }
    }
}

impl Convergence {
    fn is_enough(&self, left: &Left) -> bool {
        let drained = left.initial == 0 || !self.initial_first;
        drained && left.downtime(self.bandwidth) <= self.downtime
    }
}

impl<E: Edition> VirtualMachine<E> {
    /// Repeats what a step does while the guest runs, until little is left.
    pub(super) fn converge(
        &mut self,
        step: &Step<E>,
        meddle: &mut dyn FnMut(&mut Self, &Step<E>) -> Go,
    ) -> Result<(), String> {
        if !step.vcpu_running || !step.work.contains(&E::COPY_DIRTY) {
            return Ok(());
        }
        let policy = self.policy.convergence;
        let mut rounds = 1;
        loop {
            let left = self
                .left()
                .map_err(|fault| format!("an estimate failed with {fault}"))?;
            let downtime = left.downtime(policy.bandwidth);
            self.log.note(format!(
                "left: {} bytes of memory, {} of devices: {downtime} ms",
                left.memory, left.devices
            ));
            if policy.is_enough(&left) {
                return Ok(());
            }
            if rounds >= policy.rounds {
                return self.did_not_converge(policy, downtime);
            }
            rounds += 1;
            self.ask(step, meddle)?;
            self.run_guest();
            for work in step.work.iter().filter(|work| **work != E::STREAM_MEMORY) {
                E::work(self, *work).map_err(|fault| format!("{work} failed with {fault}"))?;
            }
        }
    }

    fn did_not_converge(&mut self, policy: Convergence, downtime: u64) -> Result<(), String> {
        let text = format!(
            "does not converge: {downtime} ms of downtime after {} rounds, not {}",
            policy.rounds, policy.downtime
        );
        match policy.otherwise {
            Otherwise::GoBack => Err(text),
            Otherwise::Stop => {
                self.log.note(text);
                Ok(())
            }
        }
    }

    /// What is still to be sent, if the guest were stopped now.
    ///
    /// # Errors
    /// What a device answered.
    pub fn left(&mut self) -> Result<Left, E::Fault> {
        self.sync_dirty_log();
        let mut left = Left {
            memory: (self.owed.len() * PAGE) as u64,
            ..Left::default()
        };
        for (slot, stream) in self.slots.iter_mut().zip(&self.transfer.streams) {
            let (initial, rest) = slot.left(stream, &mut self.log)?;
            left.initial = left.initial.saturating_add(initial);
            left.devices = left.devices.saturating_add(rest);
        }
        Ok(left)
    }
}
