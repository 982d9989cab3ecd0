//! The log of every flow, a section for each driver that the flow is meant for.

use vfio_migration::driver::Model;
use vfio_migration::v1::flows;

use crate::support::{follow, qualified};

#[test]
fn every_flow_with_every_driver() {
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

/// Devices with and without NDMA in one machine: barriers, and states that one device goes past.
#[test]
fn a_mix_of_devices() {
    for flow in [&flows::SAVE, &flows::RESUME] {
        let vmm = follow(flow, &[Model::Direct, Model::Quiet]);
        insta::with_settings!({ description => flow.title, omit_expression => true }, {
            insta::assert_snapshot!(format!("mix_{}", flow.name), vmm.log);
        });
    }
}
