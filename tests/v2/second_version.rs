//! `pre-copy.md`: the flags of pre-copy info, in its two versions.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Register;
use vfio_migration::machine::v2::MigrationDevice;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{Capabilities, DeviceState, Fault, PrecopyInfo};

use crate::fake::{Fake, in_state, states};
use crate::pre_copy::{ODD, REINIT, SECOND, ask, every_beginning, opt_in, precopy_devices};
use crate::rig::{Rig, info, simple};

#[test]
fn flags_come_back_as_they_were_given() {
    covers![V2_PRECOPY_FLAGS_FIRST];
    for reinit in [false, true] {
        for given in [0, REINIT, ODD, u32::MAX, 1 << 31] {
            let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
            let fd = device.session().expect("a session");
            for initial_bytes in [10, 500] {
                device.driver_mut().info = PrecopyInfo {
                    initial_bytes,
                    dirty_bytes: 3,
                    reinit,
                };
                let answer = info(&mut device, fd, given);
                // New initial data are dirty as long as nobody can be told of them.
                assert_eq!(answer, Ok((given, 10, 3 + initial_bytes - 10)));
            }
        }
    }
    every_beginning(|rig| {
        let fd = rig.fd();
        for given in [0, REINIT, ODD] {
            rig.write_bar(Register::Ring, 32 * u64::from(given & 0xff));
            let flags = info(&mut rig.device, fd, given).map(|info| info.0);
            assert_eq!(flags, Ok(given), "{:?}", rig.model);
        }
    });
}

#[test]
fn flags_have_a_meaning_in_the_second_version() {
    covers![V2_PRECOPY_FLAGS_SECOND, V2_PRECOPY_REINIT];
    for given in [0, REINIT, ODD, u32::MAX] {
        let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
        let fd = device.session().expect("a session");
        opt_in(&mut device);
        assert_eq!(info(&mut device, fd, given), Ok((0, 10, 0)));
        for initial_bytes in [500, 2, 2, 9] {
            device.driver_mut().info = PrecopyInfo {
                initial_bytes,
                dirty_bytes: 0,
                reinit: true,
            };
            assert_eq!(info(&mut device, fd, given), Ok((REINIT, initial_bytes, 0)));
            assert_eq!(
                info(&mut device, fd, given),
                Ok((0, initial_bytes, 0)),
                "once"
            );
        }
        every_beginning(|rig| {
            opt_in(&mut rig.device);
            let fd = rig.fd();
            let flags = info(&mut rig.device, fd, given).map(|info| info.0);
            assert_eq!(flags, Ok(0), "{:?}: nothing new yet", rig.model);
        });
    }
}

#[test]
fn the_second_version_comes_at_once_and_stays() {
    covers![V2_PRECOPY_OPT_IN];
    let flags = |device: &mut MigrationDevice<Fake>| {
        let _ = device.request(DeviceState::RUNNING);
        let fd = device
            .request(DeviceState::PRE_COPY)
            .expect("pre-copy")
            .expect("a session");
        info(device, fd, ODD).map(|info| info.0)
    };
    for capabilities in precopy_devices() {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            opt_in(&mut device);
            assert_eq!(device.state(), state, "an opt-in is no request");
            if let Some(fd) = device.session().filter(|_| state.pre_copying()) {
                assert_eq!(
                    info(&mut device, fd, ODD),
                    Ok((0, 10, 0)),
                    "from the next answer on"
                );
            }
            if state.error() {
                device.reset();
            }
            for _ in 0..3 {
                assert_eq!(flags(&mut device), Ok(0), "opted in in {state}");
                device.reset();
            }
            opt_in(&mut device);
            assert_eq!(flags(&mut device), Ok(0), "twice is once");
            device.close();
            assert_eq!(flags(&mut device), Ok(ODD), "until the last close");
        }
    }
}

