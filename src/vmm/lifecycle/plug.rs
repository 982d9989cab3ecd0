//! Devices come and go, and reach each other or not.

use std::collections::BTreeSet;
use std::format;
use std::vec::Vec;

use super::super::edition::Edition;
use super::super::transfer::Stream;
use super::super::{Attached, Guest, VirtualMachine};
use super::Refused;
use crate::driver::Model;

impl<E: Edition> VirtualMachine<E> {
    /// Adds a device, in the first place that is free. In the middle of a migration it comes along from its
    /// next step on.
    ///
    /// # Errors
    /// The vCPUs do not run, or page requests were settled: a device that comes would ask again.
    pub fn plug(&mut self, model: Model) -> Result<usize, Refused> {
        if !self.takes_devices() {
            return Err(Refused::NotNow);
        }
        let taken: Vec<usize> = self.slots.iter().map(Attached::place).collect();
        let place = (0..).find(|place| !taken.contains(place)).unwrap_or(0);
        self.opened += 1;
        let seed = self.seed.wrapping_add(self.opened << 16);
        self.memory.grow((place + 1) * Guest::PAGES);
        self.slots
            .push(E::Slot::open(model, place, seed, &self.memory));
        self.guest.plug(place);
        self.transfer.streams.push(Stream::default());
        self.transfer.interrupts.push(true);
        self.transfer.images.push(Vec::new());
        self.connect();
        self.log.step(format!(
            "plugs {}",
            self.slots[self.slots.len() - 1].label()
        ));
        Ok(self.slots.len() - 1)
    }

    /// Takes a device away, whatever it is doing; what was read from it is dropped.
    ///
    /// # Errors
    /// There is none, or the vCPUs do not run.
    pub fn unplug(&mut self, slot: usize) -> Result<(), Refused> {
        if !self.vcpus {
            return Err(Refused::NotNow);
        }
        if slot >= self.slots.len() {
            return Err(Refused::NoSlot);
        }
        let gone = self.slots.remove(slot);
        self.guest.unplug(slot);
        self.drop_page_request(gone.place());
        self.transfer.streams.remove(slot);
        self.transfer.interrupts.remove(slot);
        self.transfer.images.remove(slot);
        self.connect();
        self.log.step(format!("unplugs {}", gone.label()));
        Ok(())
    }

    /// The guest resets one of its devices.
    ///
    /// # Errors
    /// There is none; or page requests were settled, and a device that is reset would ask again.
    pub fn reset_device(&mut self, slot: usize) -> Result<(), Refused> {
        if slot >= self.slots.len() {
            return Err(Refused::NoSlot);
        }
        if self.closed {
            return Err(Refused::NotNow);
        }
        self.reset(slot);
        Ok(())
    }

    /// Whether a device may come now.
    pub fn takes_devices(&self) -> bool {
        self.vcpus && !self.closed
    }

    /// Tells the IOMMU which devices reach which, and sets up page requests.
    pub fn connect(&mut self) {
        let slots = 0..self.slots.len();
        let pairs = slots
            .clone()
            .flat_map(|from| slots.clone().map(move |to| (from, to)));
        let mapped = pairs.filter(|(from, to)| from != to && E::reaches(self, *from, *to));
        let places = mapped.map(|(from, to)| (self.slots[from].place(), self.slots[to].place()));
        let places: BTreeSet<(usize, usize)> = places.collect();
        self.memory.peers.map(places);
        self.set_up_page_requests();
    }

    /// Some moments pass for every device. What the guest has given them to do, they do without any vCPU.
    pub fn let_devices_run(&mut self) {
        for _ in 0..8 {
            for slot in 0..self.slots.len() {
                self.moment(slot);
            }
        }
    }
}
