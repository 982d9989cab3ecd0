//! The reference VMM: a machine with any number of devices, a guest that uses them, and everything that migration asks
//! of whoever runs such a machine.
//!
//! | To | Call |
//! |---|---|
//! | build a machine | [`VirtualMachine::new`] with [`Model`]s, of edition [`V1`] or [`V2`]; set its [`Policy`] |
//! | start and use it | [`start`](VirtualMachine::start), [`use_devices`](VirtualMachine::use_devices) |
//! | leave | [`save`](VirtualMachine::save): the book's flow that fits the devices, pre-copy until the rest fits into the downtime ([`Convergence`]), barriers, the last read of the dirty log; what was sent is in [`VirtualMachine::transfer`] |
//! | enter | [`destination`](VirtualMachine::destination), then [`resume`](VirtualMachine::resume) |
//! | cancel | give [`Go::Back`] after any [`Step`]: the guest goes on where it was |
//! | go on after the destination failed | [`go_back`](VirtualMachine::go_back) |
//! | see that all arrived | [`differences`](VirtualMachine::differences) |
//! | change the machine | [`plug`](VirtualMachine::plug), [`unplug`](VirtualMachine::unplug), [`reset_device`](VirtualMachine::reset_device), also in the middle |
//! | make something fail | [`Edition::inject`], or [`Trouble`](crate::driver::device::Trouble) of one device |
//! | see what happened | [`VirtualMachine::log`], [`touches`](VirtualMachine::touches), [`page_requests`](VirtualMachine::page_requests) |
//!
//! Memory, dirty log, DMA, peer-to-peer DMA and page requests are real: bytes move, pages get dirty, and whoever waits for
//! a page waits until a vCPU brings it. `run` ([v1](v1::Vmm::run), [v2](v2::Vmm::run)) follows one given flow instead.
//!
//! ```
//! use vfio_migration::driver::Model;
//! use vfio_migration::vmm::{Go, Outcome, Refused, V2, VirtualMachine};
//!
//! let mut source = VirtualMachine::<V2>::new(&[Model::Buffering, Model::Direct], 1);
//! source.start();
//! // Somebody cancels as soon as the vCPUs are stopped; then it is done.
//! let cancelled = source.save(&mut |_, step| if step.vcpu_running { Go::On } else { Go::Back })?;
//! assert!(cancelled != Outcome::Done && source.vcpus_run());
//! assert_eq!(source.save(&mut |_, _| Go::On)?, Outcome::Done);
//!
//! let mut destination = source.destination(2);
//! let mut equal = false;
//! let entered = destination.resume(&mut |vm, _| {
//!     equal |= !vm.vcpus_run() && vm.differences().is_empty();
//!     Go::On
//! })?;
//! assert!(equal && entered == Outcome::Done);
//! # Ok::<(), Refused>(())
//! ```

mod edition;
mod guest;
mod lifecycle;
mod log;
mod memory;
mod pages;
mod peers;
mod run;
mod transfer;
pub mod v1;
pub mod v2;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::String;
use std::vec::Vec;

pub use edition::{Amount, Attached, Edition, Step, Target};
pub use guest::{Guest, PeerUse};
pub use lifecycle::{Convergence, Go, Left, Otherwise, Outcome, Plan, Policy, Purpose, Refused};
pub use log::Log;
pub use memory::{Memory, PAGE, Port, Traffic};
pub use pages::PageRequests;
pub use peers::{MMIO, MMIO_WINDOW, Touches, mmio};
pub use run::Failure;
pub use transfer::{Stream, Transfer};
pub use v1::V1;
pub use v2::V2;

use crate::driver::Model;

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

    /// What is not as it was sent: pages of memory, and devices whose loaded state is not that of their source. Nothing,
    /// from the end of the load until the vCPUs run.
    pub fn differences(&self) -> Vec<String> {
        let pages = self.transfer.pages.iter();
        let pages = pages.filter(|(page, sent)| {
            **page >= self.memory.pages() || self.memory.page(**page) != **sent
        });
        let pages = pages.map(|(page, _)| format!("page {page}"));
        let devices = self.slots.iter().zip(&self.transfer.images);
        let devices = devices.filter(|(slot, sent)| slot.loaded() != Some(sent.as_slice()));
        let devices = devices.map(|(slot, _)| format!("device {}", slot.label()));
        pages.chain(devices).collect()
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
