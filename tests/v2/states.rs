//! `states.md`: values, groups, get, events.

use vfio_migration::covers;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Rig, every_state, get_state, info, set_state, simple};

#[test]
fn states_have_their_values_and_needs() {
    covers![V2_STATE_STATES];
    let names = [
        "ERROR",
        "STOP",
        "RUNNING",
        "STOP_COPY",
        "RESUMING",
        "RUNNING_P2P",
        "PRE_COPY",
        "PRE_COPY_P2P",
    ];
    for (value, name) in names.iter().enumerate() {
        assert_eq!(DeviceState::from_raw(value as u32).to_string(), *name);
    }
    assert!(!DeviceState::from_raw(8).known());
    for capabilities in Capabilities::LEGAL {
        for state in DeviceState::ALL.into_iter().filter(|state| !state.error()) {
            let there = states(capabilities).any(|other| other == state);
            let mut device = Fake::device(capabilities);
            let (result, _) = set_state(&mut device, state.raw());
            assert_eq!(result.is_ok(), there, "{state} with {capabilities}");
        }
    }
}

#[test]
fn groups_are_what_the_states_share() {
    covers![V2_STATE_GROUPS];
    for state in DeviceState::ALL {
        let groups = [state.error(), state.running(), state.stopped()];
        assert_eq!(groups.iter().filter(|group| **group).count(), 1, "{state}");
        assert!(
            !state.pre_copying() || (state.saving() && state.running()),
            "{state}"
        );
        assert!(!state.quiesced() || state.running(), "{state}");
        assert_eq!(
            state.saving(),
            state.pre_copying() || state == DeviceState::STOP_COPY
        );
        assert_eq!(state.resuming(), state == DeviceState::RESUMING);
    }
    let quiesced = DeviceState::ALL
        .into_iter()
        .filter(|state| state.quiesced());
    assert!(quiesced.eq([DeviceState::RUNNING_P2P, DeviceState::PRE_COPY_P2P]));
}

#[test]
fn the_state_can_be_read_in_every_state() {
    covers![V2_STATE_GET, V2_ERRORS_STICKY];
    every_state(|mut rig, state| {
        assert_eq!(
            get_state(&mut rig.device),
            (state.raw(), -1),
            "{:?}",
            rig.model
        );
        rig.break_device();
        assert_eq!(get_state(&mut rig.device), (DeviceState::ERROR.raw(), -1));
    });
}

/// Everything but a request, a reset, a close and a broken device leaves the state alone.
#[test]
fn the_state_does_not_change_by_itself() {
    covers![V2_STATE_SPONTANEOUS];
    every_state(|mut rig, state| {
        rig.moments(50);
        if state.may_dma_anywhere() {
            rig.use_device();
        }
        for number in -1..6 {
            let Some(fd) = vfio_migration::machine::v2::DataFd::from_number(number) else {
                continue;
            };
            let _ = rig.device.read(fd, &mut [0; 64]);
            let _ = rig.device.poll(fd);
            let _ = rig.device.seek(fd);
            let _ = info(&mut rig.device, fd, 0);
            let _ = rig.device.write(fd, &[1; 64]);
        }
        for flags in (0..=18_u32).flat_map(|bit| [1 << bit, (1 << 16) | bit, (1 << 18) | bit]) {
            let _ = simple(&mut rig.device, flags, &[0; 32]);
        }
        assert_eq!(rig.device.state(), state, "{:?}", rig.model);
    });
}

#[test]
fn events_reach_the_driver_from_every_state() {
    covers![V2_STATE_EVENTS, V2_STREAM_ENDS];
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            device.reset();
            assert_eq!(device.state(), DeviceState::RUNNING);
            assert_eq!(calls(&mut device), ["reset"]);
            assert_eq!(device.session(), None);

            let mut device = in_state(capabilities, state);
            device.close();
            assert_eq!(device.state(), DeviceState::RUNNING);
            assert_eq!(calls(&mut device), ["close"]);
            assert_eq!(device.session(), None);
        }
    }
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    device.driver_mut().fails = Some(("pre_copy_to_running", Fault::DeviceFailed));
    assert_eq!(
        device.request(DeviceState::RUNNING),
        Err(Fault::DeviceFailed)
    );
    assert_eq!(calls(&mut device), ["pre_copy_to_running", "enter_error"]);
    assert_eq!(
        (device.state(), device.session()),
        (DeviceState::ERROR, None)
    );
}

/// What the drivers do at these events.
#[test]
fn a_device_is_as_new_after_reset_and_close() {
    covers![V2_STATE_EVENTS, V2_ERRORS_RESET, V2_DISCOVERY_OPEN];
    every_state(|mut rig, state| {
        let new = Rig::new(rig.model).image();
        assert_ne!(rig.image(), new, "{:?} in {state} was used", rig.model);
        let mut other = Rig::used(rig.model, state);
        rig.reset();
        other.device.close();
        assert!(
            rig.image() == new && other.image() == new,
            "{:?} from {state}",
            rig.model
        );
        rig.use_device();
    });
}
