//! `arcs.md`: what each arc has to achieve, with the reference drivers.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::{self, Arc, Capabilities, DeviceState, Driver as _, Fault, SessionEffect};

use crate::fake::{in_state, states};
use crate::rig::{Rig, every};

/// Every arc of a device of this kind.
fn arcs(model: Model) -> Vec<Arc> {
    let capabilities = Rig::new(model).device.capabilities();
    let there = |arc: &Arc| {
        v2::path(capabilities, arc.from(), arc.to()).is_ok_and(|path| path.arcs() == [*arc])
    };
    Arc::ALL.into_iter().filter(there).collect()
}

#[test]
fn drivers_have_the_arcs_that_they_call_for() {
    covers![V2_ARCS_TABLE, V2_ARCS_NEEDED];
    assert_eq!(Arc::ALL.len(), 18);
    let mut taken = Vec::new();
    every(|model| {
        for arc in arcs(model) {
            let mut rig = Rig::used(model, arc.from());
            rig.calls();
            if arc == Arc::ResumingToStop {
                continue;
            }
            rig.must_set(arc.to());
            assert_eq!(rig.calls(), [arc.name()], "{model:?}");
        }
    });
    Model::ALL
        .into_iter()
        .for_each(|model| taken.extend(arcs(model)));
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 18, "between them, the drivers take every arc");
}

#[test]
fn sessions_follow_from_the_row_alone() {
    covers![V2_ARCS_SESSION_COMMON, V2_ARCS_TABLE];
    for capabilities in Capabilities::LEGAL {
        for from in states(capabilities).filter(|state| !state.error()) {
            for arc in Arc::ALL.into_iter().filter(|arc| arc.from() == from) {
                let Ok(path) = v2::path(capabilities, from, arc.to()) else {
                    continue;
                };
                if path.arcs() != [arc] {
                    continue;
                }
                let mut device = in_state(capabilities, from);
                let before = device.session();
                device.request(arc.to()).expect("one arc");
                let after = device.session();
                match arc.session() {
                    SessionEffect::None => assert_eq!((before, after), (None, None), "{arc}"),
                    SessionEffect::Keeps => assert!(before.is_some() && before == after, "{arc}"),
                    SessionEffect::Ends => assert!(before.is_some() && after.is_none(), "{arc}"),
                    SessionEffect::StartsSaving | SessionEffect::StartsResuming => {
                        assert!(before.is_none() && after.is_some(), "{arc}");
                    }
                }
            }
        }
    }
}

/// A device with DMA in flight.
fn busy(model: Model, state: DeviceState) -> Rig {
    let mut rig = Rig::used(model, state);
    rig.ask(6);
    rig.moments(3);
    rig
}

#[test]
fn a_quiesced_device_has_no_dma() {
    covers![V2_ARCS_QUIESCE, V2_BEHAVIOUR_ALL_DMA, V2_ARCS_HELD_BACK];
    every(|model| {
        for arc in arcs(model)
            .into_iter()
            .filter(|arc| arc.to().quiesced() && !arc.from().quiesced())
        {
            if arc.from() == DeviceState::STOP {
                continue;
            }
            let mut rig = busy(model, arc.from());
            rig.must_set(arc.to());
            let traffic = rig.port.traffic().dma;
            assert!(!rig.function().device().in_flight(), "{model:?}: {arc}");
            // The guest goes on asking; the device waits.
            rig.ask(2);
            rig.moments(60);
            assert_eq!(rig.port.traffic().dma, traffic, "{model:?}: {arc}");
            rig.must_set(arc.from());
            rig.moments(120);
            assert_eq!(rig.collect(), 8, "{model:?}: nothing is lost");
        }
    });
}

