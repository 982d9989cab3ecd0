//! `stream.md`: operations on a data fd, sessions, ends.

use std::collections::VecDeque;

use vfio_migration::covers;
use vfio_migration::machine::v2::{Direction, Readiness};
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Rig, every, info};

const ENDED: Readiness = Readiness {
    readable: true,
    writable: false,
    hung_up: true,
};

#[test]
fn each_operation_is_answered_as_its_row_says() {
    covers![V2_STREAM_PROTOCOL, V2_PRECOPY_INFO];
    for state in states(Capabilities::ALL).filter(|state| state.saving() || state.resuming()) {
        let mut device = in_state(Capabilities::ALL, state);
        let fd = device.session().expect("these states have one");
        device.driver_mut().reads = VecDeque::from([Ok(1)]);
        let read = device.read(fd, &mut [0; 4]);
        let write = device.write(fd, &[0; 4]);
        let poll = device.poll(fd);
        let seek = device.seek(fd);
        let estimates = info(&mut device, fd, 0).map(|_| ());
        assert_eq!(seek, Err(Fault::NotSeekable));
        let names = calls(&mut device);
        if state.resuming() {
            assert_eq!((read, write), (Err(Fault::WrongDirection), Ok(4)));
            assert!(poll.is_ok_and(|poll| poll.writable && !poll.readable && !poll.hung_up));
            assert_eq!(estimates, Err(Fault::NotSupported));
            assert_eq!(names, ["write_stream"]);
        } else {
            assert_eq!((read, write), (Ok(1), Err(Fault::WrongDirection)));
            assert_eq!(poll, Ok(Readiness::default()), "what the driver says");
            let expected = if state.pre_copying() {
                Ok(())
            } else {
                Err(Fault::WrongState)
            };
            assert_eq!(estimates, expected, "{state}");
            assert_eq!(names[..2], ["read_stream", "poll_stream"]);
        }
    }
}

/// Whatever state the device goes on to, with or without another session.
#[test]
fn a_session_that_ended_stays_so() {
    covers![
        V2_STREAM_STALE,
        V2_STREAM_PROTOCOL,
        V2_STREAM_DIRECTION,
        V2_STREAM_ENDS
    ];
    for first in [
        DeviceState::PRE_COPY,
        DeviceState::PRE_COPY_P2P,
        DeviceState::STOP_COPY,
        DeviceState::RESUMING,
    ] {
        for then in states(Capabilities::ALL) {
            let mut device = in_state(Capabilities::ALL, first);
            let fd = device.session().expect("open");
            device.request(DeviceState::RUNNING).expect("back");
            assert_eq!(device.session(), None, "the arc ended it");
            if then.error() {
                device.driver_mut().fails = Some(("running_to_running_p2p", Fault::DeviceFailed));
                assert!(device.request(DeviceState::RUNNING_P2P).is_err());
            } else {
                device.request(then).expect("a state");
            }
            let session = device.session();
            calls(&mut device);
            let (read, write) = (device.read(fd, &mut [0; 4]), device.write(fd, &[0; 4]));
            if fd.direction() == Direction::Saving {
                assert_eq!(
                    (read, write),
                    (Err(Fault::SessionEnded), Err(Fault::WrongDirection))
                );
            } else {
                assert_eq!(
                    (read, write),
                    (Err(Fault::WrongDirection), Err(Fault::SessionEnded))
                );
            }
            assert_eq!(device.poll(fd), Ok(ENDED));
            assert_eq!(device.seek(fd), Err(Fault::NotSeekable));
            let fault = if then.pre_copying() {
                Fault::SessionEnded
            } else {
                Fault::WrongState
            };
            assert_eq!(info(&mut device, fd, 0).map(|_| ()), Err(fault), "{then}");
            assert!(calls(&mut device).is_empty(), "the driver is not asked");
            assert_eq!((device.state(), device.session()), (then, session));
        }
    }
}

#[test]
fn resets_errors_and_closes_end_sessions() {
    covers![V2_STREAM_ENDS, V2_STREAM_STALE];
    for state in [
        DeviceState::PRE_COPY,
        DeviceState::STOP_COPY,
        DeviceState::RESUMING,
    ] {
        let ends: [fn(&mut vfio_migration::machine::v2::MigrationDevice<Fake>); 3] = [
            |device| device.reset(),
            |device| device.close(),
            |device| {
                let failing = match device.state() {
                    DeviceState::PRE_COPY => "pre_copy_to_running",
                    DeviceState::STOP_COPY => "stop_copy_to_stop",
                    _ => "resuming_to_stop",
                };
                device.driver_mut().fails = Some((failing, Fault::DeviceFailed));
                assert_eq!(
                    device.request(DeviceState::RUNNING),
                    Err(Fault::DeviceFailed)
                );
            },
        ];
        for end in ends {
            let mut device = in_state(Capabilities::ALL, state);
            let fd = device.session().expect("open");
            end(&mut device);
            assert_eq!(device.poll(fd), Ok(ENDED), "{state}");
            assert_eq!(device.session(), None);
        }
    }
}

