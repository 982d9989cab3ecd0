//! `actions.md`: which actions, in which order, and what each achieves.

use vfio_migration::covers;
use vfio_migration::driver::device::Core;
use vfio_migration::driver::stream::{Header, Kind, Sender};
use vfio_migration::driver::{Model, buffering};
use vfio_migration::v1::{
    self, Action, Capabilities, DeviceState, Fault, Phase, Register, WindowEffect,
};

use crate::fake::{self, Fake};
use crate::rig::{Rig, every, every_state};

/// The driver's calls that are actions.
fn actions(rig: &mut Rig) -> Vec<&'static str> {
    let is_action = |call: &&str| Action::ALL.iter().any(|action| action.name() == *call);
    rig.calls().into_iter().filter(is_action).collect()
}

#[test]
fn every_write_takes_its_actions_in_order() {
    covers![V1_ACTIONS_TRIGGER, V1_ACTIONS_ORDER, V1_MULTI_COMMON_CODE];
    every(|model| {
        for old in Rig::states(model) {
            for new in Rig::states(model) {
                let mut rig = Rig::used(model, old);
                rig.calls();
                rig.set(new).ok();
                let expected = Action::ALL
                    .into_iter()
                    .filter(|action| action.holds(new) && !action.holds(old));
                let expected: Vec<_> = expected.map(Action::name).collect();
                let taken = actions(&mut rig);
                match rig.state().error() {
                    false => assert_eq!(taken, expected, "{model:?}: {old} to {new}"),
                    true => assert_eq!(taken, expected[..taken.len()], "{model:?}: {old} to {new}"),
                }
            }
        }
    });
}

#[test]
fn nothing_follows_a_failed_action() {
    covers![V1_ACTIONS_STOP_AT_FAILURE];
    for old in DeviceState::VALID {
        for new in DeviceState::VALID {
            let taken = v1::actions(Capabilities::NDMA, old, new).expect("a legal write");
            for (at, failing) in taken.iter().enumerate() {
                let mut region = Fake::region();
                fake::set(&mut region, old).expect("a legal write");
                fake::calls(&mut region);
                region.driver_mut().fails = Some((failing.name(), Fault::ActionFailed));
                assert_eq!(fake::set(&mut region, new), Err(Fault::ActionFailed));
                let calls = fake::calls(&mut region);
                let names: Vec<_> = taken.iter().take(at + 1).map(Action::name).collect();
                assert_eq!(calls[..=at], names, "{old} to {new}");
                let then: &[&str] = if at == 0 { &[] } else { &["enter_error"] };
                assert_eq!(calls[at + 1..], *then, "{old} to {new}");
            }
        }
    }
}

#[test]
fn a_new_round_begins_with_a_cleared_window() {
    covers![V1_ACTIONS_NEW_ROUND, V1_WINDOW_ROUND_KEPT];
    for old in DeviceState::VALID {
        for new in DeviceState::VALID {
            let mut region = Fake::region();
            fake::set(&mut region, old).expect("a legal write");
            fake::read(&mut region, Register::DataOffset).ok();
            let before = region.phase();
            fake::set(&mut region, new).expect("a legal write");
            let taken = v1::actions(Capabilities::NDMA, old, new).expect("a legal write");
            let clears = taken
                .iter()
                .any(|action| action.window() != WindowEffect::None);
            let expected = if clears { Phase::INITIAL } else { before };
            assert_eq!(region.phase(), expected, "{old} to {new}");
        }
    }
    every(|model| {
        // What the window held is gone: the old stream cannot be read on.
        let mut rig = Rig::used(model, DeviceState::SAVING);
        rig.read(Register::DataOffset).expect("a segment");
        rig.must_set(DeviceState::SAVING | DeviceState::RUNNING);
        assert_eq!(
            rig.read(Register::DataSize),
            Err(Fault::OutOfOrder),
            "{model:?}"
        );
    });
}

#[test]
fn quiesce_ends_all_dma() {
    covers![V1_ACTIONS_QUIESCE, V1_SYSTEM_NO_WAIT];
    every(|model| {
        if !Rig::new(model).has(Capabilities::NDMA) {
            return;
        }
        for moments in 0..6 {
            let mut rig = Rig::new(model);
            rig.guest.page_requests = true;
            rig.ask(3);
            rig.moments(moments);
            rig.must_set(DeviceState::NDMA | DeviceState::RUNNING);
            assert!(
                !rig.function().device().in_flight(),
                "{model:?} after {moments} moments"
            );
            let traffic = rig.port.traffic();
            rig.ask(3);
            rig.moments(32);
            assert_eq!(
                rig.port.traffic().dma,
                traffic.dma,
                "{model:?}: DMA after NDMA"
            );
        }
    });
}