/// What P2P held back survives the migration too.
#[test]
fn what_was_held_back_is_done_on_the_other_side() {
    covers![V2_ARCS_HELD_BACK, V2_ARCS_RUN];
    every(|model| {
        let mut rig = busy(model, DeviceState::RUNNING);
        if rig.has(Capabilities::P2P) {
            rig.must_set(DeviceState::RUNNING_P2P);
            rig.ask(1);
        }
        let asked = if rig.has(Capabilities::P2P) { 7 } else { 6 };
        rig.must_set(DeviceState::STOP_COPY);
        let bytes = rig.read_all();
        let mut there = Rig::with_seed(model, 2);
        for page in 0..rig.memory.pages() {
            there.memory.set_page(page, &rig.memory.page(page));
        }
        there.guest = rig.guest.clone();
        there.load(&bytes).expect("a load");
        if there.has(Capabilities::P2P) {
            there.must_set(DeviceState::RUNNING_P2P);
            let traffic = there.port.traffic().dma;
            there.moments(60);
            assert_eq!(there.port.traffic().dma, traffic, "{model:?}: not yet");
        }
        there.must_set(DeviceState::RUNNING);
        there.moments(120);
        assert_eq!(there.collect(), asked, "{model:?}");
    });
}

#[test]
fn a_stopped_device_is_still() {
    covers![V2_ARCS_STOP];
    every(|model| {
        for arc in arcs(model)
            .into_iter()
            .filter(|arc| arc.from().running() && arc.to().stopped())
        {
            let mut rig = busy(model, arc.from());
            rig.must_set(arc.to());
            let (traffic, image) = (rig.port.traffic(), rig.image());
            rig.moments(60);
            assert_eq!(rig.port.traffic(), traffic, "{model:?}: {arc}");
            assert!(rig.image() == image, "{model:?}: {arc}");
        }
    });
}

#[test]
fn a_started_device_goes_on_where_it_was() {
    covers![V2_ARCS_RUN];
    every(|model| {
        let mut rig = busy(model, DeviceState::RUNNING);
        rig.must_set(DeviceState::STOP);
        let image = rig.image();
        rig.must_set(DeviceState::RUNNING);
        assert!(rig.image() == image, "{model:?}");
        rig.moments(120);
        assert_eq!(rig.collect(), 6, "{model:?}");
    });
}

#[test]
fn sessions_do_not_disturb_the_device() {
    covers![V2_ARCS_SAME_OPERATION];
    every(|model| {
        for arc in arcs(model) {
            let saving = arc.to().saving() != arc.from().saving();
            if !saving || arc.from().running() != arc.to().running() {
                continue;
            }
            let (mut rig, mut other) = (busy(model, arc.from()), busy(model, arc.from()));
            rig.must_set(arc.to());
            assert!(rig.image() == other.image(), "{model:?}: {arc}");
            rig.moments(30);
            other.moments(30);
            assert!(rig.image() == other.image(), "{model:?}: {arc}, later");
            assert_eq!(rig.port.traffic(), other.port.traffic(), "{model:?}: {arc}");
            assert_eq!(rig.collect(), other.collect());
        }
    });
}

/// However much of pre-copy was read, also leaving before its initial data were.
#[test]
fn the_rest_makes_the_stream_whole() {
    covers![V2_ARCS_CAPTURE_REST];
    every(|model| {
        for read in [0, 1, 50, 3000, 20_000, usize::MAX] {
            let mut rig = Rig::used(model, DeviceState::RUNNING);
            if !rig.has(Capabilities::PRE_COPY) {
                return;
            }
            rig.must_set(DeviceState::PRE_COPY);
            let (fd, mut bytes) = (rig.fd(), vec![0; read.min(1 << 20)]);
            let got = rig.device.read(fd, &mut bytes).unwrap_or(0);
            bytes.truncate(got);
            rig.use_device();
            rig.must_set(DeviceState::STOP_COPY);
            bytes.extend(rig.read_all());
            let mut there = Rig::with_seed(model, 2);
            assert_eq!(there.load(&bytes), Ok(()), "{model:?} after {read}");
            assert!(there.image() == rig.image(), "{model:?} after {read}");
        }
    });
}

#[test]
fn from_stop_everything_is_captured() {
    covers![V2_ARCS_CAPTURE_ALL];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::STOP);
        let image = rig.image();
        rig.must_set(DeviceState::STOP_COPY);
        let bytes = rig.read_all();
        let mut there = Rig::with_seed(model, 2);
        assert_eq!(there.load(&bytes), Ok(()));
        assert!(there.image() == image && rig.image() == image, "{model:?}");
    });
}

