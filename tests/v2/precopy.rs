//! `pre-copy.md`: estimates, their second version, the size of the stream.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Register as Bar;
use vfio_migration::machine::v2::MigrationDevice;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::precopy_info::VFIO_PRECOPY_INFO_REINIT;
use vfio_migration::v2::{Capabilities, DeviceState, Fault, PrecopyInfo};

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Rig, every, every_state, info, simple};

const OPT_IN: u32 = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2;

/// Drivers with pre-copy.
fn with_pre_copy(check: impl Fn(Model)) {
    every(|model| {
        if Rig::new(model).has(Capabilities::PRE_COPY) {
            check(model);
        }
    });
}

#[test]
fn the_question_is_answered_in_pre_copy_and_nowhere_else() {
    covers![V2_PRECOPY_INFO, V2_PRECOPY_HARMLESS];
    every_state(|mut rig, state| {
        let Some(fd) = rig.fd else { return };
        let answer = info(&mut rig.device, fd, 0);
        assert_eq!(
            answer.is_ok(),
            state.pre_copying(),
            "{:?} in {state}",
            rig.model
        );
        if !state.pre_copying() {
            return;
        }
        for argsz in [0_u32, 8, 23, 24, 25, 4096] {
            let mut argument = vec![0; 4096];
            argument[..4].copy_from_slice(&argsz.to_ne_bytes());
            let result = rig.device.precopy_info(fd, &mut argument);
            let expected = if argsz < 24 {
                Err(Fault::ShortArgument)
            } else {
                Ok(())
            };
            assert_eq!(result, expected, "argsz {argsz}");
        }
        assert_eq!(
            rig.device.precopy_info(fd, &mut [0xff; 10]),
            Err(Fault::ShortArgument)
        );
        // None of these questions had an effect.
        let mut other = Rig::used(rig.model, state);
        assert!(rig.read_all() == other.read_all(), "{:?}", rig.model);
    });
}

#[test]
fn initial_data_come_first_and_do_not_rise() {
    covers![V2_PRECOPY_INITIAL, V2_PRECOPY_DIRTY, V2_PRECOPY_BOTH_ZERO];
    with_pre_copy(|model| {
        for begin in Rig::states(model)
            .into_iter()
            .filter(|state| state.pre_copying())
        {
            let mut rig = Rig::used(model, begin);
            let fd = rig.fd();
            let (_, mut last, dirty) = info(&mut rig.device, fd, 0).expect("an answer");
            assert!(
                last > 0 && dirty == 0,
                "{model:?} in {begin}: {last}, {dirty}"
            );
            let mut dirtied = false;
            loop {
                let read = rig.device.read(fd, &mut [0; 700]);
                let (_, initial, dirty) = info(&mut rig.device, fd, 0).expect("an answer");
                assert!(initial <= last, "{model:?}: {initial} after {last}");
                last = initial;
                if (initial, dirty) == (0, 0) {
                    assert_eq!(
                        rig.device.read(fd, &mut [0; 8]),
                        Err(Fault::NoDataNow),
                        "{model:?}"
                    );
                }
                if read.is_err() {
                    break;
                }
            }
            assert_eq!(last, 0, "{model:?}");
            if begin == DeviceState::PRE_COPY {
                rig.use_device();
                let (_, initial, dirty) = info(&mut rig.device, fd, 0).expect("an answer");
                assert_eq!(initial, 0);
                dirtied = dirty > 0;
                rig.read_all();
                let (_, _, dirty) = info(&mut rig.device, fd, 0).expect("an answer");
                assert_eq!(dirty, 0, "{model:?}: it was read");
            }
            assert_eq!(
                dirtied,
                model == Model::Buffering && begin == DeviceState::PRE_COPY
            );
        }
    });
}

/// A fake in pre-copy that answers this.
fn answering(device: &mut MigrationDevice<Fake>, initial: u64, dirty: u64, reinit: bool) {
    device.driver_mut().info = PrecopyInfo {
        initial_bytes: initial,
        dirty_bytes: dirty,
        reinit,
    };
}

