//! Any sequence of requests and failures: the device is on the path or in the error state, and never lost.

use proptest::prelude::*;
use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::machine::v2::DataFd;
use vfio_migration::v2::{self, DeviceState, Fault};

use crate::rig::{Rig, get_state};

/// What user space does next, or what goes wrong.
#[derive(Clone, Copy, Debug)]
enum Move {
    Request(u32),
    Read(usize),
    Write(usize),
    Reset,
    Close,
    Moments,
    CaptureFails,
    LoadFails,
    Breaks,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        10 => (0_u32..9).prop_map(Move::Request),
        3 => (0_usize..9000).prop_map(Move::Read),
        3 => (0_usize..9000).prop_map(Move::Write),
        1 => Just(Move::Reset),
        1 => Just(Move::Close),
        2 => Just(Move::Moments),
        1 => Just(Move::CaptureFails),
        1 => Just(Move::LoadFails),
        1 => Just(Move::Breaks),
    ]
}

/// Where a request may leave the device.
fn request(rig: &mut Rig, wanted: u32) {
    let before = rig.device.state();
    let wanted = DeviceState::from_raw(wanted);
    let path = v2::path(rig.device.capabilities(), before, wanted);
    let result = rig.set(wanted);
    let after = rig.device.state();
    match (path, result) {
        (Err(refused), result) => assert_eq!((result, after), (Err(refused), before)),
        (Ok(_), Ok(())) => assert_eq!(after, wanted),
        (Ok(_), Err(Fault::DeviceFailed)) => assert!(after.error()),
        (Ok(path), Err(_)) => assert!(
            path.iter().any(|arc| arc.from() == after),
            "{before} to {wanted} ended in {after}"
        ),
    }
    assert_eq!(get_state(&mut rig.device), (after.raw(), -1));
    let session = rig.device.session().is_some();
    assert_eq!(
        session,
        after.saving() || after.resuming(),
        "a session exactly in these states"
    );
}

fn play(rig: &mut Rig, step: Move) {
    let before = rig.device.state();
    match step {
        Move::Request(wanted) => return request(rig, wanted),
        Move::Read(room) => {
            if let Some(fd) = rig.fd {
                let _ = rig.device.read(fd, &mut vec![0; room]);
            }
        }
        Move::Write(len) => {
            if let Some(fd) = rig.fd {
                let _ = rig.device.write(fd, &vec![0x3c; len]);
            }
        }
        Move::Reset => rig.reset(),
        Move::Close => {
            rig.device.close();
            rig.guest.device_was_reset(0);
        }
        Move::Moments => rig.moments(7),
        Move::CaptureFails => rig.function().device_mut().trouble().capture = true,
        Move::LoadFails => rig.function().device_mut().trouble().refuse_load = true,
        Move::Breaks => rig.function().device_mut().trouble().dead = true,
    }
    let after = rig.device.state();
    match step {
        Move::Reset | Move::Close => assert_eq!(after, DeviceState::RUNNING),
        Move::Read(_) | Move::Write(_) => assert!(after == before || after.error()),
        _ => assert_eq!(after, before),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_loses_the_device(model in prop::sample::select(Model::ALL.to_vec()), steps in prop::collection::vec(moves(), 1..40)) {
        covers![V2_ERRORS_ON_PATH, V2_STATE_SPONTANEOUS, V2_ERRORS_RESET];
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        for step in steps {
            play(&mut rig, step);
        }
        rig.reset();
        rig.use_device();
        let bytes = rig.save();
        let mut there = Rig::with_seed(model, 2);
        prop_assert_eq!(there.load(&bytes), Ok(()));
        prop_assert!(there.image() == rig.image());
    }

    #[test]
    fn a_combination_is_its_steps(model in prop::sample::select(Model::ALL.to_vec()), states in prop::collection::vec(1_u32..8, 1..12)) {
        covers![V2_REQUEST_STEPS];
        let (mut whole, mut steps) = (Rig::used(model, DeviceState::RUNNING), Rig::used(model, DeviceState::RUNNING));
        for wanted in states.into_iter().map(DeviceState::from_raw) {
            let Ok(path) = v2::path(whole.device.capabilities(), whole.device.state(), wanted) else {
                continue;
            };
            let result = whole.set(wanted);
            let mut stepped = Ok(());
            for arc in path {
                stepped = stepped.and_then(|()| steps.set(arc.to()));
            }
            prop_assert_eq!(result, stepped);
            prop_assert_eq!(whole.device.state(), steps.device.state());
            prop_assert!(whole.image() == steps.image());
            let way = |rig: &Rig| rig.device.session().map(DataFd::direction);
            prop_assert_eq!(way(&whole), way(&steps));
            whole.moments(5);
            steps.moments(5);
            if wanted.saving() && whole.device.state() == wanted {
                prop_assert!(whole.read_all() == steps.read_all());
            }
        }
    }
}

/// One session after another, in every pair of ways, each time whole.
#[test]
fn two_sessions_in_a_row() {
    covers![V2_ARCS_CAPTURE_AGAIN, V2_STREAM_STALE, V2_STREAM_EXACT];
    for model in Model::ALL {
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        for round in 0..3 {
            let bytes = rig.save();
            let old = rig.fd();
            let mut there = Rig::with_seed(model, 2);
            // The destination takes it twice as well.
            for _ in 0..2 {
                assert_eq!(there.load(&bytes), Ok(()), "{model:?}, {round}");
                assert!(there.image() == rig.image(), "{model:?}, {round}");
            }
            rig.must_set(DeviceState::RUNNING);
            assert_eq!(rig.device.read(old, &mut [0; 8]), Err(Fault::SessionEnded));
            rig.use_device();
        }
    }
}

#[test]
fn reset_close_and_reopen_in_every_state() {
    covers![
        V2_DISCOVERY_OPEN,
        V2_ERRORS_RESET,
        V2_STREAM_ENDS,
        V2_STREAM_STALE
    ];
    for model in Model::ALL {
        for state in Rig::states(model) {
            for reset in [true, false] {
                let mut rig = Rig::used(model, state);
                let old = rig.fd.take();
                if reset {
                    rig.reset();
                } else {
                    rig.device.close();
                    rig.guest.device_was_reset(0);
                }
                rig.use_device();
                let bytes = rig.save();
                if let Some(old) = old {
                    assert!(
                        rig.device.poll(old).expect("a poll").hung_up,
                        "{model:?}: {state}"
                    );
                    assert_ne!(Some(old), rig.device.session());
                }
                assert_eq!(
                    Rig::with_seed(model, 2).load(&bytes),
                    Ok(()),
                    "{model:?}: {state}"
                );
            }
        }
    }
}
