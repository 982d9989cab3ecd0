//! `several.md` and `vmm.md`: barriers over several devices, watched while the VMM follows the flows.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::{DeviceState, Devices, Flow, Side, flows};
use vfio_migration::vmm::Failure;
use vfio_migration::vmm::v2::Vmm;

/// Replays the requests of a log: the states of all devices after each one.
fn history(vmm: &Vmm) -> Vec<Vec<DeviceState>> {
    let mut now = vec![DeviceState::INITIAL; vmm.slots.len()];
    let mut all = vec![now.clone()];
    for line in vmm.log.to_string().lines() {
        let Some((label, rest)) = line.trim_start().split_once(' ') else {
            continue;
        };
        let Some(number) = vmm.slots.iter().position(|slot| slot.label == label) else {
            continue;
        };
        if rest.starts_with("reset") {
            now[number] = DeviceState::INITIAL;
        } else if let Some(state) = rest.strip_prefix("set ").filter(|_| !rest.contains(" ! ")) {
            let state = state.split([' ', ',']).next().expect("a state");
            now[number] = state.parse().expect("a state");
        } else {
            continue;
        }
        all.push(now.clone());
    }
    all
}

fn followed(flow: &Flow, models: &[Model]) -> Vmm {
    let mut source = Vmm::new(models, 1);
    source.run(&flows::SAVE).expect("a save");
    let mut vmm = match flow.side {
        Side::Source => Vmm::new(models, 1),
        Side::Destination => Vmm::with_transfer(models, 2, source.transfer),
    };
    vmm.run(flow)
        .unwrap_or_else(|failure| panic!("{}: {failure}\n{}", flow.name, vmm.log));
    vmm
}

/// The flows that have a barrier for P2P.
fn with_barriers() -> impl Iterator<Item = &'static Flow> {
    flows::ALL
        .iter()
        .copied()
        .filter(|flow| flow.devices == Devices::Many && flow.needs.contains(&"p2p"))
}

#[test]
fn everybody_is_quiet_before_anybody_stops_or_starts() {
    covers![V2_SEVERAL_QUIET_FIRST, V2_SEVERAL_RUNNING_FIRST];
    let models = [Model::Buffering, Model::QuietTrapping, Model::Buffering];
    let (mut stopped, mut started) = (0, 0);
    for flow in with_barriers() {
        let vmm = followed(flow, &models);
        for pair in history(&vmm).windows(2) {
            let [before, after] = pair else {
                unreachable!("windows of two")
            };
            let Some(changed) = (0..models.len()).find(|n| before[*n] != after[*n]) else {
                continue;
            };
            let here = format!("{}: {before:?} to {after:?}", flow.name);
            let (from, to) = (before[changed], after[changed]);
            // A machine at the destination that was never started has nothing to be quiet for.
            let may_touch = |state: &DeviceState| state.may_dma_anywhere();
            if from.running() && to.stopped() && flow.side == Side::Source {
                assert!(
                    !before.iter().any(may_touch),
                    "{here}: stopped while another may touch it"
                );
                stopped += 1;
            }
            if may_touch(&to) && !may_touch(&from) && !to.saving() {
                assert!(
                    before.iter().all(|state| state.running()),
                    "{here}: let loose too early"
                );
                started += 1;
            }
        }
    }
    assert!(
        stopped > 10 && started > 10,
        "{stopped} stops, {started} starts"
    );
}

