//! `stream.md`: the bytes that are read, and their ends.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::machine::v2::Readiness;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::{calls, in_state, states};
use crate::rig::{Rig, every, every_state, set_state};

#[test]
fn a_read_gives_some_and_at_most_the_room() {
    covers![V2_STREAM_READ_SOME];
    every_state(|mut rig, state| {
        if !state.saving() {
            return;
        }
        let fd = rig.fd();
        for room in (0..200).chain([5000, 0, 1 << 20]) {
            let readable = rig.device.poll(fd).expect("a poll").readable;
            let mut into = vec![0; room];
            match rig.device.read(fd, &mut into) {
                Ok(read) => assert!(read <= room, "{:?}", rig.model),
                Err(fault) => assert!(fault == Fault::NoDataNow && room != 0 && !readable),
            }
        }
    });
    for state in states(Capabilities::ALL).filter(|state| state.saving()) {
        let mut device = in_state(Capabilities::ALL, state);
        let fd = device.session().expect("a session");
        device.driver_mut().reads = [Ok(2), Ok(9), Ok(1)].into();
        assert_eq!(device.read(fd, &mut []), Ok(0));
        assert!(
            calls(&mut device).is_empty(),
            "without room, nobody is asked"
        );
        let mut into = [0; 9];
        assert_eq!(device.read(fd, &mut into), Ok(2));
        assert_eq!(into, [0x5a, 0x5a, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(device.read(fd, &mut into), Ok(9));
        assert_eq!(device.read(fd, &mut []), Ok(0), "no end in {state}");
        assert_eq!(device.read(fd, &mut into), Ok(1), "no end in {state}");
        // A driver that claims to have written behind the room is broken.
        device.driver_mut().reads = [Ok(10)].into();
        assert_eq!(device.read(fd, &mut into), Err(Fault::DeviceFailed));
    }
}

/// With the same past, and as little time passing: moves between reads change nothing.
#[test]
fn moves_within_the_group_keep_the_stream() {
    covers![V2_STREAM_KEEPS];
    for capabilities in Capabilities::LEGAL {
        for from in states(capabilities).filter(|state| state.saving()) {
            for to in states(capabilities).filter(|state| state.saving()) {
                let mut device = in_state(capabilities, from);
                let fd = device.session();
                let (result, (_, number)) = set_state(&mut device, to.raw());
                assert_eq!(
                    (device.session(), number),
                    (fd, -1),
                    "{from} to {to}: {result:?}"
                );
            }
        }
    }
    let moves = [DeviceState::PRE_COPY_P2P, DeviceState::PRE_COPY];
    for read_before in [0, 1, 100, 6000, 1 << 16] {
        let mut still = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
        let bytes = still.read_all();
        let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
        let (fd, mut moved) = (rig.fd(), vec![0; read_before]);
        let read = rig.device.read(fd, &mut moved).unwrap_or_default();
        moved.truncate(read);
        moves.into_iter().for_each(|state| rig.must_set(state));
        moved.extend(rig.read_by(99));
        assert!(moved == bytes, "after {read_before}");
    }
}

#[test]
fn unread_bytes_outlast_the_stop() {
    covers![V2_STREAM_KEEPS, V2_STREAM_EXACT, V2_ARCS_CAPTURE_REST];
    for model in Model::ALL {
        for state in Rig::states(model)
            .into_iter()
            .filter(|state| state.pre_copying())
        {
            for read_before in [0, 1, 47, 100, 6000, 1 << 16] {
                let mut rig = Rig::used(model, state);
                let (fd, mut bytes) = (rig.fd(), vec![0; read_before]);
                let read = rig.device.read(fd, &mut bytes).unwrap_or_default();
                bytes.truncate(read);
                rig.moments(5);
                rig.must_set(DeviceState::STOP_COPY);
                assert_eq!(rig.fd(), fd);
                bytes.extend(rig.read_all());
                let mut other = Rig::with_seed(model, 2);
                assert_eq!(other.load(&bytes), Ok(()), "{model:?} after {read_before}");
                assert!(
                    other.image() == rig.image(),
                    "{model:?} after {read_before}"
                );
            }
        }
    }
}

#[test]
fn a_read_waits_for_what_is_being_prepared() {
    covers![V2_STREAM_NOT_READY];
    for state in states(Capabilities::ALL).filter(|state| state.saving()) {
        let mut device = in_state(Capabilities::ALL, state);
        let fd = device.session().expect("a session");
        device.driver_mut().reads = [Err(Fault::NotReady), Err(Fault::NotReady), Ok(3)].into();
        for _ in 0..2 {
            assert_eq!(
                device.read(fd, &mut [0; 8]),
                Err(Fault::NotReady),
                "{state}"
            );
        }
        assert_eq!(
            device.read(fd, &mut [0; 8]),
            Ok(3),
            "neither an end nor a failure"
        );

        let mut waited = 0;
        device.driver_mut().reads = [Err(Fault::NotReady), Err(Fault::NotReady), Ok(3)].into();
        let read = device.read_waiting(fd, &mut [0; 8], |_| waited += 1);
        assert_eq!((read, waited), (Ok(3), 2), "{state}");
        let end = device.read_waiting(fd, &mut [0; 8], |_| panic!("nothing to wait for"));
        let expected = if state.pre_copying() {
            Err(Fault::NoDataNow)
        } else {
            Ok(0)
        };
        assert_eq!(end, expected, "{state}");
    }
    assert_eq!(Fault::NotReady.errno(), vfio_migration::errno::EAGAIN);
}

#[test]
fn the_end_in_pre_copy_is_temporary() {
    covers![V2_STREAM_TEMPORARY_END];
    for state in states(Capabilities::ALL).filter(|state| state.pre_copying()) {
        let mut device = in_state(Capabilities::ALL, state);
        let fd = device.session().expect("a session");
        device.driver_mut().reads = [Ok(4), Ok(0), Err(Fault::NoDataNow), Ok(2), Ok(0)].into();
        let end = Err(Fault::NoDataNow);
        for expected in [Ok(4), end, end, Ok(2), end, end] {
            assert_eq!(device.read(fd, &mut [0; 8]), expected, "{state}");
        }
        assert_eq!((device.state(), device.session()), (state, Some(fd)));
    }
    let mut more = 0;
    every_state(|mut rig, state| {
        if state.pre_copying() {
            for _ in 0..3 {
                rig.read_all();
                let fd = rig.fd();
                assert_eq!(
                    rig.device.read(fd, &mut [0; 1]),
                    Err(Fault::NoDataNow),
                    "{:?}",
                    rig.model
                );
            }
        }
    });
    let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
    for _ in 0..3 {
        rig.read_all();
        rig.use_device();
        more += rig.read_all().len();
    }
    assert!(more > 0, "changes come after the end");
    assert_eq!(Fault::NoDataNow.errno(), vfio_migration::errno::ENOMSG);
}

#[test]
fn the_end_in_stop_copy_is_final() {
    covers![V2_STREAM_FINAL_END];
    let check = |rig: &mut Rig| {
        rig.read_all();
        let fd = rig.fd();
        for room in [1, 100, 1 << 16, 0, 7] {
            rig.moments(3);
            assert_eq!(
                rig.device.read(fd, &mut vec![0; room]),
                Ok(0),
                "{:?}",
                rig.model
            );
            assert!(rig.device.poll(fd).expect("a poll").readable);
        }
    };
    every(|model| {
        for from in Rig::states(model) {
            if from.resuming() {
                continue;
            }
            let mut rig = Rig::used(model, from);
            rig.must_set(DeviceState::STOP_COPY);
            check(&mut rig);
        }
    });
    // Whatever a driver gives there that has nothing more, or says so and changes its mind.
    for end in [Ok(0), Err(Fault::NoDataNow)] {
        let mut device = in_state(Capabilities::ALL, DeviceState::STOP_COPY);
        let fd = device.session().expect("a session");
        device.driver_mut().reads = [Ok(4), end, Ok(5), Err(Fault::NoDataNow)].into();
        for expected in [Ok(4), Ok(0), Ok(0), Ok(0)] {
            assert_eq!(device.read(fd, &mut [0; 8]), expected);
        }
        assert!(device.poll(fd).expect("a poll").readable);
    }
    // A temporary end before the stop is none after it.
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY_P2P);
    let fd = device.session().expect("a session");
    device.driver_mut().reads = [Ok(0), Ok(4)].into();
    assert_eq!(device.read(fd, &mut [0; 8]), Err(Fault::NoDataNow));
    device.request(DeviceState::STOP_COPY).expect("the stop");
    assert_eq!(device.read(fd, &mut [0; 8]), Ok(4));
}

/// Before each read, a poll says what it will do.
#[test]
fn a_poll_foretells_the_read() {
    covers![V2_STREAM_POLL];
    every_state(|mut rig, state| {
        if !state.saving() {
            return;
        }
        let fd = rig.fd();
        for step in 0..200 {
            let poll = rig.device.poll(fd).expect("a poll");
            let read = rig.device.read(fd, &mut vec![0; 1 + step * 7 % 600]);
            let bytes = read != Err(Fault::NoDataNow);
            assert_eq!(
                poll,
                Readiness {
                    readable: bytes,
                    ..poll
                },
                "{:?} at {step}",
                rig.model
            );
            assert!(!poll.writable && !poll.hung_up);
            if step % 40 == 0 {
                rig.ask(2);
            }
            if step % 20 > 17 {
                rig.moments(1);
            }
        }
    });
}
