//! `pre-copy.md`: pre-copy info, and the size of the stream.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Register;
use vfio_migration::machine::v2::{DataFd, Direction, MigrationDevice, Services};
use vfio_migration::v2::feature::*;
pub(crate) use vfio_migration::v2::precopy_info::VFIO_PRECOPY_INFO_REINIT as REINIT;
use vfio_migration::v2::{Capabilities, DeviceState, Driver, Fault};

use crate::fake::{calls, in_state, states};
use crate::rig::{Rig, every_state, info, simple};
use crate::stream::every_fd;

pub(crate) const SECOND: u32 = VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2;
/// What nobody would mean.
pub(crate) const ODD: u32 = 0xdead_beee;

pub(crate) fn opt_in<D: Driver + Services + ?Sized>(device: &mut MigrationDevice<D>) {
    let (result, _) = simple(device, VFIO_DEVICE_FEATURE_SET | SECOND, &[]);
    result.expect("opt in");
}

/// The kinds of devices that have pre-copy, each in each pre-copy state, reached by one request from a running state.
pub(crate) fn every_beginning(check: impl Fn(&mut Rig)) {
    for model in Model::ALL {
        for from in Rig::states(model) {
            for to in Rig::states(model) {
                if to.pre_copying() && from.running() && !from.pre_copying() {
                    let mut rig = Rig::used(model, from);
                    rig.must_set(to);
                    check(&mut rig);
                }
            }
        }
    }
}

/// `initial_bytes` and `dirty_bytes`.
pub(crate) fn ask(rig: &mut Rig) -> (u64, u64) {
    let (_, initial, dirty) = info(&mut rig.device, rig.fd.expect("a session"), 0).expect("info");
    (initial, dirty)
}

pub(crate) fn precopy_devices() -> impl Iterator<Item = Capabilities> {
    let all = Capabilities::LEGAL.into_iter();
    all.filter(|capabilities| capabilities.contains(Capabilities::PRE_COPY))
}

#[test]
fn info_is_there_in_the_pre_copy_states_alone() {
    covers![V2_PRECOPY_INFO];
    for capabilities in precopy_devices() {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            let Some(fd) = device.session() else { continue };
            let expected = match state {
                DeviceState::STOP_COPY => Err(Fault::WrongState),
                DeviceState::RESUMING => Err(Fault::NotSupported),
                _ => Ok((ODD, 10, 0)),
            };
            assert_eq!(info(&mut device, fd, ODD), expected, "{state}");
            assert_eq!(calls(&mut device).is_empty(), expected.is_err(), "{state}");
        }
    }
    every_state(|mut rig, state| {
        if let Some(fd) = rig.device.session() {
            let answer = info(&mut rig.device, fd, 0);
            assert_eq!(
                answer.is_ok(),
                state.pre_copying(),
                "{:?} in {state}",
                rig.model
            );
        }
    });
}

#[test]
fn a_short_argument_is_refused_and_a_long_one_accepted() {
    covers![V2_PRECOPY_ARGSZ];
    every_fd(|device, fd, _| {
        if fd.direction() == Direction::Saving {
            let mut argument = [0; 24];
            argument[0] = 23;
            let result = device.precopy_info(fd, &mut argument);
            assert_eq!(result, Err(Fault::ShortArgument), "{}", device.state());
        }
    });
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    let fd = device.session().expect("a session");
    for (argsz, there) in [
        (0, 24),
        (8, 24),
        (23, 24),
        (23, 64),
        (24, 24),
        (25, 25),
        (64, 64),
        (4096, 4096),
    ] {
        let mut argument = vec![0xee; there];
        argument[..4].copy_from_slice(&(argsz as u32).to_ne_bytes());
        let before = argument.clone();
        let result = device.precopy_info(fd, &mut argument);
        if argsz < 24 {
            assert_eq!(result, Err(Fault::ShortArgument), "{argsz}");
            assert_eq!(argument, before);
            assert!(calls(&mut device).is_empty());
        } else {
            assert_eq!(result, Ok(()), "{argsz}");
            assert_eq!(argument[8..16], 10_u64.to_ne_bytes());
            assert_eq!(argument[16..24], [0; 8]);
            assert!(
                argument[..8] == before[..8] && argument[24..] == before[24..],
                "{argsz}"
            );
            calls(&mut device);
        }
    }
    // Less than it claims is no reason to panic.
    for there in 0..24 {
        let mut argument = vec![24; there];
        let result = device.precopy_info(fd, &mut argument);
        assert_eq!(result, Err(Fault::ShortArgument), "{there}");
    }
}

