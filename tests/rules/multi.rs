//! `multi-bit.md`: one write against single steps, and the buffer that both directions share.

use spec_model::analysis::{Verdict, order_report};
use spec_model::model::{Book, OrderStatus};
use vfio_migration::covers;
use vfio_migration::driver::{Buffering, Model, Traced};
use vfio_migration::machine::MigrationRegion;
use vfio_migration::v1::{Action, DeviceState, Fault};
use vfio_migration::vmm::{Guest, Memory};

use crate::rig::{Rig, every};

fn book() -> Book {
    let summary = concat!(env!("CARGO_MANIFEST_DIR"), "/book/SUMMARY.md");
    spec_model::load(summary.as_ref())
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

/// A used device in this state; one that resumes has received a whole stream.
fn prepared(model: Model, state: DeviceState) -> Rig {
    if !state.contains(DeviceState::RESUMING) {
        return Rig::used(model, state);
    }
    let segments = Rig::used(model, DeviceState::SAVING).drain();
    let mut rig = Rig::with_seed(model, 2);
    rig.must_set(state);
    segments
        .iter()
        .for_each(|segment| rig.put(segment).expect("handed over"));
    rig
}

/// What the device did, what it is, and what it would send.
type Outcome = (Vec<&'static str>, Vec<u8>, Option<Vec<Vec<u8>>>);

fn outcome(mut rig: Rig) -> Outcome {
    let is_action = |call: &&str| Action::ALL.iter().any(|action| action.name() == *call);
    let actions = rig.calls().into_iter().filter(is_action).collect();
    let image = rig.image();
    let saves = rig.state().contains(DeviceState::SAVING);
    (actions, image, saves.then(|| rig.drain()))
}

#[test]
fn a_write_equals_its_single_steps_where_the_book_says_so() {
    covers![V1_MULTI_EQUAL, V1_MULTI_ALLOWED];
    let book = book();
    let field = book.editions[0]
        .bits
        .as_ref()
        .expect("v1 has a state register");
    let adopted = field
        .actions
        .iter()
        .find(|order| order.status == OrderStatus::Adopted)
        .expect("one order");
    let report = order_report(field, adopted);
    let mut compared = 0;
    every(|model| {
        let states: Vec<_> = Rig::states(model).collect();
        for pair in &report.pairs {
            let Verdict::Equal { path } = &pair.verdict else {
                continue;
            };
            let path: Vec<_> = path
                .iter()
                .map(|bits| DeviceState::from_bits(*bits))
                .collect();
            if path.iter().any(|state| !states.contains(state)) {
                continue;
            }
            let (mut one, mut steps) = (prepared(model, path[0]), prepared(model, path[0]));
            one.calls();
            steps.calls();
            one.must_set(path[path.len() - 1]);
            path[1..].iter().for_each(|state| steps.must_set(*state));
            let way = format!("{model:?}: {path:?}");
            assert_eq!(outcome(one), outcome(steps), "{way}");
        }
    });
    for pair in &report.pairs {
        compared += usize::from(pair.verdict.is_equal());
    }
    assert!(compared > 50, "the book finds only {compared} pairs equal");
}

#[test]
fn a_shared_buffer_loses_data_from_resuming_to_saving_only() {
    covers![V1_MULTI_LOSSY, V1_MULTI_NO_RESUME_TO_SAVE];
    let book = book();
    let field = book.editions[0]
        .bits
        .as_ref()
        .expect("v1 has a state register");
    let adopted = field
        .actions
        .iter()
        .find(|order| order.status == OrderStatus::Adopted)
        .expect("one order");
    for pair in &order_report(field, adopted).pairs {
        let (old, new) = (
            DeviceState::from_bits(pair.old),
            DeviceState::from_bits(pair.new),
        );
        let forbidden = old.contains(DeviceState::RESUMING) && new.contains(DeviceState::SAVING);
        assert_eq!(
            pair.loss.is_some(),
            forbidden,
            "{old} to {new}: what the analysis finds"
        );
        // The driver with the shared buffer: a good stream was received, and the load fails all the same.
        let mut rig = prepared(Model::Buffering, old);
        let result = rig.set(new);
        let expected = if forbidden {
            Err(Fault::InvalidStream)
        } else {
            Ok(())
        };
        assert_eq!(result, expected, "{old} to {new}");
    }
}

#[test]
fn nothing_is_loaded_that_was_not_received() {
    covers![V1_MULTI_NOT_RECEIVED, V1_MULTI_NO_RESUME_TO_SAVE];
    for new in [
        DeviceState::SAVING,
        DeviceState::SAVING | DeviceState::RUNNING,
    ] {
        let mut rig = prepared(Model::Buffering, DeviceState::RESUMING);
        assert_eq!(rig.set(new), Err(Fault::InvalidStream), "{new}");
        assert_eq!(rig.state(), DeviceState::ERROR);
        // By way of `0`, as the book has it, nothing is lost.
        let mut rig = prepared(Model::Buffering, DeviceState::RESUMING);
        rig.must_set(DeviceState::NONE);
        rig.must_set(new);
        let source = Rig::used(Model::Buffering, DeviceState::SAVING);
        assert_eq!(rig.image().len(), source.image().len());
    }
}

/// The same driver without the check: this is what the check is for.
#[test]
fn without_the_guard_data_are_lost_in_silence() {
    covers![V1_MULTI_NOT_RECEIVED];
    let mut lost = 0;
    for new in DeviceState::VALID {
        let source = Rig::used(Model::Buffering, DeviceState::SAVING);
        let segments = Rig::used(Model::Buffering, DeviceState::SAVING).drain();
        let memory = Memory::new(Guest::PAGES);
        let broken = <Buffering>::new(8192, 3, memory.port()).without_guard();
        let mut rig = Rig::with_seed(Model::Buffering, 3);
        rig.region = MigrationRegion::new(Traced::new(Box::new(broken)));
        rig.must_set(DeviceState::RESUMING);
        segments
            .iter()
            .for_each(|segment| rig.put(segment).expect("handed over"));
        assert_eq!(
            rig.set(new),
            Ok(()),
            "{new}: the broken driver notices nothing"
        );
        if new.contains(DeviceState::RESUMING) {
            continue;
        }
        let silent_loss = rig.image() != source.image();
        assert_eq!(silent_loss, new.contains(DeviceState::SAVING), "{new}");
        lost += usize::from(silent_loss);
    }
    assert_eq!(lost, 4, "from RESUMING; as many again from RESUMING|NDMA");
}
