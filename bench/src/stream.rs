//! Copying a device state of 1 GiB through the data window, against memcpy between the same buffers.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use vfio_migration::driver::{Buffering, Bus, Function};
use vfio_migration::machine::MigrationRegion;
use vfio_migration::v1::{DeviceState, Register};

use crate::measure::{Comparison, print};

pub(crate) const STATE: usize = 1 << 30;
const WINDOW: usize = 1 << 20;

/// No guest: the device only has state.
pub(crate) struct NoGuest;

impl Bus for NoGuest {
    fn read(&self, _: u64, _: &mut [u8]) -> bool {
        false
    }

    fn write(&self, _: u64, _: &[u8]) -> bool {
        false
    }

    fn interrupt(&self) {}
}

type Region = MigrationRegion<Buffering<WINDOW>>;

fn device(seed: u32) -> Region {
    MigrationRegion::new(Buffering::new(STATE, seed, NoGuest))
}

fn set(region: &mut Region, state: DeviceState) {
    region
        .write(Register::DeviceState.offset(), &state.bits().to_ne_bytes())
        .expect("a legal write");
}

fn get(region: &mut Region, register: Register) -> u64 {
    let mut value = [0; 8];
    region
        .read(register.offset(), &mut value)
        .expect("a legal read");
    u64::from_ne_bytes(value)
}

/// Drains the window into `user`, segments back to back; gives their lengths and the time in the window.
fn save(region: &mut Region, user: &mut Vec<u8>) -> (Vec<usize>, Duration) {
    let (mut lengths, mut at) = (Vec::new(), 0);
    let start = Instant::now();
    while get(region, Register::PendingBytes) != 0 {
        let offset = get(region, Register::DataOffset);
        let len =
            usize::try_from(get(region, Register::DataSize)).expect("a segment fits in memory");
        if user.len() < at + len {
            user.resize(at + len, 0);
        }
        region
            .read(offset, &mut user[at..at + len])
            .expect("the segment is readable");
        at += len;
        lengths.push(len);
    }
    (lengths, start.elapsed())
}

fn resume(region: &mut Region, user: &[u8], lengths: &[usize]) -> Duration {
    let mut at = 0;
    let start = Instant::now();
    for &len in lengths {
        let offset = get(region, Register::DataOffset);
        region
            .write(offset, &user[at..at + len])
            .expect("the window takes it");
        region
            .write(Register::DataSize.offset(), &(len as u64).to_ne_bytes())
            .expect("the segment is taken");
        at += len;
    }
    start.elapsed()
}

fn copy(from: &[u8], to: &mut [u8], lengths: &[usize]) -> Duration {
    let mut at = 0;
    let start = Instant::now();
    for &len in lengths {
        to[at..at + len].copy_from_slice(&from[at..at + len]);
        at += len;
    }
    std::hint::black_box(&*to);
    start.elapsed()
}

/// Saves, loads and copies the whole state a few times. `save` reads it from one device into a buffer and `load` writes it
/// to the other; both give the time that user space spends, not that of the driver's capture and load.
pub(crate) fn rounds(
    through: [&str; 2],
    mut save: impl FnMut(&mut Vec<u8>) -> (Vec<usize>, Duration),
    mut load: impl FnMut(&[u8], &[usize]) -> Duration,
) {
    let (mut user, mut other) = (Vec::new(), Vec::new());
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let (lengths, read) = save(&mut user);
        let write = load(&user, &lengths);
        other.resize(user.len(), 0);
        let peer = copy(&user, &mut other, &lengths);
        // The first round also touches fresh memory.
        if round > 0 {
            reads.push((read, peer));
            writes.push((write, peer));
        }
    }
    let line = |what| Comparison {
        what,
        peer: "memcpy, same sizes",
        aim: "at most 1.25 (0.8 of its speed)",
        rounds: 5,
    };
    print(&line(through[0]), &reads);
    print(&line(through[1]), &writes);
}

pub(crate) fn run() {
    let (source, mut destination) = (RefCell::new(device(1)), device(2));
    rounds(
        [
            "read 1 GiB through the window",
            "write 1 GiB through the window",
        ],
        |user| {
            let source = &mut source.borrow_mut();
            set(source, DeviceState::RUNNING);
            set(source, DeviceState::SAVING);
            save(source, user)
        },
        |user, lengths| {
            destination.reset();
            set(&mut destination, DeviceState::RESUMING);
            let write = resume(&mut destination, user, lengths);
            set(&mut destination, DeviceState::NONE);
            assert_arrived(source.borrow().driver(), destination.driver());
            write
        },
    );
}

/// The destination holds what the source does.
pub(crate) fn assert_arrived(source: &impl Function, destination: &impl Function) {
    assert!(destination.image() == source.image(), "the state arrived");
}
