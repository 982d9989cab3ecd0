//! `state.md`: values, reset, writes, refusals.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v1::{Capabilities, DeviceState, Fault, Phase, Register};

use crate::fake::{self, Fake};
use crate::rig::{Rig, every, every_state};

#[test]
fn a_device_begins_running() {
    covers![V1_STATE_INITIAL, V1_STATE_BITS];
    every(|model| {
        let mut rig = Rig::new(model);
        assert_eq!(
            rig.read(Register::DeviceState),
            Ok(DeviceState::RUNNING.bits().into())
        );
        rig.use_device();
    });
}

#[test]
fn every_valid_state_can_be_written_and_no_other() {
    covers![
        V1_STATE_VALUES,
        V1_STATE_REFUSED,
        V1_STATE_RESERVED_ZERO,
        V1_STATE_READ
    ];
    every(|model| {
        let ndma = Rig::new(model).has(Capabilities::NDMA);
        for bits in (0..32).chain([0x8000_0000, 0xffff_fff0, u32::MAX]) {
            let value = DeviceState::from_bits(bits);
            let expected = if bits & DeviceState::RESERVED != 0 {
                Err(Fault::ReservedBits)
            } else if value.contains(DeviceState::NDMA) && !ndma {
                Err(Fault::UnsupportedBit)
            } else if !value.valid() {
                Err(Fault::InvalidState)
            } else {
                Ok(())
            };
            let mut rig = Rig::new(model);
            assert_eq!(rig.set(value), expected, "{model:?}: {value}");
            let reads = if expected.is_ok() {
                value
            } else {
                DeviceState::RUNNING
            };
            assert_eq!(rig.state(), reads);
        }
    });
}

#[test]
fn a_refused_write_changes_nothing() {
    covers![V1_STATE_REFUSED_UNCHANGED, V1_STATE_FAILED];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let offset = rig.read(Register::DataOffset).expect("a segment");
        let mut before = vec![0; 16];
        rig.region.read(offset, &mut before).expect("the segment");
        rig.calls();
        let reserved = DeviceState::from_bits(DeviceState::RESERVED);
        let both = DeviceState::RESUMING | DeviceState::RUNNING;
        for value in [
            DeviceState::ERROR,
            both,
            both | DeviceState::SAVING,
            reserved,
        ] {
            assert!(rig.set(value).is_err());
            assert_eq!(
                (rig.state(), rig.phase()),
                (DeviceState::SAVING, Phase::Committed)
            );
        }
        assert!(rig.calls().is_empty(), "{model:?}: an action was taken");
        let mut after = vec![0; 16];
        rig.region.read(offset, &mut after).expect("the segment");
        assert_eq!(before, after);
    });
}

#[test]
fn reset_leads_from_everywhere_to_a_new_device() {
    covers![
        V1_STATE_RESET,
        V1_STATE_RESET_INTERNAL,
        V1_STATE_RESET_WINDOW,
        V1_ERRORS_LEAVE
    ];
    let check = |mut rig: Rig, state: DeviceState| {
        rig.read(Register::DataOffset).ok();
        rig.region.reset();
        assert_eq!(
            rig.state(),
            DeviceState::RUNNING,
            "{:?} from {state}",
            rig.model
        );
        assert_eq!(rig.phase(), Phase::INITIAL);
        assert!(
            rig.image() == Rig::new(rig.model).image(),
            "{:?} from {state}",
            rig.model
        );
        rig.guest.device_was_reset(0);
        rig.use_device();
        // No segment of before is left in the next stream.
        let segments = rig.save();
        let (loaded, result) = Rig::loaded(rig.model, &segments);
        assert_eq!(result, Ok(()), "{:?} from {state}", rig.model);
        assert!(loaded.image() == rig.image());
    };
    every_state(check);
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        rig.break_device();
        check(rig, DeviceState::ERROR);
    });
}

#[test]
fn a_write_has_done_everything_when_it_returns() {
    covers![V1_STATE_SYNC];
    every_state(|mut rig, state| {
        assert_eq!(rig.state(), state);
        let frozen = rig.image();
        rig.moments(8);
        if state.state_frozen() {
            assert!(rig.image() == frozen, "{:?}, {state}", rig.model);
        }
        assert_eq!(
            rig.function().device().running(),
            state.changes_internal_state()
        );
    });
}

