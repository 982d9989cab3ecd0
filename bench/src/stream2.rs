//! Copying a device state of 1 GiB through the data fd of v2, against memcpy between the same buffers.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use vfio_migration::driver::Buffering;
use vfio_migration::machine::v2::{DataFd, MigrationDevice};
use vfio_migration::v2::DeviceState;

use crate::stream::{NoGuest, STATE, assert_arrived, rounds};

/// Bytes of a read or write.
const PIECE: usize = 1 << 20;

type Device = MigrationDevice<Buffering<PIECE>>;

fn device(seed: u32) -> Device {
    MigrationDevice::new(Buffering::new(STATE, seed, NoGuest))
}

fn session(device: &mut Device, state: DeviceState) -> DataFd {
    let session = device.request(state).expect("a legal request");
    session.expect("the state has a session")
}

/// Reads up to the end; gives the lengths of the reads and the time in them.
fn save(device: &mut Device, fd: DataFd, user: &mut Vec<u8>) -> (Vec<usize>, Duration) {
    let (mut lengths, mut at) = (Vec::new(), 0);
    let start = Instant::now();
    loop {
        if user.len() < at + PIECE {
            user.resize(at + PIECE, 0);
        }
        let into = &mut user[at..at + PIECE];
        match device.read(fd, into).expect("the stream is readable") {
            0 => return (lengths, start.elapsed()),
            len => {
                at += len;
                lengths.push(len);
            }
        }
    }
}

fn resume(device: &mut Device, fd: DataFd, user: &[u8], lengths: &[usize]) -> Duration {
    let mut at = 0;
    let start = Instant::now();
    for &len in lengths {
        let taken = device.write(fd, &user[at..at + len]);
        assert_eq!(taken, Ok(len), "the stream is taken whole");
        at += len;
    }
    start.elapsed()
}

pub(crate) fn run() {
    let (source, mut destination) = (RefCell::new(device(1)), device(2));
    rounds(
        ["read 1 GiB from the data fd", "write 1 GiB to the data fd"],
        |user| {
            let source = &mut source.borrow_mut();
            source.reset();
            let fd = session(source, DeviceState::STOP_COPY);
            save(source, fd, user)
        },
        |user, lengths| {
            destination.reset();
            let fd = session(&mut destination, DeviceState::RESUMING);
            let write = resume(&mut destination, fd, user, lengths);
            destination.request(DeviceState::STOP).expect("a load");
            assert_arrived(source.borrow().driver(), destination.driver());
            write
        },
    );
}
