//! The log of every flow, a section for each driver that the flow is meant for; and what the flows' rules ask.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::{Flow, Side, flows};
use vfio_migration::vmm::Transfer;
use vfio_migration::vmm::v2::Vmm;

/// The drivers that a flow is meant for.
pub(crate) fn qualified(flow: &Flow) -> Vec<Model> {
    Model::ALL
        .into_iter()
        .filter(|model| Vmm::qualifies(flow, *model))
        .collect()
}

pub(crate) fn run(vmm: &mut Vmm, flow: &Flow) {
    if let Err(failure) = vmm.run(flow) {
        panic!("{}, {failure}\n{}", flow.name, vmm.log);
    }
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
        Side::Destination => enter(flow, models, &leave(&flows::SAVE_COMBINED, models).transfer),
    }
}

#[test]
fn every_flow_with_every_driver() {
    covers![
        V2_SAVE_FLOWS,
        V2_SAVE_REFERENCE,
        V2_SAVE_NO_P2P,
        V2_SAVE_NO_PRE_COPY,
        V2_SAVE_STOP_COPY,
        V2_SAVE_CANCEL_PRE_COPY,
        V2_SAVE_CANCEL_STOP_COPY,
        V2_RESUME_FLOWS,
        V2_RESUME_REFERENCE,
        V2_RESUME_NO_P2P,
        V2_RELEASED_FOR_EVER
    ];
    for flow in flows::ALL {
        let mut sections = String::new();
        for model in qualified(flow) {
            let vmm = follow(flow, &[model]);
            sections.push_str(&format!("== {}\n{}\n", model.name(), vmm.log));
        }
        assert!(
            !sections.is_empty(),
            "no driver qualifies for {}",
            flow.name
        );
        insta::with_settings!({ description => flow.title, omit_expression => true }, {
            insta::assert_snapshot!(flow.name, sections.trim_end());
        });
    }
}

/// Devices with every feature and with none in one machine: barriers, and states that one device goes past.
#[test]
fn a_mix_of_devices() {
    for flow in [&flows::SAVE, &flows::RESUME] {
        let models = [Model::Buffering, Model::Quiet];
        let vmm = match flow.side {
            Side::Source => leave(flow, &models),
            Side::Destination => enter(flow, &models, &leave(&flows::SAVE, &models).transfer),
        };
        insta::with_settings!({ description => flow.title, omit_expression => true }, {
            insta::assert_snapshot!(format!("mix_{}", flow.name), vmm.log);
        });
    }
}
