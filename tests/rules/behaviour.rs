//! `behaviour.md`: what holds while a state lasts.

use vfio_migration::covers;
use vfio_migration::driver::device::Register as Bar;
use vfio_migration::v1::{Capabilities, DeviceState, Driver, Fault, Register};

use crate::rig::every_state;

#[test]
fn dma_interrupts_and_changes_follow_the_state() {
    covers![V1_BEHAVIOUR_TABLE];
    every_state(|mut rig, state| {
        let (image, before) = (rig.image(), rig.port.traffic());
        if state.answers_mmio() {
            rig.ask(3);
        }
        rig.moments(24);
        let after = rig.port.traffic();
        let here = format!("{:?}, {state}", rig.model);
        assert_eq!(after.dma != before.dma, state.may_dma(), "{here}: DMA");
        assert!(
            !state.dma_quiet() || after.dma == before.dma,
            "{here}: DMA while quiet"
        );
        assert!(
            state.may_interrupt() || after.interrupts == before.interrupts,
            "{here}: an interrupt"
        );
        assert_eq!(
            rig.image() != image,
            state.changes_internal_state(),
            "{here}: state"
        );
        assert!(
            !state.state_frozen() || rig.image() == image,
            "{here}: frozen state"
        );
        assert!(!state.undefined());
    });
}

#[test]
fn mmio_is_answered_while_running_only() {
    covers![V1_BEHAVIOUR_TABLE, V1_BEHAVIOUR_STOPPED_MMIO];
    every_state(|mut rig, state| {
        let ring = rig.function().device().core().ring;
        let answer = rig.bar(Bar::Identity);
        let here = format!("{:?}, {state}", rig.model);
        assert_eq!(
            answer != u64::MAX,
            state.answers_mmio(),
            "{here}: reads {answer:#x}"
        );
        rig.function()
            .write_bar(Bar::Ring.offset(), &0x5000_u64.to_le_bytes());
        let written = rig.function().device().core().ring != ring;
        assert_eq!(written, state.answers_mmio(), "{here}: the write");
    });
}

#[test]
fn only_a_device_that_needs_it_suffers_from_mmio() {
    covers![V1_BEHAVIOUR_STOPPED_MMIO, V1_SYSTEM_HOST_SAFE];
    every_state(|mut rig, state| {
        if state.answers_mmio() {
            return;
        }
        let image = rig.image();
        rig.bar(Bar::Head);
        let fragile = rig.region.driver().describe().quiet_mmio;
        assert_eq!(rig.image() != image, fragile, "{:?}, {state}", rig.model);
        assert_eq!(rig.state(), state);
    });
}

#[test]
fn changes_are_logged_while_saving_and_running() {
    covers![V1_BEHAVIOUR_TABLE, V1_WINDOW_NO_PRECOPY];
    every_state(|mut rig, state| {
        if !state.logs_changes() {
            return;
        }
        rig.drain();
        rig.moments(4);
        let pending = rig.pending();
        let precopy = rig.region.driver().describe().precopy;
        assert_eq!(pending != 0, precopy, "{:?}, {state}: {pending}", rig.model);
    });
}

#[test]
fn a_final_stream_ends_for_good() {
    covers![V1_BEHAVIOUR_TABLE, V1_WINDOW_END];
    every_state(|mut rig, state| {
        if !state.stream_is_final() {
            return;
        }
        assert!(!rig.drain().is_empty());
        for _ in 0..3 {
            rig.moments(8);
            assert_eq!(rig.pending(), 0, "{:?}, {state}", rig.model);
            assert_eq!(rig.read(Register::DataOffset), Err(Fault::NoData));
        }
        if rig.has(Capabilities::NDMA) {
            rig.must_set(DeviceState::SAVING | DeviceState::NDMA);
            assert_eq!(rig.pending(), 0);
        }
    });
}
