//! A small VMM: guest memory, a guest that uses its devices, and a runner for the book's flows.
//!
//! [`Vmm::run`] follows a flow step by step over one or more devices. A flow at the source fills a [`Transfer`],
//! a flow at the destination takes one. Everything that happens is in the [`Log`].

mod domain;
mod edition;
mod guest;
mod lifecycle;
mod log;
mod memory;
mod pages;
mod peers;
mod run;
mod slot;
mod transfer;
mod v1;
pub mod v2;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

pub use domain::Domain;
pub use edition::{Amount, Attached, Edition, Step, Target};
pub use guest::{Guest, PeerUse};
pub use lifecycle::{Convergence, Go, Left, Otherwise, Outcome, Plan, Policy, Purpose, Refused};
pub use log::Log;
pub use memory::{Memory, PAGE, Port, Traffic};
pub use pages::PageRequests;
pub use peers::{MMIO, MMIO_WINDOW, Touches, mmio};
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
    /// What it decides for itself.
    pub policy: Policy,
    /// Whether the guest's CPUs run.
    vcpus: bool,
    /// A last look at the dirty log that waits for a device without NDMA.
    snapshot_due: bool,
    /// Pages that the last look at the dirty log found.
    last_dirty: Vec<usize>,
    /// Pages that were dirty and have not been sent since.
    owed: BTreeSet<usize>,
    /// Pages that wait for a vCPU: the place of the device, and the address.
    pages_wanted: BTreeMap<usize, u64>,
    pages: PageRequests,
    /// Page requests were settled: until the vCPUs start anew, no device comes and none is reset.
    closed: bool,
    seed: u32,
    /// Devices that were plugged.
    opened: u32,
    /// What happened.
    pub log: Log,
}

impl<E: Edition> VirtualMachine<E> {
    /// A machine with these devices. Machines with different seeds never name two streams alike.
    pub fn new(models: &[Model], seed: u32) -> Self {
        let places = models.iter().enumerate();
        let places: Vec<(Model, usize)> = places.map(|(n, model)| (*model, n)).collect();
        Self::with_places(&places, seed)
    }

    /// The same, with the devices in these places.
    pub fn with_places(devices: &[(Model, usize)], seed: u32) -> Self {
        let places = devices.iter().map(|(_, place)| *place);
        let pages = places.clone().max().map_or(0, |last| last + 1) * Guest::PAGES;
        let memory = Memory::new(pages);
        let slots = devices
            .iter()
            .map(|(model, place)| E::Slot::open(*model, *place, seed, &memory))
            .collect();
        Self {
            memory,
            slots,
            guest: Guest::at(places),
            transfer: Transfer::new(devices.len()),
            p2p: true,
            policy: Policy::default(),
            vcpus: false,
            snapshot_due: false,
            last_dirty: Vec::new(),
            owed: BTreeSet::new(),
            pages_wanted: BTreeMap::new(),
            pages: PageRequests::default(),
            closed: false,
            seed,
            opened: 0,
            log: Log::default(),
        }
    }

    /// What a machine at the destination has to look like: each device and its place.
    pub fn places(&self) -> Vec<(Model, usize)> {
        let slots = self.slots.iter();
        slots.map(|slot| (slot.model(), slot.place())).collect()
    }

    /// A machine for what this one has sent.
    pub fn destination(&self, seed: u32) -> Self {
        let mut vmm = Self {
            transfer: self.transfer.clone(),
            policy: self.policy,
            p2p: self.p2p,
            ..Self::with_places(&self.places(), seed)
        };
        vmm.forbid_interrupts();
        vmm
    }

    /// A machine at the destination, with what has arrived for it.
    pub fn with_transfer(models: &[Model], seed: u32, transfer: Transfer) -> Self {
        let mut vmm = Self {
            transfer,
            ..Self::new(models, seed)
        };
        vmm.forbid_interrupts();
        vmm
    }

    /// Until the interrupts are set up, a destination has none.
    fn forbid_interrupts(&mut self) {
        for slot in &mut self.slots {
            slot.function().device_mut().permit_interrupts(false);
        }
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
