//! The software in the guest: for each device a driver that asks for copies through the device and checks what
//! comes back. It travels with the machine, so what it asked before a migration is checked after it.

use std::vec::Vec;

use super::memory::{Memory, PAGE};
use super::peers::{MMIO, mmio};
use crate::driver::Function;
use crate::driver::device::{Descriptor, Operation, Register};

/// Descriptors in a ring.
const ENTRIES: u64 = 32;
/// Bytes that one request copies.
const BLOCK: usize = 256;
/// Requests that can be open: two descriptors each, and the ring is never full.
const OPEN: u64 = ENTRIES / 2 - 1;

/// All drivers of one guest.
#[derive(Clone, Debug)]
pub struct Guest {
    drivers: Vec<Driver>,
    /// Whether it fetches from pages that are not there, so that devices raise page requests.
    pub page_requests: bool,
    /// What it does to devices by peer-to-peer DMA.
    pub peers: PeerUse,
}

/// What a guest makes one device write into the MMIO of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeerUse {
    /// Nothing.
    #[default]
    Nothing,
    /// What its own driver of that device would write there.
    Friendly,
    /// Whatever spoils most: it attacks the migration, and hurts itself on the way.
    Hostile,
}

/// The guest's driver of one device.
#[derive(Clone, Debug, Default)]
struct Driver {
    /// Where its device is plugged in.
    place: usize,
    ready: bool,
    posted: u64,
    answered: u64,
    total: usize,
    wrong: usize,
    salt: u64,
}

impl Guest {
    /// Pages that it needs for each device.
    pub const PAGES: usize = 3;

    /// With this many devices.
    pub fn new(devices: usize) -> Self {
        Self::at(0..devices)
    }

    /// With devices in these places.
    pub fn at(places: impl Iterator<Item = usize>) -> Self {
        Self {
            drivers: places.map(Driver::new).collect(),
            page_requests: false,
            peers: PeerUse::Nothing,
        }
    }

    /// Requests answered so far, over all devices.
    pub fn answered(&self) -> usize {
        self.drivers.iter().map(|driver| driver.total).sum()
    }

    /// Answers that were not what was asked for.
    pub fn wrong(&self) -> usize {
        self.drivers.iter().map(|driver| driver.wrong).sum()
    }

    /// The device that this one writes to, and what: its neighbour.
    fn peer_of(&self, device: usize) -> Option<Poke> {
        let neighbour = (device + 1) % self.drivers.len();
        let place = self.drivers[neighbour].place;
        let salt = self.drivers[device].posted;
        match self.peers {
            PeerUse::Nothing => None,
            _ if neighbour == device => None,
            // The value that is there already: a mere touch, with bytes that move.
            PeerUse::Friendly => Some(Poke {
                address: mmio(place) + Register::Ring.offset(),
                value: Place::of(place).base,
            }),
            PeerUse::Hostile => {
                let registers = [Register::ControlData, Register::Tail, Register::Ring];
                let register = registers[salt as usize % registers.len()];
                Some(Poke {
                    address: mmio(place) + register.offset(),
                    value: salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) % ENTRIES,
                })
            }
        }
    }

    /// A device comes, behind the others.
    pub(super) fn plug(&mut self, place: usize) {
        self.drivers.push(Driver::new(place));
    }

    /// A device goes; those behind it move up.
    pub(super) fn unplug(&mut self, device: usize) {
        self.drivers.remove(device);
    }

    /// Learns that a device was reset: open requests are lost.
    pub fn device_was_reset(&mut self, device: usize) {
        let driver = &mut self.drivers[device];
        driver.ready = false;
        driver.posted = 0;
        driver.answered = 0;
        // What the old requests left behind shall not pass for answers to the new ones.
        driver.salt += 1;
    }

    /// Sets the device up if need be, and asks for `count` copies. Gives how many it could ask.
    pub fn ask(
        &mut self,
        device: usize,
        function: &mut dyn Function,
        memory: &Memory,
        count: usize,
    ) -> usize {
        let place = Place::of(self.drivers[device].place);
        let peer = self.peer_of(device);
        let fetch = self.page_requests;
        let driver = &mut self.drivers[device];
        if !driver.ready {
            write(function, Register::Ring, place.base);
            write(function, Register::Entries, ENTRIES);
            driver.ready = true;
        }
        let mut asked = 0;
        while asked < count && driver.posted - driver.answered < OPEN {
            match peer.filter(|_| driver.posted % 2 == 1) {
                Some(peer) => driver.poke(&place, memory, peer),
                None => driver.post(&place, memory, fetch),
            }
            asked += 1;
        }
        write(function, Register::Tail, driver.posted * 2 % ENTRIES);
        asked
    }

    /// Checks what was answered. Gives how many answers there were.
    pub fn collect(&mut self, device: usize, memory: &Memory) -> usize {
        let place = Place::of(self.drivers[device].place);
        let driver = &mut self.drivers[device];
        let before = driver.total;
        while driver.answered < driver.posted && driver.check(&place, memory) {}
        driver.total - before
    }
}