#[test]
fn a_session_that_ended_early_costs_nothing() {
    covers![V2_ARCS_CAPTURE_AGAIN];
    every(|model| {
        for state in Rig::states(model)
            .into_iter()
            .filter(|state| state.saving())
        {
            for read in [0, 1, 700] {
                let mut rig = Rig::used(model, state);
                let fd = rig.fd();
                let _ = rig.device.read(fd, &mut vec![0; read]);
                rig.must_set(DeviceState::RUNNING);
                rig.use_device();
                let bytes = rig.save();
                let mut there = Rig::with_seed(model, 2);
                assert_eq!(there.load(&bytes), Ok(()), "{model:?}: {state}, {read}");
                assert!(there.image() == rig.image(), "{model:?}: {state}, {read}");
            }
        }
    });
}

#[test]
fn resuming_needs_no_reset() {
    covers![V2_ARCS_RESUME_ANY, V2_ARCS_LOAD_WHOLE];
    every(|model| {
        let mut source = Rig::used(model, DeviceState::RUNNING);
        let bytes = source.save();
        let sound = |state: &DeviceState| !state.resuming();
        for state in Rig::states(model).into_iter().filter(sound) {
            let mut rig = busy(model, DeviceState::RUNNING);
            rig.must_set(state);
            assert_eq!(rig.load(&bytes), Ok(()), "{model:?} from {state}");
            assert!(rig.image() == source.image(), "{model:?} from {state}");
        }
    });
}

#[test]
fn an_arc_that_is_not_there_is_never_asked_for() {
    covers![V2_ARCS_NEEDED];
    every(|model| {
        let capabilities = Rig::new(model).device.capabilities();
        let own = arcs(model);
        for from in Rig::states(model) {
            for to in Rig::states(model) {
                let mut rig = Rig::used(model, from);
                rig.calls();
                let result = rig.set(to);
                assert_ne!(
                    result,
                    Err(Fault::DeviceFailed),
                    "{model:?}: {from} to {to}"
                );
                for call in rig.calls() {
                    assert!(
                        own.iter().any(|arc| arc.name() == call),
                        "{capabilities}: {call}"
                    );
                }
            }
        }
    });
}

/// A driver leaves out what its device lacks. What it should not have left out breaks the device when it is first tried.
#[test]
fn arcs_of_other_devices_may_be_left_out() {
    covers![V2_ARCS_NEEDED];
    let optional = |arc: &Arc| {
        let lacks = |capabilities| {
            !v2::path(capabilities, arc.from(), arc.to()).is_ok_and(|path| path.arcs() == [*arc])
        };
        Capabilities::LEGAL.into_iter().any(lacks)
    };
    let left_out: Vec<Arc> = Arc::ALL.into_iter().filter(optional).collect();
    assert_eq!(left_out.len(), 14);
    for arc in left_out {
        assert_eq!(v2::act(&mut Bare, arc), Err(Fault::DeviceFailed), "{arc}");
    }
    assert_eq!(Bare.precopy_info(), Err(Fault::DeviceFailed));
}

/// What every driver has to write.
struct Bare;

impl v2::Driver for Bare {
    fn capabilities(&self) -> Capabilities {
        Capabilities::STOP_COPY
    }

    fn resuming_to_stop(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn stop_to_resuming(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn stop_to_stop_copy(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn stop_copy_to_stop(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn read_stream(&mut self, _: &mut [u8]) -> Result<usize, Fault> {
        Ok(0)
    }

    fn write_stream(&mut self, from: &[u8]) -> Result<usize, Fault> {
        Ok(from.len())
    }

    fn poll_stream(&mut self) -> Result<bool, Fault> {
        Ok(true)
    }

    fn reset(&mut self, _: DeviceState) {}

    fn enter_error(&mut self, _: DeviceState) {}

    fn close(&mut self, _: DeviceState) {}
}