/// A session of a used device that is read in small pieces, with changes and a new ring in between.
fn session(model: Model, state: DeviceState, mut between: impl FnMut(&mut Rig)) -> Vec<u8> {
    let mut rig = Rig::used(model, state);
    let mut bytes = Vec::new();
    for step in 0..100_u64 {
        between(&mut rig);
        let (fd, mut piece) = (rig.fd(), [0; 501]);
        match rig.device.read(fd, &mut piece) {
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
            Err(fault) => assert_eq!(fault, Fault::NoDataNow),
        }
        between(&mut rig);
        match step {
            10 | 40 | 80 => {
                rig.ask(3);
                rig.moments(20);
            }
            4 | 70 => rig.write_bar(Register::Ring, step * 8),
            _ => rig.moments(step as usize % 3),
        }
    }
    rig.must_set(DeviceState::STOP_COPY);
    bytes.extend(rig.read_all());
    bytes
}

#[test]
fn asking_is_harmless() {
    covers![V2_PRECOPY_HARMLESS];
    for model in Model::ALL {
        for state in Rig::states(model)
            .into_iter()
            .filter(|state| state.pre_copying())
        {
            let quiet = session(model, state, |_| ());
            let curious = session(model, state, |rig| {
                ask(rig);
                ask(rig);
            });
            assert!(quiet == curious, "{model:?} in {state}");
        }
    }
}

#[test]
fn a_session_begins_with_initial_data_and_nothing_dirty() {
    covers![V2_PRECOPY_INITIAL, V2_PRECOPY_DIRTY];
    every_beginning(|rig| {
        let (initial, dirty) = ask(rig);
        assert!(
            initial > 0 && dirty == 0,
            "{:?}: {initial} {dirty}",
            rig.model
        );
        // And so does the next session.
        rig.read_all();
        rig.must_set(DeviceState::RUNNING);
        rig.use_device();
        rig.must_set(DeviceState::PRE_COPY);
        let (initial, dirty) = ask(rig);
        assert!(
            initial > 0 && dirty == 0,
            "{:?}: {initial} {dirty}",
            rig.model
        );
    });
}

#[test]
fn initial_bytes_do_not_rise_by_themselves() {
    covers![V2_PRECOPY_INITIAL];
    for second in [false, true] {
        every_beginning(|rig| {
            if second {
                opt_in(&mut rig.device);
            }
            let mut last = u64::MAX;
            for step in 0..80 {
                let fd = rig.fd();
                let (flags, initial, _) = info(&mut rig.device, fd, 0).expect("info");
                let anew = flags & REINIT != 0;
                assert!(
                    initial <= last || anew,
                    "{:?}: {last} to {initial}",
                    rig.model
                );
                last = initial;
                let _ = rig.device.read(fd, &mut [0; 299]);
                rig.moments(step % 4);
                if step == 50 {
                    rig.write_bar(Register::Ring, 32);
                }
            }
        });
        // Whatever a driver says.
        let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
        let fd = device.session().expect("a session");
        if second {
            opt_in(&mut device);
        }
        let mut last = u64::MAX;
        for says in [10, 4, 7, 0, 100, 3] {
            device.driver_mut().info.initial_bytes = says;
            let (_, initial, dirty) = info(&mut device, fd, 0).expect("info");
            assert!(initial <= last, "{last} to {initial}");
            assert_eq!(initial + dirty, says, "nothing is hidden");
            last = initial;
        }
        // Of the next session, nothing is known.
        device.request(DeviceState::RUNNING).expect("out");
        let fd = device
            .request(DeviceState::PRE_COPY)
            .expect("in")
            .expect("a session");
        device.driver_mut().info.initial_bytes = 1000;
        assert_eq!(info(&mut device, fd, 0).map(|info| info.1), Ok(1000));
    }
}