/// A write into the MMIO of another device.
#[derive(Clone, Copy, Debug)]
struct Poke {
    address: u64,
    value: u64,
}

/// Where things are in guest memory.
struct Place {
    base: u64,
}

impl Place {
    fn of(place: usize) -> Self {
        let base = (place * Guest::PAGES * PAGE) as u64;
        Self { base }
    }

    fn descriptor(&self, index: u64) -> u64 {
        self.base + index % ENTRIES * Descriptor::LEN as u64
    }

    fn source(&self, request: u64) -> u64 {
        self.base + PAGE as u64 + self.local(request)
    }

    fn target(&self, request: u64) -> u64 {
        self.base + 2 * PAGE as u64 + self.local(request)
    }

    /// Also the place in device memory.
    fn local(&self, request: u64) -> u64 {
        request % (OPEN + 1) * BLOCK as u64
    }
}

impl Driver {
    fn new(place: usize) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// Fetches a word from memory and writes it to another device.
    fn poke(&mut self, place: &Place, memory: &Memory, poke: Poke) {
        let request = self.posted;
        memory.write(place.source(request), &poke.value.to_le_bytes());
        let guest = [place.source(request), poke.address];
        for (n, operation) in [Operation::In, Operation::Out].into_iter().enumerate() {
            let descriptor = Descriptor {
                operation: operation.number(),
                length: 8,
                guest: guest[n],
                local: place.local(request),
                status: 0,
            };
            let at = place.descriptor(request * 2 + n as u64);
            memory.write(at, &descriptor.encode());
        }
        self.posted += 1;
    }

    /// What request number `request` copies: bytes that no other request has.
    fn pattern(&self, request: u64) -> [u8; BLOCK] {
        let seed = (request + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.salt.rotate_left(32);
        std::array::from_fn(|n| (seed.rotate_left(n as u32 % 64) >> 3) as u8 ^ n as u8)
    }

    fn post(&mut self, place: &Place, memory: &Memory, fetch: bool) {
        let request = self.posted;
        memory.write(place.source(request), &self.pattern(request));
        memory.write(place.target(request), &[0; BLOCK]);
        let first = if fetch && request % 3 == 1 {
            Operation::Fetch
        } else {
            Operation::In
        };
        for (n, operation) in [first, Operation::Out].into_iter().enumerate() {
            let guest = if n == 0 {
                place.source(request)
            } else {
                place.target(request)
            };
            let descriptor = Descriptor {
                operation: operation.number(),
                length: BLOCK as u32,
                guest,
                local: place.local(request),
                status: 0,
            };
            memory.write(
                place.descriptor(request * 2 + n as u64),
                &descriptor.encode(),
            );
        }
        self.posted += 1;
    }

    /// Whether the oldest open request is answered; checks the answer then.
    fn check(&mut self, place: &Place, memory: &Memory) -> bool {
        let request = self.answered;
        let mut bytes = [0; Descriptor::LEN];
        memory.read(place.descriptor(request * 2 + 1), &mut bytes);
        let status = Descriptor::decode(&bytes).status;
        if status == 0 {
            return false;
        }
        let descriptor = Descriptor::decode(&bytes);
        self.answered += 1;
        self.total += 1;
        // A write to another device has no answer that could be wrong: it may be blocked.
        if descriptor.guest >= MMIO {
            return true;
        }
        let mut copied = [0; BLOCK];
        memory.read(place.target(request), &mut copied);
        self.wrong += usize::from(status != Descriptor::DONE || copied != self.pattern(request));
        true
    }
}

fn write(function: &mut dyn Function, register: Register, value: u64) {
    function.write_bar(register.offset(), &value.to_le_bytes());
}
