//! `stream.md`: operations on a data fd, and the life of sessions.

use vfio_migration::covers;
use vfio_migration::machine::v2::{DataFd, Direction, MigrationDevice, Readiness};
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Rig, every, every_state, get_state, info};

/// A device in this state that has had a saving and a resuming session before: these two.
fn with_past(
    capabilities: Capabilities,
    state: DeviceState,
) -> (MigrationDevice<Fake>, [DataFd; 2]) {
    let mut device = Fake::device(capabilities);
    let past = [DeviceState::STOP_COPY, DeviceState::RESUMING].map(|state| {
        device.request(DeviceState::STOP).expect("a stop");
        device.request(state).expect("a state").expect("a session")
    });
    device.request(DeviceState::RUNNING).expect("out");
    if state.error() {
        device.driver_mut().fails = Some(("stop_to_stop_copy", Fault::DeviceFailed));
        device.request(DeviceState::STOP_COPY).expect_err("broken");
        device.driver_mut().fails = None;
    } else {
        device
            .request(state)
            .expect("every state can be reached from RUNNING");
    }
    assert_eq!(device.state(), state);
    calls(&mut device);
    (device, past)
}

/// Every state of every kind of device, every data fd: the open one, and one of each direction that has ended.
pub(crate) fn every_fd(check: impl Fn(&mut MigrationDevice<Fake>, DataFd, bool)) {
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities) {
            let (mut device, past) = with_past(capabilities, state);
            assert_eq!(
                device.session().is_some(),
                state.saving() || state.resuming()
            );
            past.into_iter()
                .for_each(|fd| check(&mut device, fd, false));
            if let Some(fd) = device.session() {
                check(&mut device, fd, true);
            }
        }
    }
}

const HUNG_UP: Readiness = Readiness {
    readable: true,
    writable: false,
    hung_up: true,
};
const WRITABLE: Readiness = Readiness {
    readable: false,
    writable: true,
    hung_up: false,
};

fn poll_row(open: bool, saving: bool, readable: bool) -> Readiness {
    match (open, saving) {
        (false, _) => HUNG_UP,
        (true, false) => WRITABLE,
        (true, true) => Readiness {
            readable,
            ..Readiness::default()
        },
    }
}

#[test]
fn every_operation_has_its_row() {
    covers![V2_STREAM_PROTOCOL];
    every_fd(|device, fd, open| {
        let (state, saving) = (device.state(), fd.direction() == Direction::Saving);
        let ended = Err(Fault::SessionEnded);
        let mut asked: Vec<&str> = Vec::new();

        device.driver_mut().reads = [Ok(3)].into();
        let read = device.read(fd, &mut [0; 8]);
        let expected = if open { Ok(3) } else { ended };
        assert_eq!(
            read,
            if saving {
                expected
            } else {
                Err(Fault::WrongDirection)
            },
            "{state}"
        );
        asked.extend((open && saving).then_some("read_stream"));

        device.driver_mut().takes = 5;
        let write = device.write(fd, &[0; 8]);
        let expected = if open { Ok(5) } else { ended };
        assert_eq!(
            write,
            if saving {
                Err(Fault::WrongDirection)
            } else {
                expected
            },
            "{state}"
        );
        asked.extend((open && !saving).then_some("write_stream"));

        for readable in [false, true] {
            device.driver_mut().readable = readable;
            let expected = poll_row(open, saving, readable);
            assert_eq!(device.poll(fd), Ok(expected), "{state}");
            asked.extend((open && saving).then_some("poll_stream"));
        }

        assert_eq!(device.seek(fd), Err(Fault::NotSeekable), "{state}");

        let expected = match (open, state.pre_copying()) {
            _ if !saving => Err(Fault::NotSupported),
            (true, true) => Ok((0, 10, 0)),
            (false, true) => Err(Fault::SessionEnded),
            (_, false) => Err(Fault::WrongState),
        };
        assert_eq!(info(device, fd, 0), expected, "{state}");
        asked.extend(expected.is_ok().then_some("precopy_info"));

        assert_eq!(calls(device), asked, "{state}");
        assert_eq!(device.state(), state);
    });
}

