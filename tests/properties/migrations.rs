//! Whatever the guest does and however user space cuts the segments: the same device on the other side.

use proptest::prelude::*;
use vfio_migration::covers;
use vfio_migration::driver::{Function, Model};
use vfio_migration::v1::{Devices, Flow, Side, Work, flows};
use vfio_migration::vmm::v1::Vmm;

fn flows_with(side: Side, work: Work) -> Vec<&'static Flow> {
    let whole = |flow: &&&Flow| {
        let injects = flow.steps.iter().any(|step| step.injection.is_some());
        flow.side == side && !injects && flow.steps.iter().any(|step| step.work.contains(&work))
    };
    flows::ALL.iter().filter(whole).copied().collect()
}

fn slow_and_fast() -> impl Strategy<Value = Vec<usize>> {
    let piece = prop_oneof![Just(1_usize), 1_usize..64, Just(4096), Just(usize::MAX)];
    prop::collection::vec(piece, 1..6)
}

fn run(vmm: &mut Vmm, flow: &Flow) {
    if let Err(failure) = vmm.run(flow) {
        panic!("{}: {failure}\n{}", flow.name, vmm.log);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_completed_migration_reproduces_the_device(
        models in prop::collection::vec(prop::sample::select(Model::ALL.to_vec()), 1..4),
        save in prop::sample::select(flows_with(Side::Source, Work::Drain)),
        load in prop::sample::select(flows_with(Side::Destination, Work::Load)),
        uses in 0_usize..6,
        read in slow_and_fast(),
        written in slow_and_fast(),
        mapping in any::<[bool; 2]>(),
    ) {
        covers![V1_RESUME_EXACT, V1_WINDOW_PIECES, V1_WINDOW_SAME_SEGMENTS, V1_VMM_FLOWS, V1_REGION_MMAP_OPTIONAL];
        let many = save.devices == Devices::Many && load.devices == Devices::Many;
        let models = if many { models } else { vec![models[0]] };
        let fits = |flow: &Flow| models.iter().all(|model| many || Vmm::qualifies(flow, *model));
        prop_assume!(fits(save) && fits(load));
        let mut source = Vmm::new(&models, 1);
        for slot in &mut source.slots {
            slot.pieces.clone_from(&read);
            slot.mapping = mapping[0];
        }
        for _ in 0..uses {
            source.use_devices();
        }
        run(&mut source, save);
        let mut destination = Vmm::with_transfer(&models, 2, source.transfer.clone());
        for slot in &mut destination.slots {
            slot.pieces.clone_from(&written);
            slot.mapping = mapping[1];
        }
        run(&mut destination, load);
        for (slot, image) in destination.slots.iter().zip(&source.transfer.images) {
            prop_assert_eq!(slot.loaded.as_ref(), Some(image));
        }
        destination.use_devices();
        prop_assert_eq!(destination.guest.wrong(), 0);
        for slot in &destination.slots {
            prop_assert!(slot.region.driver().device().core().completed > 0);
        }
    }
}