#[test]
fn nobody_opts_in_without_pre_copy() {
    covers![V2_PRECOPY_OPT_IN_REFUSED];
    let probe = VFIO_DEVICE_FEATURE_PROBE;
    let (get, set) = (VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_SET);
    let operations = [get, set, probe, probe | get, probe | set, probe | get | set];
    for capabilities in Capabilities::LEGAL {
        let refused = !capabilities.contains(Capabilities::PRE_COPY);
        for state in states(capabilities) {
            for operation in operations {
                let mut device = in_state(capabilities, state);
                let (result, _) = simple(&mut device, SECOND | operation, &[0; 8]);
                let no_pre_copy = result == Err(Fault::NoPreCopy);
                assert_eq!(
                    no_pre_copy, refused,
                    "{capabilities} in {state}: {operation:#x}"
                );
            }
        }
    }
    // Nor on a device that cannot migrate at all.
    for operation in operations {
        let (result, _) = simple(
            &mut Fake::device(Capabilities::NONE),
            SECOND | operation,
            &[],
        );
        assert_eq!(result, Err(Fault::NoPreCopy), "{operation:#x}");
    }
    assert_eq!(Fault::NoPreCopy.errno(), vfio_migration::errno::EINVAL);
}

/// The guest sets up its ring anew: what is in the device's memory means something else.
#[test]
fn new_initial_data_are_announced() {
    covers![V2_PRECOPY_REINIT];
    for unread in [0, 100, 3000] {
        let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
        opt_in(&mut rig.device);
        let (fd, whole) = (rig.fd(), ask(&mut rig).0);
        rig.read_all();
        for ring in [32, 64, 96] {
            rig.moments(3);
            let (flags, before, dirty) = info(&mut rig.device, fd, 0).expect("info");
            assert!(
                flags == 0 && before < whole && dirty > 0,
                "{flags} {before} {dirty}"
            );
            rig.write_bar(Register::Ring, ring);
            assert_eq!(rig.bar(Register::Ring), ring);
            let (flags, initial, dirty) = info(&mut rig.device, fd, ODD).expect("info");
            assert!(
                flags == REINIT && initial >= whole && dirty == 0,
                "{flags} {initial} {dirty}"
            );
            // It is said once, and counts down from there.
            let (flags, again, dirty) = info(&mut rig.device, fd, ODD).expect("info");
            assert_eq!((flags, dirty), (0, 0));
            assert!(again <= initial);
            rig.device
                .read(fd, &mut vec![0; 100 + unread])
                .expect("new data");
            let (flags, less, _) = info(&mut rig.device, fd, 0).expect("info");
            assert!(flags == 0 && less < again, "{less}");
            rig.moments(1);
            let (flags, _, dirty) = info(&mut rig.device, fd, 0).expect("info");
            assert!(flags == 0 && dirty > 0, "changes count again");
            rig.read_all();
            assert_eq!(ask(&mut rig), (0, 0));
        }
    }
}

/// Also where a part of them has been read before anybody asks.
#[test]
fn new_initial_data_are_announced_late() {
    covers![V2_PRECOPY_REINIT];
    for read in [1, 100, 1 << 16] {
        let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
        opt_in(&mut rig.device);
        rig.read_all();
        rig.write_bar(Register::Ring, 32);
        let fd = rig.fd();
        rig.device.read(fd, &mut vec![0; read]).expect("new data");
        let flags = info(&mut rig.device, fd, 0).map(|info| info.0);
        assert_eq!(flags, Ok(REINIT), "after {read} bytes");
        let flags = info(&mut rig.device, fd, 0).map(|info| info.0);
        assert_eq!(flags, Ok(0));
    }
}

#[test]
fn new_initial_data_are_dirty_where_nobody_can_be_told() {
    covers![V2_PRECOPY_INITIAL, V2_PRECOPY_FLAGS_FIRST];
    let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
    let whole = ask(&mut rig).0;
    rig.read_all();
    assert_eq!(ask(&mut rig), (0, 0));
    rig.write_bar(Register::Ring, 32);
    for _ in 0..2 {
        let (initial, dirty) = ask(&mut rig);
        assert!(initial == 0 && dirty >= whole, "{initial} {dirty}");
    }
    rig.read_all();
    assert_eq!(ask(&mut rig), (0, 0));
}