#[test]
fn flags_mean_nothing_until_asked_for() {
    covers![
        V2_PRECOPY_FLAGS_FIRST,
        V2_PRECOPY_FLAGS_SECOND,
        V2_PRECOPY_OPT_IN,
        V2_PRECOPY_REINIT
    ];
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    let fd = device.session().expect("open");
    let (all, reinit) = (u32::MAX, VFIO_PRECOPY_INFO_REINIT);
    assert_eq!(info(&mut device, fd, all), Ok((all, 10, 0)));
    assert_eq!(info(&mut device, fd, 0), Ok((0, 10, 0)));
    // New initial data count as dirty.
    answering(&mut device, 50, 3, true);
    assert_eq!(info(&mut device, fd, 0), Ok((0, 10, 43)));
    answering(&mut device, 4, 0, false);
    assert_eq!(info(&mut device, fd, all), Ok((all, 4, 0)));

    simple(&mut device, OPT_IN, &[]).0.expect("opt in");
    assert_eq!(
        info(&mut device, fd, all),
        Ok((0, 4, 0)),
        "from the next answer on"
    );
    answering(&mut device, 60, 0, true);
    assert_eq!(info(&mut device, fd, all), Ok((reinit, 60, 0)));
    assert_eq!(
        info(&mut device, fd, all),
        Ok((0, 60, 0)),
        "with the first answer only"
    );
    answering(&mut device, 70, 0, false);
    assert_eq!(
        info(&mut device, fd, 0),
        Ok((0, 60, 10)),
        "no rise without the flag"
    );

    // Through a reset, for another session.
    device.reset();
    let fd = device
        .request(DeviceState::PRE_COPY)
        .expect("pre-copy")
        .expect("a session");
    assert_eq!(info(&mut device, fd, all).map(|info| info.0), Ok(0));
    device.close();
    let fd = device
        .request(DeviceState::PRE_COPY)
        .expect("pre-copy")
        .expect("a session");
    assert_eq!(info(&mut device, fd, all).map(|info| info.0), Ok(all));
}

#[test]
fn without_pre_copy_there_is_no_second_version() {
    covers![V2_PRECOPY_OPT_IN_REFUSED];
    let (get, set, probe) = (
        VFIO_DEVICE_FEATURE_GET,
        VFIO_DEVICE_FEATURE_SET,
        VFIO_DEVICE_FEATURE_PROBE,
    );
    for capabilities in Capabilities::LEGAL {
        let mut device = Fake::device(capabilities);
        for operation in [get, set, probe, probe | get, probe | set] {
            let flags = VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 | operation;
            let refused = simple(&mut device, flags, &[]).0 == Err(Fault::NoPreCopy);
            assert_eq!(refused, !capabilities.contains(Capabilities::PRE_COPY));
        }
    }
}

/// The guest sets up its ring anew: what is in the device's memory means something else.
#[test]
fn a_device_has_new_initial_data() {
    covers![V2_PRECOPY_REINIT];
    for second in [false, true] {
        let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
        let fd = rig.fd();
        if second {
            simple(&mut rig.device, OPT_IN, &[]).0.expect("opt in");
        }
        let mut bytes = rig.read_all();
        assert_eq!(info(&mut rig.device, fd, 0), Ok((0, 0, 0)));
        rig.function()
            .write_bar(Bar::Entries.offset(), &16_u64.to_le_bytes());
        assert!(rig.device.poll(fd).expect("a poll").readable);
        let (flags, initial, dirty) = info(&mut rig.device, fd, 0).expect("an answer");
        if second {
            assert!(flags == VFIO_PRECOPY_INFO_REINIT && initial > 0 && dirty == 0);
        } else {
            assert!(flags == 0 && initial == 0 && dirty > 0);
        }
        // Once the new data are on their way, what changes is dirty beside them.
        let mut first = [0];
        assert_eq!(rig.device.read(fd, &mut first), Ok(1));
        bytes.extend(first);
        let before = info(&mut rig.device, fd, 0).expect("an answer");
        rig.moments(1);
        let after = info(&mut rig.device, fd, 0).expect("an answer");
        assert!(before.0 == 0 && after.0 == 0, "told once");
        assert!(
            after.1 == before.1 && after.2 > before.2,
            "{before:?}, {after:?}"
        );
        bytes.extend(rig.read_all());
        assert_eq!(info(&mut rig.device, fd, 0), Ok((0, 0, 0)));
        rig.must_set(DeviceState::STOP_COPY);
        bytes.extend(rig.read_all());
        let mut there = Rig::with_seed(Model::Buffering, 2);
        assert_eq!(there.load(&bytes), Ok(()));
        assert!(there.image() == rig.image());
    }
}

#[test]
fn the_size_can_be_asked_for_anywhere() {
    covers![V2_SIZE_GET];
    let get = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIG_DATA_SIZE;
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            let (result, payload) = simple(&mut device, get, &[0; 8]);
            assert_eq!(
                (result, payload),
                (Ok(()), 77_u64.to_ne_bytes().to_vec()),
                "{state}"
            );
            assert!(calls(&mut device).is_empty());
        }
    }
    // And is an estimate of what is read.
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::STOP_COPY);
        let (result, payload) = simple(&mut rig.device, get, &[0; 8]);
        result.expect("an estimate");
        let estimate = u64::from_ne_bytes(payload.try_into().expect("eight bytes"));
        let read = rig.read_all().len() as u64;
        assert!(
            read <= estimate && estimate <= read * 2,
            "{model:?}: {estimate} for {read}"
        );
    });
}
