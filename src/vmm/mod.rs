//! A small VMM: guest memory, a guest that uses its devices, and a runner for the book's flows.
//!
//! [`Vmm::run`] follows a flow step by step over one or more devices. A flow at the source fills a [`Transfer`],
//! a flow at the destination takes one. Everything that happens is in the [`Log`].

mod domain;
mod edition;
mod guest;
mod log;
mod memory;
mod run;
mod slot;
mod transfer;
mod v1;
pub mod v2;
mod work;

use std::vec::Vec;

pub use domain::Domain;
pub use edition::{Amount, Attached, Edition};
pub use guest::Guest;
pub use log::Log;
pub use memory::{Memory, PAGE, Port, Traffic};
pub use run::Failure;
pub use slot::Slot;
pub use transfer::{Stream, Transfer};
pub use v1::V1;

use crate::driver::Model;

/// A virtual machine on one host whose devices are migrated as v1 says; [`v2::Vmm`] is the other kind.
pub type Vmm = VirtualMachine<V1>;

/// A virtual machine on one host.
#[derive(Debug)]
pub struct VirtualMachine<E: Edition> {
    /// Guest memory.
    pub memory: Memory,
    /// The devices.
    pub slots: Vec<E::Slot>,
    /// The software in the guest.
    pub guest: Guest,
    /// What is leaving, or has arrived.
    pub transfer: Transfer,
    /// Whether devices may reach each other at all. Flows that do not quiet devices with NDMA turn it off.
    pub p2p: bool,
    /// Whether the guest's CPUs run.
    vcpus: bool,
    /// A last look at the dirty log that waits for a device without NDMA.
    snapshot_due: bool,
    /// Pages that the last look at the dirty log found.
    last_dirty: Vec<usize>,
    /// What happened.
    pub log: Log,
}

impl<E: Edition> VirtualMachine<E> {
    /// A machine with these devices. Machines with different seeds never name two streams alike.
    pub fn new(models: &[Model], seed: u32) -> Self {
        let memory = Memory::new(models.len() * Guest::PAGES);
        let slots = models
            .iter()
            .enumerate()
            .map(|(n, model)| E::Slot::open(*model, n, seed, &memory))
            .collect();
        Self {
            memory,
            slots,
            guest: Guest::new(models.len()),
            transfer: Transfer::new(models.len()),
            p2p: true,
            vcpus: false,
            snapshot_due: false,
            last_dirty: Vec::new(),
            log: Log::default(),
        }
    }

    /// A machine at the destination, with what has arrived for it.
    pub fn with_transfer(models: &[Model], seed: u32, transfer: Transfer) -> Self {
        let mut vmm = Self {
            transfer,
            ..Self::new(models, seed)
        };
        for slot in &mut vmm.slots {
            slot.function().device_mut().permit_interrupts(false);
        }
        vmm
    }

    /// The guest uses its devices for a while, outside any flow. Gives how many of its requests were answered.
    pub fn use_devices(&mut self) -> usize {
        let before = self.guest.answered();
        for _ in 0..4 {
            self.let_guest_work(true);
        }
        self.guest.answered() - before
    }
}