/// There is nothing that a closed fd would tell the device: its number is forgotten, and the bytes are there.
#[test]
fn closing_the_fd_loses_nothing() {
    covers![V2_STREAM_CLOSE];
    every(|model| {
        let mut source = Rig::used(model, DeviceState::RUNNING);
        let bytes = source.save();
        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        rig.write_by(&bytes, usize::MAX).expect("the stream");
        rig.fd = None;
        assert_eq!(rig.device.state(), DeviceState::RESUMING);
        rig.must_set(DeviceState::STOP);
        assert!(rig.image() == source.image(), "{model:?}");
    });
}

#[test]
fn boundaries_do_not_matter() {
    covers![V2_STREAM_RECHUNK, V2_STREAM_EXACT];
    every(|model| {
        let reference = Rig::used(model, DeviceState::STOP_COPY).read_all();
        for piece in [1, 3, 7, 39, 41, 1000, 4093, usize::MAX >> 40] {
            let mut source = Rig::used(model, DeviceState::STOP_COPY);
            let bytes = source.read_by(piece);
            assert!(bytes == reference, "{model:?}: read by {piece}");
            let mut rig = Rig::with_seed(model, 2);
            rig.must_set(DeviceState::RESUMING);
            rig.write_by(&bytes, piece).expect("the stream");
            rig.must_set(DeviceState::STOP);
            assert!(
                rig.image() == source.image(),
                "{model:?}: written by {piece}"
            );
        }
    });
}

#[test]
fn reads_give_some_and_no_more_than_there_is_room_for() {
    covers![V2_STREAM_READ_SOME];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::STOP_COPY);
        let fd = rig.fd();
        assert_eq!(
            rig.device.read(fd, &mut []),
            Ok(0),
            "says nothing of the end"
        );
        let mut total = 0;
        for room in [1, 2, 5, 64].into_iter().cycle() {
            let mut into = vec![0; room];
            let read = rig.device.read(fd, &mut into).expect("stop-copy");
            assert!(read <= room);
            total += read;
            if read == 0 {
                break;
            }
        }
        assert_eq!(
            total,
            Rig::used(model, DeviceState::STOP_COPY).read_all().len()
        );
    });
    // A driver that gives more than there is room for is broken.
    let mut device = in_state(Capabilities::ALL, DeviceState::STOP_COPY);
    let fd = device.session().expect("open");
    device.driver_mut().reads = VecDeque::from([Ok(9)]);
    assert_eq!(device.read(fd, &mut [0; 8]), Err(Fault::DeviceFailed));
    assert_eq!(device.state(), DeviceState::ERROR);
}

#[test]
fn writes_take_some() {
    covers![V2_STREAM_WRITE_SOME];
    every(|model| {
        let bytes = Rig::used(model, DeviceState::STOP_COPY).read_all();
        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        let (fd, mut at) = (rig.fd(), 0);
        assert_eq!(rig.device.write(fd, &[]), Ok(0));
        while at < bytes.len() {
            let taken = rig.device.write(fd, &bytes[at..]).expect("the stream");
            assert!(taken > 0 && taken <= bytes.len() - at, "{model:?}");
            at += taken;
        }
    });
    let mut device = in_state(Capabilities::ALL, DeviceState::RESUMING);
    let fd = device.session().expect("open");
    device.driver_mut().takes = 3;
    assert_eq!(device.write(fd, &[0; 8]), Ok(3));
    device.driver_mut().takes = 0;
    assert_eq!(
        device.write(fd, &[0; 8]),
        Err(Fault::DeviceFailed),
        "a driver that takes nothing is broken"
    );
}