#[test]
fn a_failed_write_leaves_the_old_state_or_error() {
    covers![V1_STATE_FAILED];
    for old in DeviceState::VALID {
        for new in DeviceState::VALID {
            for failing in vfio_migration::v1::Action::ALL {
                for fault in [
                    Fault::ActionFailed,
                    Fault::DeviceFailed,
                    Fault::InvalidStream,
                ] {
                    let mut region = Fake::region();
                    fake::set(&mut region, old).expect("a legal write");
                    region.driver_mut().fails = Some((failing.name(), fault));
                    let result = fake::set(&mut region, new);
                    let reads = region.state();
                    let kept = if result.is_ok() {
                        reads == new
                    } else {
                        reads == old || reads.error()
                    };
                    assert!(
                        kept,
                        "{old} to {new}, {failing} fails with {fault}: {reads}"
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_else_changes_the_state() {
    covers![V1_STATE_SPONTANEOUS];
    every_state(|mut rig, state| {
        rig.ask(2);
        rig.moments(16);
        for register in Register::ALL {
            rig.read(register).ok();
        }
        rig.write(Register::DataSize, 8).ok();
        rig.function().device_mut().trouble().dead = true;
        rig.moments(16);
        assert_eq!(
            rig.state(),
            state,
            "{:?}: the device died, yet nobody has looked",
            rig.model
        );
    });
}

#[test]
fn every_pair_is_taken() {
    covers![V1_STATE_ANY_PAIR, V1_MULTI_ALLOWED];
    every(|model| {
        for old in Rig::states(model) {
            for new in Rig::states(model) {
                let mut rig = Rig::used(model, old);
                let result = rig.set(new);
                // Only a load can fail here: nothing was received.
                let loads =
                    old.contains(DeviceState::RESUMING) && !new.contains(DeviceState::RESUMING);
                let expected = if loads {
                    Err(Fault::InvalidStream)
                } else {
                    Ok(())
                };
                assert_eq!(result, expected, "{model:?}: {old} to {new}");
                assert_eq!(rig.state(), if loads { DeviceState::ERROR } else { new });
            }
        }
    });
}

#[test]
fn a_write_of_the_same_state_does_nothing() {
    covers![V1_STATE_SELF_WRITE];
    every_state(|mut rig, state| {
        let committed = rig.read(Register::DataOffset);
        let (phase, image) = (rig.phase(), rig.image());
        rig.calls();
        rig.must_set(state);
        let actions: Vec<_> = rig
            .calls()
            .into_iter()
            .filter(|call| *call != "settle")
            .collect();
        assert!(actions.is_empty(), "{:?}, {state}: {actions:?}", rig.model);
        assert_eq!(rig.phase(), phase);
        assert!(state.state_frozen() <= (rig.image() == image));
        if committed.is_ok() {
            assert_eq!(rig.read(Register::DataOffset), committed);
        }
    });
}

#[test]
fn the_driver_hears_of_each_event() {
    covers![V1_STATE_EVENTS];
    let mut region = Fake::region();
    fake::set(&mut region, DeviceState::NONE).expect("a legal write");
    assert_eq!(fake::calls(&mut region), ["stop", "settle"]);
    region.driver_mut().fails = Some(("run", Fault::DeviceFailed));
    fake::set(&mut region, DeviceState::RUNNING).expect_err("the device fails");
    assert_eq!(fake::calls(&mut region), ["run", "enter_error"]);
    region.reset();
    assert_eq!(fake::calls(&mut region), ["reset"]);

    // What `settle` is for: no action ends the logging.
    let mut rig = Rig::used(Model::Buffering, DeviceState::SAVING | DeviceState::RUNNING);
    assert!(rig.function().device().logging());
    rig.must_set(DeviceState::RUNNING);
    assert!(!rig.function().device().logging());
    rig.must_set(DeviceState::SAVING | DeviceState::RUNNING);
    rig.break_device();
    assert!(!rig.function().device().logging());
}
