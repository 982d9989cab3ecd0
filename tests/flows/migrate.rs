//! What a flow achieves: a device that is the same on the other side, or a source that goes on.

use vfio_migration::covers;
use vfio_migration::driver::{Function, Model};
use vfio_migration::v1::{DeviceState, Flow, Injection, Side, Step, Target, Work, flows};
use vfio_migration::vmm::{Transfer, v1::Vmm};

use crate::support::{all, enter, follow, for_many, leave, qualified};

/// Flows after which the whole stream was read.
fn whole_saves() -> impl Iterator<Item = &'static Flow> {
    let drains = |flow: &&Flow| {
        flow.steps
            .iter()
            .any(|step| step.work.contains(&Work::Drain))
    };
    all(Side::Source).filter(drains)
}

/// Flows that load a stream as it was saved.
fn whole_loads() -> impl Iterator<Item = &'static Flow> {
    let spoils = |flow: &&Flow| {
        let truncated = Some(Injection::StreamTruncated);
        flow.steps.iter().any(|step| {
            step.injection == truncated || step.injection == Some(Injection::StreamFlipped)
        })
    };
    let loads = |flow: &&Flow| {
        let mut work = flow.steps.iter().flat_map(|step| step.work);
        work.any(|work| *work == Work::Load)
    };
    all(Side::Destination)
        .filter(loads)
        .filter(|flow| ends_in(flow, DeviceState::RUNNING))
        .filter(move |flow| !spoils(flow))
}

fn assert_arrived(vmm: &mut Vmm, sent: &Transfer, way: &str) {
    for (number, slot) in vmm.slots.iter().enumerate() {
        let loaded = slot
            .loaded
            .as_ref()
            .unwrap_or_else(|| panic!("{way}: {} loaded nothing", slot.label));
        assert!(
            *loaded == sent.images[number],
            "{way}: the state of {} differs",
            slot.label
        );
        assert!(
            slot.region.driver().device().interrupts_permitted(),
            "{way}: interrupts are off"
        );
    }
    assert_goes_on(vmm, way);
}

/// The guest uses every device, and all that it ever got back was right.
fn assert_goes_on(vmm: &mut Vmm, way: &str) {
    let answered = vmm.use_devices();
    assert!(
        answered >= 4 * vmm.slots.len(),
        "{way}: the guest got {answered} answers\n{}",
        vmm.log
    );
    assert_eq!(vmm.guest.wrong(), 0, "{way}: wrong answers\n{}", vmm.log);
}

#[test]
fn every_save_loads_by_every_way_in() {
    covers![
        V1_RESUME_EXACT,
        V1_VMM_FLOWS,
        V1_RELEASED_STREAM,
        V1_RELEASED_FOR_EVER,
        V1_VMM_CONFIG
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
    assert!(ways > 100, "only {ways} ways");
}

#[test]
fn memory_arrives_byte_for_byte() {
    covers![
        V1_VMM_DIRTY_COMPLETE,
        V1_VMM_DIRTY_READ,
        V1_VMM_DIRTY_LAST,
        V1_VMM_DIRTY_OFF
    ];
    for save in whole_saves().filter(|flow| ends_in(flow, DeviceState::NONE)) {
        for model in qualified(save) {
            let source = leave(save, &[model]);
            let destination = Vmm::with_transfer(&[model], 2, source.transfer.clone());
            for page in 0..source.memory.pages() {
                let sent = &source.transfer.pages[&page];
                assert!(
                    *sent == source.memory.page(page),
                    "{}, {}: page {page}",
                    save.name,
                    model.name()
                );
            }
            assert_eq!(destination.memory.pages(), source.transfer.pages.len());
        }
    }
}

/// Just before its vCPUs run, the destination is the source that was left.
#[test]
fn both_sides_are_equal_before_the_guest_goes_on() {
    covers![V1_RESUME_EXACT, V1_VMM_DIRTY_COMPLETE, V1_VMM_DIRTY_LAST];
    let ready = |step: &&Step| !step.vcpu_running;
    let steps: Vec<Step> = flows::RESUME_WITHOUT_NDMA
        .steps
        .iter()
        .take_while(ready)
        .copied()
        .collect();
    let resume = Flow {
        steps: steps.leak(),
        ..flows::RESUME_WITHOUT_NDMA
    };
    for save in whole_saves().filter(|flow| ends_in(flow, DeviceState::NONE)) {
        for model in qualified(save) {
            let source = leave(save, &[model]);
            let destination = enter(&resume, &[model], &source.transfer);
            let way = format!("{} with {}", save.name, model.name());
            assert!(
                destination.memory.bytes() == source.memory.bytes(),
                "{way}: memory"
            );
            let [left, entered] =
                [&source, &destination].map(|vmm| vmm.slots[0].region.driver().image());
            assert!(left == entered, "{way}: device");
        }
    }
}

#[test]
fn a_mix_of_devices_arrives_together() {
    covers![V1_SEVERAL_FOLD, V1_SEVERAL_MIXED_LOG];
    for save in whole_saves().filter(|flow| for_many(flow)) {
        let source = leave(save, &Model::ALL);
        for load in whole_loads().filter(|flow| for_many(flow)) {
            let way = format!("{} to {}", save.name, load.name);
            let mut destination = enter(load, &Model::ALL, &source.transfer);
            assert_arrived(&mut destination, &source.transfer, &way);
        }
    }
}

#[test]
fn who_stays_goes_on() {
    for flow in all(Side::Source)
        .chain(all(Side::Destination))
        .filter(|flow| ends_in(flow, DeviceState::RUNNING))
    {
        for model in qualified(flow) {
            let mut vmm = follow(flow, &[model]);
            assert_goes_on(&mut vmm, &format!("{} with {}", flow.name, model.name()));
        }
    }
}

#[test]
fn segments_of_two_streams_do_not_mix() {
    covers![V1_RELEASED_MIXED_STREAM];
    for model in Model::ALL {
        let source = leave(&flows::QEMU_CONT_WHILE_SAVING, &[model]);
        let stream = &source.transfer.streams[0];
        let mut everything = source.transfer.clone();
        everything.streams[0].replace(stream.everything().to_vec());
        let mixed = stream.everything().len() > stream.last().len();
        let mut destination = Vmm::with_transfer(&[model], 2, everything);
        match destination.run(&flows::QEMU_LIVE_LOAD) {
            Ok(()) => assert_arrived(&mut destination, &source.transfer, model.name()),
            Err(failure) => {
                assert!(mixed, "{}: {failure}", model.name());
                assert_eq!(
                    (failure.step, failure.text.as_str()),
                    (4, "the write failed with invalid_stream")
                );
            }
        }
    }
}

/// Whether the guest runs at the end, or the device is left stopped.
fn ends_in(flow: &Flow, state: DeviceState) -> bool {
    flow.steps
        .last()
        .is_some_and(|step| step.target == Target::State(state))
}