#[test]
fn moves_within_the_saving_group_keep_the_stream() {
    covers![V2_STREAM_KEEPS, V2_ARCS_CAPTURE_REST];
    let group = |rig: &Rig| {
        let states = [
            DeviceState::PRE_COPY_P2P,
            DeviceState::PRE_COPY,
            DeviceState::PRE_COPY_P2P,
        ];
        states
            .into_iter()
            .filter(|_| rig.has(Capabilities::P2P))
            .chain([DeviceState::STOP_COPY])
            .collect::<Vec<_>>()
    };
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        if !rig.has(Capabilities::PRE_COPY) {
            return;
        }
        rig.must_set(DeviceState::PRE_COPY);
        let (fd, mut bytes) = (rig.fd(), Vec::new());
        for state in group(&rig) {
            let mut part = [0; 11];
            let read = rig.device.read(fd, &mut part).expect("unread bytes");
            bytes.extend_from_slice(&part[..read]);
            rig.must_set(state);
            assert_eq!(rig.device.session(), Some(fd), "{model:?}");
        }
        bytes.extend(rig.read_all());
        let mut destination = Rig::with_seed(model, 2);
        assert_eq!(destination.load(&bytes), Ok(()), "{model:?}");
        assert!(destination.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn bytes_that_are_being_prepared_are_waited_for() {
    covers![V2_STREAM_NOT_READY];
    for state in [
        DeviceState::PRE_COPY,
        DeviceState::PRE_COPY_P2P,
        DeviceState::STOP_COPY,
    ] {
        let mut device = in_state(Capabilities::ALL, state);
        let fd = device.session().expect("open");
        device.driver_mut().reads =
            VecDeque::from([Err(Fault::NotReady), Err(Fault::NotReady), Ok(2)]);
        assert_eq!(
            device.read(fd, &mut [0; 4]),
            Err(Fault::NotReady),
            "{state}: no temporary end"
        );
        let mut waits = 0;
        assert_eq!(device.read_waiting(fd, &mut [0; 4], |_| waits += 1), Ok(2));
        assert_eq!(waits, 1);
        assert_eq!(device.state(), state);
    }
}

#[test]
fn the_end_is_temporary_before_the_device_is_stopped() {
    covers![V2_STREAM_TEMPORARY_END, V2_STREAM_POLL];
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    let fd = device.session().expect("open");
    device.driver_mut().reads = VecDeque::from([Ok(0), Ok(4), Err(Fault::NoDataNow)]);
    let mut into = [0; 8];
    assert_eq!(device.read(fd, &mut into), Err(Fault::NoDataNow));
    assert_eq!(device.read(fd, &mut into), Ok(4), "more came");
    assert_eq!(device.read(fd, &mut into), Err(Fault::NoDataNow));

    every(|model| {
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        if !rig.has(Capabilities::PRE_COPY) {
            return;
        }
        rig.must_set(DeviceState::PRE_COPY);
        let fd = rig.fd();
        let mut one = [0];
        // A poll tells beforehand what a read finds, byte by byte, and again after new changes.
        for round in 0..3 {
            loop {
                let readable = rig.device.poll(fd).expect("a poll").readable;
                match rig.device.read(fd, &mut one) {
                    Ok(read) => assert!(readable && read == 1, "{model:?}, {round}"),
                    Err(fault) => {
                        assert_eq!(
                            (fault, readable),
                            (Fault::NoDataNow, false),
                            "{model:?}, {round}"
                        );
                        break;
                    }
                }
            }
            rig.use_device();
        }
    });
    // Where the device runs and logs what changes, more comes.
    let mut rig = Rig::used(
        vfio_migration::driver::Model::Buffering,
        DeviceState::PRE_COPY,
    );
    rig.read_all();
    rig.moments(1);
    assert!(!rig.read_all().is_empty());
}

#[test]
fn the_end_is_final_once_it_is() {
    covers![V2_STREAM_FINAL_END, V2_STREAM_POLL];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::STOP_COPY);
        rig.read_all();
        let fd = rig.fd();
        for _ in 0..3 {
            assert_eq!(rig.device.read(fd, &mut [0; 16]), Ok(0));
            assert!(rig.device.poll(fd).expect("a poll").readable, "{model:?}");
        }
    });
    // Whatever the driver says: not even a broken one brings a temporary end, or life after the end.
    let mut device = in_state(Capabilities::ALL, DeviceState::STOP_COPY);
    let fd = device.session().expect("open");
    device.driver_mut().reads = VecDeque::from([Ok(2), Err(Fault::NoDataNow), Ok(4)]);
    let mut into = [0; 8];
    assert_eq!(device.read(fd, &mut into), Ok(2));
    assert_eq!(device.read(fd, &mut into), Ok(0));
    assert_eq!(device.read(fd, &mut into), Ok(0));
    assert!(device.poll(fd).expect("a poll").readable);
}

#[test]
fn a_stream_that_was_refused_stays_so() {
    covers![V2_STREAM_VERDICT_EARLY, V2_STREAM_TOO_LONG];
    for (fault, later) in [
        (Fault::InvalidStream, Fault::InvalidStream),
        (Fault::StreamTooLong, Fault::StreamTooLong),
    ] {
        let mut device = in_state(Capabilities::ALL, DeviceState::RESUMING);
        let fd = device.session().expect("open");
        device.driver_mut().fails = Some(("write_stream", fault));
        assert_eq!(device.write(fd, &[0; 4]), Err(fault));
        device.driver_mut().fails = None;
        calls(&mut device);
        assert_eq!(device.write(fd, &[0; 4]), Err(later));
        assert_eq!(
            device.request(DeviceState::RUNNING),
            Err(Fault::InvalidStream)
        );
        assert_eq!(device.state(), DeviceState::RESUMING);
        assert!(
            calls(&mut device).is_empty(),
            "the driver cannot load it after all"
        );
        // The next session begins without a blot.
        device.reset();
        device.request(DeviceState::RESUMING).expect("again");
        let fd = device.session().expect("open");
        assert_eq!(device.write(fd, &[0; 4]), Ok(4));
        assert_eq!(device.request(DeviceState::STOP), Ok(None));
    }
}
