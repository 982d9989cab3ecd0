//! `errors.md`: numbers, states after, the error state.

use vfio_migration::driver::Model;
use vfio_migration::v1::{Action, After, Capabilities, DeviceState, Fault, Register, actions};
use vfio_migration::{covers, errno};

use crate::fake::{self, Fake};
use crate::rig::{Rig, every};

#[test]
fn faults_have_the_numbers_of_linux() {
    covers![V1_ERRORS_TABLE, ERRNO_VALUES];
    for fault in Fault::ALL {
        assert!(
            [errno::EINVAL, errno::EIO, errno::ENOSPC].contains(&fault.errno()),
            "{fault}"
        );
        assert!(fault.rule().id.starts_with("v1."), "{fault}");
    }
    assert_eq!(Fault::InError.errno(), errno::EIO);
    assert_eq!(Fault::StreamTooLong.errno(), errno::ENOSPC);
    assert_eq!(Fault::InvalidState.errno(), errno::EINVAL);
}

#[test]
fn a_fault_of_an_access_leaves_what_its_row_says() {
    covers![V1_ERRORS_TABLE, V1_ERRORS_BROKEN];
    for fault in Fault::ALL {
        let mut region = Fake::region();
        fake::set(&mut region, DeviceState::SAVING).expect("a legal write");
        region.driver_mut().fails = Some(("pending", fault));
        assert_eq!(fake::read(&mut region, Register::PendingBytes), Err(fault));
        let expected = match fault.after() {
            After::Unchanged => DeviceState::SAVING,
            After::Error => DeviceState::ERROR,
        };
        assert_eq!(region.state(), expected, "{fault}");
    }
}

#[test]
fn a_driver_that_points_outside_its_section_is_broken() {
    covers![V1_ERRORS_BROKEN, V1_REGION_DATA_SECTION];
    for segment in [
        0..8,
        fake::END - 8..fake::END + 8,
        fake::END..fake::END + 8,
        u64::MAX - 8..u64::MAX,
    ] {
        let mut region = Fake::region();
        region.driver_mut().segment = segment.clone();
        fake::set(&mut region, DeviceState::SAVING).expect("a legal write");
        let offset = fake::read(&mut region, Register::DataOffset);
        let size = offset.and_then(|_| fake::read(&mut region, Register::DataSize));
        assert_eq!(size, Err(Fault::DeviceFailed), "{segment:?}");
        assert_eq!(region.state(), DeviceState::ERROR);
    }
}

#[test]
fn an_action_that_was_undone_changes_nothing() {
    covers![V1_ERRORS_UNDONE];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::NONE);
        let image = rig.image();
        rig.function().device_mut().trouble().capture = true;
        assert_eq!(
            rig.set(DeviceState::SAVING),
            Err(Fault::ActionFailed),
            "{model:?}"
        );
        assert_eq!(rig.state(), DeviceState::NONE);
        assert!(rig.image() == image);
        // As though it had not been tried: the next try is right.
        rig.must_set(DeviceState::SAVING);
        let (loaded, result) = Rig::loaded(model, &rig.drain());
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == image);
        rig.must_set(DeviceState::RUNNING);
        rig.use_device();
    });
}

#[test]
fn a_failure_after_an_action_leaves_error() {
    covers![V1_ERRORS_PARTIAL];
    for old in DeviceState::VALID {
        for new in DeviceState::VALID {
            let taken = actions(Capabilities::NDMA, old, new).expect("a legal write");
            for (at, failing) in taken.iter().enumerate() {
                let mut region = Fake::region();
                fake::set(&mut region, old).expect("a legal write");
                region.driver_mut().fails = Some((failing.name(), Fault::ActionFailed));
                fake::set(&mut region, new).expect_err("an action fails");
                let expected = if at == 0 { old } else { DeviceState::ERROR };
                assert_eq!(region.state(), expected, "{old} to {new}, {failing} fails");
            }
        }
    }
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        rig.function().device_mut().trouble().capture = true;
        assert_eq!(
            rig.set(DeviceState::SAVING),
            Err(Fault::ActionFailed),
            "{model:?}"
        );
        assert_eq!(rig.state(), DeviceState::ERROR);
    });
}

