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

/// What a guest makes one device do to the MMIO of the next, by reads and writes in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeerUse {
    /// Nothing.
    #[default]
    Nothing,
    /// What its own driver of that device would do there.
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
    /// What the device says of who made it; 0 as long as that was not asked.
    identity: u64,
    peeked: usize,
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

    /// Reads of one device by another that gave the right bytes.
    pub fn peeked(&self) -> usize {
        self.drivers.iter().map(|driver| driver.peeked).sum()
    }

    /// What this device does to another, its neighbour.
    fn peer_of(&self, device: usize) -> Option<PeerRequest> {
        let neighbour = (device + 1) % self.drivers.len();
        let place = self.drivers[neighbour].place;
        let salt = self.drivers[device].posted;
        let peek = |register: Register, expected| PeerRequest {
            operation: Operation::In,
            address: mmio(place) + register.offset(),
            value: expected,
        };
        let poke = |register: Register, value| PeerRequest {
            operation: Operation::Out,
            address: mmio(place) + register.offset(),
            value,
        };
        let reads = salt % 4 == 3;
        match self.peers {
            PeerUse::Nothing => None,
            _ if neighbour == device => None,
            PeerUse::Friendly if reads => {
                Some(peek(Register::Identity, self.drivers[neighbour].identity))
            }
            // The value that is there already: a mere touch, with bytes that move.
            PeerUse::Friendly => Some(poke(Register::Ring, Place::of(place).base)),
            // Reading moves the index on, under a driver that uses it.
            PeerUse::Hostile if reads => Some(peek(Register::ControlData, 0)),
            PeerUse::Hostile => {
                let registers = [Register::ControlData, Register::Tail, Register::Ring];
                let register = registers[salt as usize % registers.len()];
                let value = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) % ENTRIES;
                Some(poke(register, value))
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
            driver.identity = read(function, Register::Identity);
            driver.ready = true;
        }
        let mut asked = 0;
        while asked < count && driver.posted - driver.answered < OPEN {
            match peer.filter(|_| driver.posted % 2 == 1) {
                Some(peer) => driver.post_for_peer(&place, memory, peer),
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

/// An access of the MMIO of another device.
#[derive(Clone, Copy, Debug)]
struct PeerRequest {
    /// `In` reads, `Out` writes.
    operation: Operation,
    address: u64,
    /// What is written, or shall be read; what a read shall give is 0 where anything may come.
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

    /// A word goes from memory to another device, or from there to memory.
    fn post_for_peer(&mut self, place: &Place, memory: &Memory, peer: PeerRequest) {
        let request = self.posted;
        memory.write(place.source(request), &peer.value.to_le_bytes());
        memory.write(place.target(request), &[0; 8]);
        let guest = match peer.operation {
            Operation::Out => [place.source(request), peer.address],
            Operation::In | Operation::Fetch => [peer.address, place.target(request)],
        };
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
        let [first, second] = [0, 1].map(|n| {
            let mut bytes = [0; Descriptor::LEN];
            memory.read(place.descriptor(request * 2 + n), &mut bytes);
            Descriptor::decode(&bytes)
        });
        if second.status == 0 {
            return false;
        }
        self.answered += 1;
        self.total += 1;
        // A write to another device has no answer that could be wrong: it may be blocked.
        if second.guest >= MMIO {
            return true;
        }
        if first.guest >= MMIO {
            self.check_peek(place, memory, request, first.status);
            return true;
        }
        let mut copied = [0; BLOCK];
        memory.read(place.target(request), &mut copied);
        self.wrong +=
            usize::from(second.status != Descriptor::DONE || copied != self.pattern(request));
        true
    }

    /// A read of another device may be blocked, and a device that is broken gives ones; nothing else is right but
    /// what was to be read.
    fn check_peek(&mut self, place: &Place, memory: &Memory, request: u64, status: u64) {
        let [expected, got] = [place.source(request), place.target(request)].map(|address| {
            let mut word = [0; 8];
            memory.read(address, &mut word);
            u64::from_le_bytes(word)
        });
        let blocked = status != Descriptor::DONE;
        if blocked || expected == 0 || got == u64::MAX {
            return;
        }
        self.peeked += usize::from(got == expected);
        self.wrong += usize::from(got != expected);
    }
}

fn read(function: &mut dyn Function, register: Register) -> u64 {
    let mut bytes = [0; 8];
    function.read_bar(register.offset(), &mut bytes);
    u64::from_le_bytes(bytes)
}

fn write(function: &mut dyn Function, register: Register, value: u64) {
    function.write_bar(register.offset(), &value.to_le_bytes());
}