#[test]
fn a_session_goes_one_way_for_life() {
    covers![V2_STREAM_DIRECTION];
    every_fd(|device, fd, _| {
        for len in [0, 1, 100] {
            let wrong = match fd.direction() {
                Direction::Resuming => device.read(fd, &mut vec![0; len]),
                Direction::Saving => device.write(fd, &vec![0; len]),
            };
            assert_eq!(wrong, Err(Fault::WrongDirection), "{}", device.state());
        }
        if fd.direction() == Direction::Resuming {
            for argsz in [0_u32, 24] {
                let mut argument = [0; 24];
                argument[..4].copy_from_slice(&argsz.to_ne_bytes());
                let wrong = device.precopy_info(fd, &mut argument);
                assert_eq!(wrong, Err(Fault::NotSupported), "{}", device.state());
            }
        }
        assert!(calls(device).is_empty());
    });
    every_state(|mut rig, state| {
        for _ in 0..2 {
            let Some(fd) = rig.fd else { continue };
            let way = if state.resuming() {
                Direction::Resuming
            } else {
                Direction::Saving
            };
            assert_eq!(fd.direction(), way);
            let wrong = match way {
                Direction::Resuming => rig.device.read(fd, &mut [0; 64]),
                Direction::Saving => rig.device.write(fd, &[0; 64]),
            };
            assert_eq!(
                wrong,
                Err(Fault::WrongDirection),
                "{:?} in {state}",
                rig.model
            );
            rig.reset();
        }
    });
    assert_eq!(Fault::WrongDirection.errno(), vfio_migration::errno::EBADF);
}

/// Every request out of every state with a session; then the other three ends.
#[test]
fn a_session_ends_by_the_first_of_its_ends() {
    covers![V2_STREAM_ENDS];
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities).filter(|state| state.saving() || state.resuming()) {
            for to in DeviceState::ALL {
                let mut device = in_state(capabilities, state);
                let fd = device.session();
                let arrived = device.request(to).is_ok();
                let lasts = !arrived || to == state || (state.saving() && to.saving());
                assert_eq!(
                    device.session() == fd,
                    lasts,
                    "{capabilities}: {state} to {to}"
                );
                let hung_up = device.poll(fd.expect("a session")).map(|poll| poll.hung_up);
                assert_eq!(hung_up, Ok(!lasts), "{capabilities}: {state} to {to}");
            }
            let ends: [fn(&mut MigrationDevice<Fake>); 3] =
                [MigrationDevice::reset, MigrationDevice::close, |device| {
                    device.driver_mut().fails = Some(("stop_log", Fault::DeviceFailed));
                    break_it(device);
                }];
            for end in ends {
                let mut device = in_state(capabilities, state);
                let fd = device.session().expect("a session");
                end(&mut device);
                assert_eq!(device.session(), None);
                assert_eq!(device.poll(fd), Ok(HUNG_UP), "{state}");
            }
        }
    }
}

/// Fails the next operation on the data fd for good.
fn break_it(device: &mut MigrationDevice<Fake>) {
    let fd = device.session().expect("a session");
    let saving = fd.direction() == Direction::Saving;
    let name = if saving {
        "read_stream"
    } else {
        "write_stream"
    };
    device.driver_mut().fails = Some((name, Fault::DeviceFailed));
    let failed = match saving {
        true => device.read(fd, &mut [0; 4]),
        false => device.write(fd, &[0; 4]),
    };
    assert_eq!(failed, Err(Fault::DeviceFailed));
    assert_eq!(device.state(), DeviceState::ERROR);
}

#[test]
fn an_ended_session_stays_ended() {
    covers![V2_STREAM_STALE];
    every(|model| {
        let mut rig = Rig::new(model);
        let mut past = Vec::new();
        for round in 0..5 {
            for state in [DeviceState::STOP_COPY, DeviceState::RESUMING] {
                rig.use_device();
                rig.must_set(state);
                let (fd, image) = (rig.fd(), rig.image());
                assert!(!past.contains(&fd), "{model:?} round {round}: a new fd");
                rig.calls();
                for old in &past {
                    let saving = old.direction() == Direction::Saving;
                    let (read, write) = (
                        rig.device.read(*old, &mut [0; 64]),
                        rig.device.write(*old, &[1; 64]),
                    );
                    assert_eq!(if saving { read } else { write }, Err(Fault::SessionEnded));
                    assert_eq!(rig.device.poll(*old), Ok(HUNG_UP));
                    assert!(info(&mut rig.device, *old, 0).is_err());
                }
                assert!(
                    rig.calls().is_empty(),
                    "{model:?}: the driver hears nothing of it"
                );
                assert_eq!(
                    (rig.device.state(), rig.device.session()),
                    (state, Some(fd))
                );
                assert!(rig.image() == image);
                past.push(fd);
                rig.reset();
            }
        }
    });
}

/// There is nothing that closing could tell the device: what was written counts without it, and with it.
#[test]
fn closing_a_data_fd_is_no_request() {
    covers![V2_STREAM_CLOSE];
    every(|model| {
        let mut source = Rig::new(model);
        source.use_device();
        let bytes = source.save();
        source.fd = None;
        assert_eq!(
            get_state(&mut source.device).0,
            DeviceState::STOP_COPY.raw()
        );

        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        rig.write_by(&bytes, 4096).expect("a good stream");
        rig.calls();
        rig.fd = None;
        assert_eq!(get_state(&mut rig.device).0, DeviceState::RESUMING.raw());
        rig.must_set(DeviceState::STOP);
        assert_eq!(
            rig.calls(),
            ["resuming_to_stop"],
            "{model:?}: the request is all"
        );
        assert!(rig.image() == source.image());
    });
}
