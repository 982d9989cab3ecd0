//! `errors.md`: what fails how, and what is left.

use std::collections::VecDeque;

use vfio_migration::covers;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{self, After, Arc, Capabilities, DeviceState, Fault};

use crate::fake::{calls, in_state, states};
use crate::rig::{Rig, every, every_state, get_state, info, set_state, simple};

#[test]
fn errors_have_their_numbers() {
    covers![V2_ERRORS_TABLE];
    use vfio_migration::errno::*;
    let numbers = |fault: Fault| match fault {
        Fault::NotSupported => ENOTTY,
        Fault::ArcFailed | Fault::DeviceFailed => EIO,
        Fault::WrongDirection => EBADF,
        Fault::SessionEnded => ENODEV,
        Fault::NotSeekable => ESPIPE,
        Fault::NoDataNow => ENOMSG,
        Fault::NotReady => EAGAIN,
        Fault::StreamTooLong => ENOMEM,
        Fault::TooManyRanges => E2BIG,
        Fault::RangeOverflow => EOVERFLOW,
        _ => EINVAL,
    };
    for fault in Fault::ALL {
        assert_eq!(fault.errno(), numbers(fault), "{fault}");
        let after = match fault {
            Fault::DeviceFailed => After::Error,
            Fault::ArcFailed | Fault::InvalidStream => After::OnThePath,
            _ => After::Unchanged,
        };
        assert_eq!(fault.after(), after, "{fault}");
    }
}

/// Every arc of every path fails once, undone or not.
#[test]
fn a_failed_request_stays_on_its_path() {
    covers![
        V2_ERRORS_TABLE,
        V2_ERRORS_ON_PATH,
        V2_ERRORS_UNDONE,
        V2_ERRORS_BROKEN,
        V2_ERRORS_WRITE_BACK
    ];
    let mut failures = 0;
    for capabilities in Capabilities::LEGAL {
        for from in states(capabilities) {
            for to in states(capabilities) {
                let Ok(path) = v2::path(capabilities, from, to) else {
                    continue;
                };
                for (number, failing) in path.iter().enumerate() {
                    for fault in [Fault::ArcFailed, Fault::InvalidStream, Fault::DeviceFailed] {
                        fail_once(capabilities, from, to, (number, failing), fault);
                        failures += 1;
                    }
                }
            }
        }
    }
    assert!(failures > 400, "only {failures}");
}

fn fail_once(
    capabilities: Capabilities,
    from: DeviceState,
    to: DeviceState,
    (number, failing): (usize, Arc),
    fault: Fault,
) {
    let here = format!("{capabilities}: {from} to {to}, {failing} with {fault}");
    let mut device = in_state(capabilities, from);
    let path = v2::path(capabilities, from, to).expect("a path");
    device.driver_mut().fails = Some((failing.name(), fault));
    let (result, back) = set_state(&mut device, to.raw());
    assert_eq!(result, Err(fault), "{here}");
    assert_eq!(back, (to.raw(), -1), "{here}: what was wanted, and no fd");

    let mut tried: Vec<_> = path.iter().take(number + 1).map(Arc::name).collect();
    let left = match fault {
        Fault::DeviceFailed => {
            tried.push("enter_error");
            DeviceState::ERROR
        }
        _ => failing.from(),
    };
    assert_eq!(
        calls(&mut device),
        tried,
        "{here}: arcs after it are not tried"
    );
    assert_eq!(get_state(&mut device), (left.raw(), -1), "{here}");
    // The session is that of the state it is in: one to be ended is open, one to be begun is not there.
    assert_eq!(
        device.session().is_some(),
        left.saving() || left.resuming(),
        "{here}"
    );

    device.driver_mut().fails = None;
    if left.error() {
        assert_eq!(
            device.request(DeviceState::RUNNING),
            Err(Fault::InError),
            "{here}"
        );
    } else {
        device
            .request(to)
            .unwrap_or_else(|again| panic!("{here}: then {again}"));
    }
}

#[test]
fn an_arc_that_was_undone_left_no_trace() {
    covers![V2_ERRORS_UNDONE];
    every(|model| {
        // A capture that fails, out of STOP or out of pre-copy with bytes that were not read.
        for from in Rig::states(model)
            .into_iter()
            .filter(|state| state.pre_copying() || *state == DeviceState::STOP)
        {
            let (mut rig, mut other) = (Rig::used(model, from), Rig::used(model, from));
            let session = rig.device.session();
            rig.function().device_mut().trouble().capture = true;
            assert_eq!(
                rig.set(DeviceState::STOP_COPY),
                Err(Fault::ArcFailed),
                "{model:?}: {from}"
            );
            let left = rig.device.state();
            assert_eq!(rig.device.session(), session);
            other.must_set(left);
            assert!(rig.image() == other.image(), "{model:?}: {from}");
            rig.moments(20);
            other.moments(20);
            assert!(rig.image() == other.image(), "{model:?}: {from}, later");
            rig.must_set(DeviceState::STOP_COPY);
            let bytes = rig.read_all();
            let mut there = Rig::with_seed(model, 2);
            assert_eq!(there.load(&bytes), Ok(()), "{model:?}: {from}");
            assert!(there.image() == rig.image());
        }
        // A load that fails keeps the stream.
        let bytes = Rig::used(model, DeviceState::STOP_COPY).read_all();
        let mut rig = Rig::with_seed(model, 2);
        rig.function().device_mut().trouble().refuse_load = true;
        assert_eq!(rig.load(&bytes), Err(Fault::ArcFailed), "{model:?}");
        assert_eq!(rig.device.state(), DeviceState::RESUMING);
        rig.must_set(DeviceState::STOP);
    });
}

