//! Machines that follow flows.

use vfio_migration::driver::Model;
use vfio_migration::v1::{Devices, Flow, Side, flows};
use vfio_migration::vmm::{Transfer, v1::Vmm};

/// The drivers that a flow is meant for.
pub(crate) fn qualified(flow: &Flow) -> Vec<Model> {
    Model::ALL
        .into_iter()
        .filter(|model| Vmm::qualifies(flow, *model))
        .collect()
}

/// A machine at the source, after this flow.
pub(crate) fn leave(flow: &Flow, models: &[Model]) -> Vmm {
    let mut vmm = Vmm::new(models, 1);
    run(&mut vmm, flow);
    vmm
}

/// A machine at the destination, after this flow.
pub(crate) fn enter(flow: &Flow, models: &[Model], transfer: &Transfer) -> Vmm {
    let mut vmm = Vmm::with_transfer(models, 2, transfer.clone());
    run(&mut vmm, flow);
    vmm
}

/// Follows a flow from its own beginning: one at the destination gets what a save of the same devices sends.
pub(crate) fn follow(flow: &Flow, models: &[Model]) -> Vmm {
    match flow.side {
        Side::Source => leave(flow, models),
        Side::Destination => enter(
            flow,
            models,
            &leave(&flows::SAVE_WITHOUT_NDMA, models).transfer,
        ),
    }
}

pub(crate) fn run(vmm: &mut Vmm, flow: &Flow) {
    if let Err(failure) = vmm.run(flow) {
        panic!("{}, {failure}\n{}", flow.name, vmm.log);
    }
}

pub(crate) fn all(side: Side) -> impl Iterator<Item = &'static Flow> {
    flows::ALL
        .iter()
        .copied()
        .filter(move |flow| flow.side == side)
}

pub(crate) fn for_many(flow: &Flow) -> bool {
    flow.devices == Devices::Many
}
