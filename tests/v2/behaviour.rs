//! `behaviour.md`: the promises of each state.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Register as Bar;
use vfio_migration::v2::DeviceState;

use crate::rig::{Rig, every, every_state};

#[test]
fn each_state_keeps_its_promises() {
    covers![V2_BEHAVIOUR_TABLE];
    every(|model| {
        for state in Rig::states(model) {
            let mut rig = Rig::used(model, DeviceState::RUNNING);
            rig.ask(4);
            rig.must_set(state);
            let (before, image) = (rig.port.traffic(), rig.image());
            rig.moments(60);
            let after = rig.port.traffic();
            let here = format!("{model:?} in {state}");
            assert_eq!(
                after.dma > before.dma,
                state.may_dma_anywhere(),
                "{here}: DMA"
            );
            assert!(
                after.dma == before.dma || !(state.p2p_quiet() || state.dma_quiet()),
                "{here}: quiet"
            );
            assert!(
                after.interrupts == before.interrupts || state.may_interrupt(),
                "{here}: interrupts"
            );
            assert_eq!(
                rig.image() != image,
                state.changes_internal_state(),
                "{here}: changes"
            );
            assert!(
                rig.image() == image || !state.state_frozen(),
                "{here}: frozen"
            );
            // A set-up of interrupts, which others own, is taken anywhere.
            assert!(state.takes_setup());
            rig.function().device_mut().permit_interrupts(false);
            assert!(
                !rig.function().device().interrupts_permitted(),
                "{here}: set-up"
            );
        }
    });
}

#[test]
fn running_devices_answer_mmio() {
    covers![V2_BEHAVIOUR_TABLE];
    every_state(|mut rig, state| {
        let identity = rig.function().device().hardware().id;
        let answers = rig.bar(Bar::Identity) == u64::from(identity);
        assert_eq!(answers, state.answers_mmio(), "{:?} in {state}", rig.model);
    });
}

#[test]
fn pre_copy_logs_and_pauses() {
    covers![V2_BEHAVIOUR_TABLE];
    let mut rig = Rig::used(Model::Buffering, DeviceState::PRE_COPY);
    assert!(rig.device.state().logs_changes() && rig.device.state().stream_may_pause());
    rig.read_all();
    assert!(rig.read_all().is_empty(), "it pauses");
    rig.moments(1);
    assert!(!rig.read_all().is_empty(), "the change was logged");
    rig.must_set(DeviceState::STOP_COPY);
    assert!(rig.device.state().stream_is_final());
}

#[test]
fn quiet_promises_are_each_others_opposites() {
    covers![V2_BEHAVIOUR_TABLE];
    for state in DeviceState::ALL.into_iter().filter(|state| !state.error()) {
        assert_eq!(state.may_dma_anywhere(), !state.p2p_quiet(), "{state}");
        assert_eq!(state.may_dma_to_memory(), !state.dma_quiet(), "{state}");
        assert_eq!(
            state.answers_mmio(),
            !state.may_assume_quiet_mmio(),
            "{state}"
        );
        assert_eq!(state.may_assume_quiet_cpu(), state.p2p_quiet(), "{state}");
        assert!(!state.undefined());
    }
    assert!(DeviceState::ERROR.undefined() && !DeviceState::ERROR.takes_setup());
}

#[test]
fn a_touch_of_a_stopped_device_is_dropped() {
    covers![V2_BEHAVIOUR_TOUCHED];
    let stopped = |state: &DeviceState| state.stopped();
    every(|model| {
        for state in Rig::states(model).into_iter().filter(stopped) {
            let mut rig = Rig::used(model, state);
            let image = rig.image();
            assert_eq!(rig.bar(Bar::Clock), u64::MAX, "{model:?} in {state}");
            let fragile = rig.function().device().hardware().needs_quiet_mmio;
            assert_eq!(rig.image() == image, !fragile, "{model:?} in {state}");
            let image = rig.image();
            for register in Bar::ALL {
                // A fragile device is spoilt again, and so is as it was after each second touch.
                rig.function().write_bar(register.offset(), &[7; 8]);
                assert_eq!(rig.bar(register), u64::MAX, "{model:?} in {state}");
            }
            assert!(rig.image() == image, "{model:?} in {state}");
        }
    });
    // What cannot drop it spoils its own migration, which the destination finds.
    let mut rig = Rig::used(Model::Quiet, DeviceState::STOP);
    rig.bar(Bar::Clock);
    rig.must_set(DeviceState::STOP_COPY);
    let bytes = rig.read_all();
    assert!(Rig::with_seed(Model::Quiet, 2).load(&bytes).is_err());
}