#[test]
fn a_device_without_p2p_goes_with_the_others() {
    covers![V2_SEVERAL_FOLD];
    for models in [
        [Model::Buffering, Model::Direct],
        [Model::Direct, Model::Buffering],
        [Model::QuietTrapping, Model::Quiet],
    ] {
        let without = usize::from(!matches!(models[1], Model::Buffering));
        let mut arcs = 0;
        for flow in with_barriers().filter(|flow| flow.side == Side::Source) {
            let vmm = followed(flow, &models);
            for pair in history(&vmm).windows(2) {
                let (before, after) = (pair[0][without], pair[1][without]);
                let other = pair[0][1 - without];
                assert!(!after.quiesced(), "{}", flow.name);
                if before.running() && after.stopped() {
                    assert!(
                        other.quiesced() || other.stopped(),
                        "{}: {other}",
                        flow.name
                    );
                    arcs += 1;
                }
            }
        }
        assert!(arcs > 5, "{models:?}");
    }
}

/// A VMM that has such a device among several keeps it away from the others' MMIO.
#[test]
fn a_device_without_p2p_is_kept_out_of_p2p() {
    covers![V2_SEVERAL_NOT_ALONE];
    let mut vmm = Vmm::new(
        &[
            Model::Buffering,
            Model::Direct,
            Model::Quiet,
            Model::QuietTrapping,
        ],
        1,
    );
    let reaches = |from: usize, to: usize, vmm: &mut Vmm| vmm.peer_write(from, to, 0x18, &[0; 8]);
    assert!(
        reaches(0, 3, &mut vmm) && reaches(3, 0, &mut vmm),
        "those with P2P reach each other"
    );
    for without in [1, 2] {
        for with in [0, 3] {
            assert!(!reaches(without, with, &mut vmm), "it reaches nobody");
            assert!(
                !reaches(with, without, &mut vmm),
                "and nobody reaches it while it may be stopped"
            );
        }
    }
}

#[test]
fn nobody_passes_a_barrier_that_one_fails_at() {
    covers![V2_SEVERAL_FAILURE];
    let models = [Model::Buffering, Model::Buffering, Model::QuietTrapping];
    for (broken, dead) in [(0, true), (1, true), (2, true), (1, false), (2, false)] {
        let mut vmm = Vmm::new(&models, 1);
        let trouble =
            vfio_migration::driver::Function::device_mut(vmm.slots[broken].device.driver_mut())
                .trouble();
        if dead {
            trouble.dead = true;
        } else {
            trouble.capture = true;
        }
        let steps: &'static [_] = Box::leak(Box::new([
            flows::STOP_CONT_MANY.steps[0],
            flows::STOP_CONT_MANY.steps[1],
            flows::SAVE_WITHOUT_PRE_COPY.steps[4],
            flows::SAVE_WITHOUT_PRE_COPY.steps[5],
        ]));
        let (mut first, mut rest) = (steps[0], [steps[1], steps[2], steps[3]]);
        first.work = &[];
        rest.iter_mut().for_each(|step| step.work = &[]);
        let steps: &'static [_] = Box::leak([&[first][..], &rest].concat().into_boxed_slice());
        let flow = Flow {
            steps,
            ..flows::STOP_CONT_MANY
        };
        let Failure { step, .. } = vmm.run(&flow).expect_err("a device fails");
        let states: Vec<_> = vmm.slots.iter().map(|slot| slot.device.state()).collect();
        if dead {
            assert_eq!(step, steps[1].number, "at the first barrier");
            assert!(
                states.iter().all(|state| !state.stopped()),
                "{states:?}: nobody is past it"
            );
        } else {
            let past = states.iter().filter(|state| state.saving()).count();
            assert_eq!(past, broken, "{states:?}: nobody after the one that failed");
        }
        // They are taken back; the one that is broken is reset.
        for slot in 0..vmm.slots.len() {
            if vmm.slots[slot].device.state().error() {
                vmm.slots[slot].device.reset();
                vmm.guest.device_was_reset(slot);
            }
        }
        for state in [DeviceState::RUNNING_P2P, DeviceState::RUNNING] {
            for slot in &mut vmm.slots {
                slot.device.request(state).expect("back");
            }
        }
        assert!(vmm.use_devices() >= models.len() * 4);
        assert_eq!(vmm.guest.wrong(), 0);
    }
}