#[test]
fn what_was_held_back_is_done_later() {
    covers![V1_ACTIONS_HELD_BACK];
    every(|model| {
        if !Rig::new(model).has(Capabilities::NDMA) {
            return;
        }
        let mut rig = Rig::new(model);
        rig.ask(3);
        rig.moments(3);
        rig.must_set(DeviceState::NDMA | DeviceState::RUNNING);
        let early = rig.collect();
        let asked = 3 + rig.ask(3);
        rig.moments(32);
        assert_eq!(rig.collect(), 0);
        rig.must_set(DeviceState::RUNNING);
        rig.moments(64);
        assert_eq!(early + rig.collect(), asked, "{model:?}");
    });
}

#[test]
fn a_page_request_survives_the_quiet() {
    covers![V1_ACTIONS_HELD_BACK, V1_SYSTEM_NO_WAIT];
    let mut rig = Rig::new(Model::Buffering);
    rig.guest.page_requests = true;
    rig.ask(2);
    rig.moments(16);
    assert!(rig.function().device().page_request().is_some());
    rig.must_set(DeviceState::NDMA | DeviceState::RUNNING);
    assert!(rig.function().device().page_request().is_some());
    rig.function().device_mut().answer_page_request();
    rig.moments(16);
    rig.must_set(DeviceState::RUNNING);
    rig.moments(16);
    assert_eq!(rig.collect(), 2);
}

#[test]
fn a_stopped_device_does_nothing_and_goes_on_where_it_was() {
    covers![V1_ACTIONS_STOP, V1_ACTIONS_RUN];
    every(|model| {
        for moments in 0..8 {
            let mut rig = Rig::new(model);
            rig.ask(4);
            rig.moments(moments);
            rig.must_set(DeviceState::NONE);
            let (image, traffic) = (rig.image(), rig.port.traffic());
            rig.moments(32);
            assert!(rig.image() == image, "{model:?}: the state changed");
            assert_eq!(
                rig.port.traffic(),
                traffic,
                "{model:?}: DMA or an interrupt"
            );
            rig.must_set(DeviceState::RUNNING);
            rig.moments(64);
            assert_eq!(
                rig.collect(),
                4,
                "{model:?}: stopped after {moments} moments"
            );
        }
    });
}

#[test]
fn the_last_part_holds_what_precopy_did_not() {
    covers![V1_ACTIONS_CAPTURE_REST, V1_RESUME_EXACT];
    every(|model| {
        // The device changes before, between and after the segments of pre-copy.
        for rounds in 0..4 {
            let mut rig = Rig::used(model, DeviceState::SAVING | DeviceState::RUNNING);
            let mut segments = Vec::new();
            for _ in 0..rounds {
                rig.use_device();
                if rig.pending() != 0 {
                    segments.push(rig.fetch());
                }
                rig.use_device();
            }
            rig.must_set(DeviceState::SAVING);
            segments.extend(rig.drain());
            let (loaded, result) = Rig::loaded(model, &segments);
            assert_eq!(result, Ok(()), "{model:?}, {rounds} rounds");
            assert!(loaded.image() == rig.image(), "{model:?}, {rounds} rounds");
        }
    });
}

#[test]
fn without_precopy_everything_is_captured() {
    covers![V1_ACTIONS_CAPTURE_ALL];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let segments = rig.drain();
        let (loaded, result) = Rig::loaded(model, &segments);
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn a_load_leaves_nothing_of_before() {
    covers![V1_ACTIONS_LOAD_WHOLE, V1_RESUME_RESET_FIRST];
    every(|model| {
        let segments = Rig::used(model, DeviceState::SAVING).drain();
        // A device that was used and not reset: user space must not do so, yet the load does not mix.
        let mut used = Rig::with_seed(model, 2);
        used.use_device();
        used.use_device();
        assert_eq!(used.load(&segments), Ok(()), "{model:?}");
        let (fresh, _) = Rig::loaded(model, &segments);
        assert!(used.image() == fresh.image(), "{model:?}");
    });
}

/// A stream can be sound and still not speak of all the memory: what it leaves out is not what was there before.
#[test]
fn a_stream_that_leaves_memory_out_leaves_nothing_of_before() {
    covers![V1_ACTIONS_LOAD_WHOLE, V1_SYSTEM_ANY_STREAM];
    let mut segment = vec![0; Header::LEN];
    segment.extend_from_slice(&Core::default().encode());
    Sender::new(buffering::ID, 77).seal(Kind::Last, &mut segment);
    let mut used = Rig::used(Model::Buffering, DeviceState::RUNNING);
    assert!(
        used.function()
            .device()
            .memory()
            .iter()
            .any(|byte| *byte != 0)
    );
    assert_eq!(used.load(&[segment]), Ok(()));
    assert!(used.image() == Rig::new(Model::Buffering).image());
}

#[test]
fn the_states_behind_every_write_can_be_left() {
    covers![V1_ACTIONS_RUN];
    every_state(|mut rig, state| {
        if state.contains(DeviceState::RESUMING) {
            return;
        }
        rig.must_set(DeviceState::RUNNING);
        rig.use_device();
    });
}