#[test]
fn a_dead_device_is_found_in_whatever_access() {
    covers![V1_ERRORS_BROKEN];
    every(|model| {
        for state in [
            DeviceState::SAVING,
            DeviceState::SAVING | DeviceState::RUNNING,
        ] {
            let mut rig = Rig::used(model, state);
            rig.function().device_mut().trouble().dead = true;
            assert_eq!(
                rig.read(Register::PendingBytes),
                Err(Fault::DeviceFailed),
                "{model:?}, {state}"
            );
            assert_eq!(rig.state(), DeviceState::ERROR);
        }
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        rig.break_device();
    });
}

#[test]
fn in_error_everything_fails_until_a_reset() {
    covers![
        V1_ERRORS_STICKY,
        V1_ERRORS_LEAVE,
        V1_ERRORS_RECOVER,
        V1_STATE_READ
    ];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::RUNNING);
        rig.break_device();
        rig.calls();
        for bits in 0..16 {
            let result = rig.set(DeviceState::from_bits(bits));
            assert_eq!(result, Err(Fault::InError), "{model:?}");
        }
        let start = rig.section().start;
        let mut bytes = [0; 8];
        assert_eq!(rig.read(Register::PendingBytes), Err(Fault::InError));
        assert_eq!(rig.read(Register::DataOffset), Err(Fault::InError));
        assert_eq!(rig.read(Register::DataSize), Err(Fault::InError));
        assert_eq!(rig.write(Register::DataSize, 8), Err(Fault::InError));
        assert_eq!(rig.region.read(start, &mut bytes), Err(Fault::InError));
        assert_eq!(rig.region.write(start, &bytes), Err(Fault::InError));
        assert!(rig.calls().is_empty(), "{model:?}: the driver was asked");
        assert_eq!(rig.state(), DeviceState::ERROR);
        rig.region.reset();
        rig.guest.device_was_reset(0);
        assert_eq!(rig.state(), DeviceState::RUNNING);
        rig.use_device();
    });
}

#[test]
fn a_device_in_error_is_quiet() {
    covers![V1_ERRORS_QUIET, V1_ERRORS_BEST_EFFORT];
    every(|model| {
        for fault in ["capture", "load"] {
            let mut rig = Rig::new(model);
            rig.ask(4);
            rig.moments(3);
            if fault == "capture" {
                rig.function().device_mut().trouble().capture = true;
                rig.set(DeviceState::SAVING)
                    .expect_err("the capture fails after the stop");
            } else {
                rig.must_set(DeviceState::RESUMING);
                rig.set(DeviceState::RUNNING)
                    .expect_err("nothing was received");
            }
            assert_eq!(rig.state(), DeviceState::ERROR);
            let traffic = rig.port.traffic();
            rig.ask(2);
            rig.moments(32);
            assert_eq!(
                rig.port.traffic(),
                traffic,
                "{model:?}: DMA or an interrupt in error"
            );
        }
    });
}

#[test]
fn every_action_can_fail() {
    covers![V1_ERRORS_BROKEN];
    // A device that dies is found by the first action of any write, whichever it is.
    for model in Model::ALL {
        for old in Rig::states(model) {
            for new in Rig::states(model) {
                let mut rig = Rig::used(model, old);
                rig.function().device_mut().trouble().dead = true;
                let acts = Action::ALL
                    .iter()
                    .any(|action| action.holds(new) && !action.holds(old));
                let expected = if acts {
                    (Err(Fault::DeviceFailed), DeviceState::ERROR)
                } else {
                    (Ok(()), new)
                };
                assert_eq!(
                    (rig.set(new), rig.state()),
                    expected,
                    "{model:?}: {old} to {new}"
                );
            }
        }
    }
}
