//! What a flow achieves: a device that is the same on the other side, or a source that goes on.

use vfio_migration::covers;
use vfio_migration::driver::{Function, Model};
use vfio_migration::v2::{DeviceState, Devices, Flow, Injection, Side, Target, Work, flows};
use vfio_migration::vmm::Transfer;
use vfio_migration::vmm::v2::Vmm;

use crate::flows::{enter, follow, leave, qualified};

fn all(side: Side) -> impl Iterator<Item = &'static Flow> {
    flows::ALL
        .iter()
        .copied()
        .filter(move |flow| flow.side == side)
}

fn does(flow: &Flow, work: Work) -> bool {
    flow.steps.iter().any(|step| step.work.contains(&work))
}

/// Flows after which the whole stream was read, and none of it before in another session.
fn whole_saves() -> impl Iterator<Item = &'static Flow> {
    all(Side::Source).filter(|flow| does(flow, Work::Drain))
}

/// Flows that load a stream as it was saved, in their last session.
fn whole_loads() -> impl Iterator<Item = &'static Flow> {
    let spoils = |flow: &&Flow| {
        let injections = flow.steps.iter().filter_map(|step| step.injection);
        injections
            .into_iter()
            .any(|injection| injection != Injection::LoadFails)
    };
    all(Side::Destination)
        .filter(|flow| does(flow, Work::Load))
        .filter(move |flow| !spoils(flow))
}

fn assert_arrived(vmm: &mut Vmm, sent: &Transfer, way: &str) {
    for (number, slot) in vmm.slots.iter().enumerate() {
        let Some(loaded) = &slot.loaded else {
            panic!("{way}: {} loaded nothing", slot.label)
        };
        assert!(
            *loaded == sent.images[number],
            "{way}: the state of {} differs",
            slot.label
        );
        assert!(
            slot.device.driver().device().interrupts_permitted(),
            "{way}: interrupts are off"
        );
    }
    if vmm
        .slots
        .iter()
        .all(|slot| slot.device.state() == DeviceState::RUNNING)
    {
        assert_goes_on(vmm, way);
    }
}

/// The guest uses every device, and all that it ever got back was right.
fn assert_goes_on(vmm: &mut Vmm, way: &str) {
    let answered = vmm.use_devices();
    let enough = answered >= 4 * vmm.slots.len();
    assert!(
        enough,
        "{way}: the guest got {answered} answers\n{}",
        vmm.log
    );
    assert_eq!(vmm.guest.wrong(), 0, "{way}: wrong answers\n{}", vmm.log);
}

#[test]
fn every_save_loads_by_every_way_in() {
    covers![
        V2_STREAM_EXACT,
        V2_SAVE_FLOWS,
        V2_RESUME_FLOWS,
        V2_RELEASED_STREAM,
        V2_RELEASED_FOR_EVER
    ];
    let mut ways = 0;
    for save in whole_saves() {
        for model in qualified(save) {
            let source = leave(save, &[model]);
            for load in whole_loads().filter(|load| Vmm::qualifies(load, model)) {
                let way = format!("{} to {} with {}", save.name, load.name, model.name());
                let mut destination = enter(load, &[model], &source.transfer);
                assert_arrived(&mut destination, &source.transfer, &way);
                ways += 1;
            }
        }
    }
    assert!(ways > 150, "only {ways} ways");
}

/// The division of the bytes is the VMM's own affair, on both sides.
#[test]
fn streams_travel_in_any_pieces() {
    covers![V2_STREAM_RECHUNK, V2_RELEASED_STREAM];
    for model in Model::ALL {
        for (reads, writes) in [
            (vec![1], vec![usize::MAX]),
            (vec![7, 4096, 3], vec![1]),
            (vec![usize::MAX], vec![13, 999]),
        ] {
            let mut source = Vmm::new(&[model], 1);
            source.slots[0].pieces = reads;
            source.run(&flows::SAVE_COMBINED).expect("a save");
            let mut destination = Vmm::with_transfer(&[model], 2, source.transfer.clone());
            destination.slots[0].pieces = writes;
            destination.run(&flows::RESUME_COMBINED).expect("a resume");
            assert_arrived(&mut destination, &source.transfer, model.name());
        }
    }
}

#[test]
fn memory_arrives_byte_for_byte() {
    covers![V2_VMM_DIRTY_LAST];
    let ends_stopped = |flow: &&Flow| {
        flow.steps
            .last()
            .is_some_and(|step| step.target == Target::State(DeviceState::STOP))
    };
    for save in whole_saves().filter(ends_stopped) {
        for model in qualified(save) {
            let source = leave(save, &[model]);
            for page in 0..source.memory.pages() {
                let sent = &source.transfer.pages[&page];
                assert!(
                    *sent == source.memory.page(page),
                    "{}, {}: page {page}",
                    save.name,
                    model.name()
                );
            }
        }
    }
}

#[test]
fn a_mix_of_devices_arrives_together() {
    covers![V2_SEVERAL_FOLD, V2_STREAM_EXACT];
    let for_many = |flow: &&Flow| flow.devices == Devices::Many && flow.needs.contains(&"p2p");
    let mut ways = 0;
    for save in whole_saves().filter(for_many) {
        let source = leave(save, &Model::ALL);
        for load in whole_loads().filter(for_many) {
            let way = format!("{} to {}", save.name, load.name);
            let mut destination = enter(load, &Model::ALL, &source.transfer);
            assert_arrived(&mut destination, &source.transfer, &way);
            ways += 1;
        }
    }
    assert!(ways > 5, "only {ways} ways");
}

#[test]
fn who_stays_goes_on() {
    covers![V2_SAVE_CANCEL_PRE_COPY, V2_SAVE_CANCEL_STOP_COPY];
    let goes_on = |flow: &&Flow| {
        flow.steps
            .last()
            .is_some_and(|step| step.target == Target::State(DeviceState::RUNNING))
    };
    for flow in all(Side::Source)
        .chain(all(Side::Destination))
        .filter(goes_on)
    {
        for model in qualified(flow) {
            let mut vmm = follow(flow, &[model]);
            assert_goes_on(&mut vmm, &format!("{} with {}", flow.name, model.name()));
        }
    }
}