#[test]
fn dirty_bytes_follow_the_changes() {
    covers![V2_PRECOPY_DIRTY];
    let mut rose = 0;
    for model in Model::ALL {
        for state in Rig::states(model)
            .into_iter()
            .filter(|state| state.pre_copying())
        {
            let mut rig = Rig::used(model, state);
            for _ in 0..3 {
                // Nothing changes: reading can only bring it down, to 0.
                let (_, mut last) = ask(&mut rig);
                rose += u64::from(last != 0);
                let fd = rig.fd();
                while rig.device.read(fd, &mut [0; 100]).is_ok() {
                    let (_, dirty) = ask(&mut rig);
                    assert!(dirty <= last, "{model:?}: {last} to {dirty}");
                    last = dirty;
                }
                assert_eq!(ask(&mut rig).1, 0, "{model:?} in {state}");
                rig.ask(2);
                rig.moments(10);
            }
        }
    }
    assert!(rose >= 4, "the driver that streams changes counts them");
}

#[test]
fn there_is_nothing_to_read_while_both_are_zero() {
    covers![V2_PRECOPY_BOTH_ZERO];
    every_beginning(|rig| {
        let mut zeros = 0;
        for step in 0..150 {
            let both_zero = ask(rig) == (0, 0);
            let (fd, mut piece) = (rig.fd(), vec![0; 1 + 131 * (step % 5)]);
            let read = rig.device.read(fd, &mut piece);
            if both_zero {
                zeros += 1;
                assert_eq!(read, Err(Fault::NoDataNow), "{:?} at {step}", rig.model);
            }
            if step % 30 == 29 {
                rig.moments(1);
            }
        }
        assert!(zeros > 0, "{:?} never comes to an end", rig.model);
    });
}

fn size<D: Driver + Services + ?Sized>(device: &mut MigrationDevice<D>) -> Result<u64, Fault> {
    let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE;
    let (result, payload) = simple(device, flags, &[0xee; 8]);
    result.map(|()| u64::from_ne_bytes(payload.try_into().expect("eight bytes")))
}

#[test]
fn the_size_can_be_asked_in_every_state() {
    covers![V2_SIZE_GET];
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            for length in [0, 77, 1 << 40] {
                device.driver_mut().length = length;
                assert_eq!(size(&mut device), Ok(length), "{state}");
            }
            assert!(calls(&mut device).is_empty());
            assert_eq!(device.state(), state);
        }
    }
    every_state(|mut rig, state| {
        let estimate = size(&mut rig.device).expect("a size");
        if state.resuming() {
            // Only a whole stream leads out of it otherwise.
            rig.reset();
        }
        rig.must_set(DeviceState::STOP);
        rig.must_set(DeviceState::STOP_COPY);
        let read = rig.read_all().len() as u64;
        let near = read / 2..=read * 2;
        assert!(
            near.contains(&estimate),
            "{:?} in {state}: {estimate} for {read}",
            rig.model
        );
        rig.break_device();
        assert!(size(&mut rig.device).is_ok(), "in ERROR");
    });
}

/// A data fd that never was gives no estimate either.
#[test]
fn an_unknown_fd_has_no_info() {
    covers![V2_PRECOPY_INFO];
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    let open = device.session().expect("a session").number();
    for number in (0..100).filter(|number| *number != open) {
        let fd = DataFd::from_number(number).expect("a number");
        let expected = match fd.direction() {
            Direction::Saving => Fault::SessionEnded,
            Direction::Resuming => Fault::NotSupported,
        };
        assert_eq!(info(&mut device, fd, 0), Err(expected), "{number}");
    }
}