#[test]
fn a_broken_device_says_so_whatever_it_is_asked() {
    covers![V2_ERRORS_BROKEN, V2_ERRORS_LEAVE, V2_ERRORS_STICKY];
    every_state(|mut rig, state| {
        if let Some(fd) = rig.fd {
            rig.function().device_mut().trouble().dead = true;
            let result = match state.resuming() {
                true => rig.device.write(fd, &[0; 8]),
                false => rig.device.read(fd, &mut [0; 8]),
            };
            assert_eq!(
                result,
                Err(Fault::DeviceFailed),
                "{:?} in {state}",
                rig.model
            );
        } else {
            rig.break_device();
        }
        assert_eq!(rig.device.state(), DeviceState::ERROR);
        for wanted in Rig::states(rig.model) {
            assert_eq!(rig.set(wanted), Err(Fault::InError), "{wanted}");
        }
        rig.reset();
        rig.use_device();
        rig.break_device();
        rig.device.close();
        rig.guest.device_was_reset(0);
        rig.use_device();
    });
    // A load that the driver cannot undo.
    every(|model| {
        let bytes = Rig::used(model, DeviceState::STOP_COPY).read_all();
        let mut rig = Rig::with_seed(model, 2);
        rig.function().device_mut().trouble().load = true;
        assert_eq!(rig.load(&bytes), Err(Fault::DeviceFailed), "{model:?}");
        assert_eq!(rig.device.state(), DeviceState::ERROR);
    });
}

#[test]
fn only_a_reset_or_a_close_leads_out_of_the_error_state() {
    covers![V2_ERRORS_LEAVE, V2_ERRORS_STICKY];
    for capabilities in Capabilities::LEGAL {
        let mut device = in_state(capabilities, DeviceState::ERROR);
        for wanted in (0..12).chain([u32::MAX]) {
            let (result, _) = set_state(&mut device, wanted);
            let expected = if wanted < 8 {
                Fault::InError
            } else {
                Fault::UnknownState
            };
            assert_eq!(result, Err(expected), "{wanted}");
        }
        for flags in (0..16).map(|number| number | VFIO_DEVICE_FEATURE_GET) {
            let _ = simple(&mut device, flags, &[0; 32]);
        }
        assert_eq!(device.state(), DeviceState::ERROR);
        device.reset();
        assert_eq!(device.state(), DeviceState::RUNNING);
        let mut device = in_state(capabilities, DeviceState::ERROR);
        device.close();
        assert_eq!(device.state(), DeviceState::RUNNING);
    }
}

#[test]
fn a_reset_helps_in_every_state() {
    covers![V2_ERRORS_RESET];
    every_state(|mut rig, state| {
        let new = Rig::new(rig.model).image();
        for broken in [false, true] {
            if broken {
                rig.break_device();
            }
            rig.reset();
            assert_eq!(
                rig.device.state(),
                DeviceState::RUNNING,
                "{:?} from {state}",
                rig.model
            );
            assert_eq!(rig.device.session(), None);
            assert!(rig.image() == new, "{:?} from {state}", rig.model);
            rig.use_device();
            let bytes = rig.save();
            assert_eq!(Rig::with_seed(rig.model, 2).load(&bytes), Ok(()));
            rig.must_set(DeviceState::RUNNING);
        }
    });
}

/// Errors of the data fd that do not come up elsewhere: those of the driver leave the state as it is.
#[test]
fn errors_of_the_data_fd_leave_the_state() {
    covers![V2_ERRORS_TABLE];
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    let fd = device.session().expect("open");
    device.driver_mut().reads = VecDeque::from([Err(Fault::NotReady), Ok(0)]);
    assert_eq!(device.read(fd, &mut [0; 4]), Err(Fault::NotReady));
    assert_eq!(device.read(fd, &mut [0; 4]), Err(Fault::NoDataNow));
    assert_eq!(device.write(fd, &[0; 4]), Err(Fault::WrongDirection));
    assert_eq!(device.state(), DeviceState::PRE_COPY);
    device.driver_mut().fails = Some(("precopy_info", Fault::DeviceFailed));
    assert_eq!(info(&mut device, fd, 0), Err(Fault::DeviceFailed));
    assert_eq!(device.state(), DeviceState::ERROR);
    assert_eq!(device.read(fd, &mut [0; 4]), Err(Fault::SessionEnded));
}
