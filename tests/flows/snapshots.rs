//! The log of every flow, a section for each driver that the flow is meant for.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v1::{Flow, Side, flows};

use crate::support::{all, follow, qualified};

/// A flow's log as it is with each driver.
fn sections(flow: &Flow) -> String {
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
    sections
}

fn compare(flows: impl Iterator<Item = &'static Flow>) {
    for flow in flows {
        insta::with_settings!({ description => flow.title, omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(flow.name, sections(flow).trim_end());
        });
    }
}

#[test]
fn every_way_to_save() {
    covers![
        V1_SAVE_REFERENCE,
        V1_SAVE_NO_PRECOPY,
        V1_SAVE_NO_NDMA,
        V1_SAVE_STOP_COPY,
        V1_SAVE_CANCEL_PRECOPY
    ];
    covers![
        V1_SAVE_CANCEL_STOP_COPY,
        V1_SAVE_RETURN,
        V1_SAVE_CAPTURE_FAILS,
        V1_SAVE_CAPTURE_FAILS_AFTER_STOP
    ];
    covers![
        V1_SAVE_DEVICE_BREAKS,
        V1_SAVE_RESET,
        V1_SAVE_STOP_CONT,
        V1_SAVE_STOP_CONT_MANY,
        V1_SAVE_TURN_BACK,
        V1_SAVE_TURN_BACK_NO_NDMA
    ];
    compare(all(Side::Source).filter(|flow| flow.released.is_none()));
}

#[test]
fn every_way_to_resume() {
    covers![
        V1_RESUME_REFERENCE,
        V1_RESUME_NO_NDMA,
        V1_RESUME_PAUSED,
        V1_RESUME_TRUNCATED,
        V1_RESUME_FLIPPED
    ];
    covers![
        V1_RESUME_LOAD_FAILS,
        V1_RESUME_RESET_MIDWAY,
        V1_RESUME_GIVE_UP,
        V1_RESUME_SEND_ON
    ];
    compare(all(Side::Destination).filter(|flow| flow.released.is_none()));
}

#[test]
fn every_way_of_released_user_space() {
    covers![
        V1_RELEASED_LIVE_SAVE,
        V1_RELEASED_LIVE_LOAD,
        V1_RELEASED_CANCEL,
        V1_RELEASED_CANCEL_STOP_COPY
    ];
    covers![
        V1_RELEASED_CANCEL_LATE,
        V1_RELEASED_SAVEVM,
        V1_RELEASED_SAVEVM_EARLY,
        V1_RELEASED_LOADVM
    ];
    covers![
        V1_RELEASED_STOP_CONT,
        V1_RELEASED_CONT_WHILE_SAVING,
        V1_RELEASED_NO_NDMA
    ];
    let released = || {
        flows::ALL
            .iter()
            .copied()
            .filter(|flow| flow.released.is_some())
    };
    for flow in released() {
        assert_eq!(
            qualified(flow),
            Model::ALL,
            "{} must be for every device",
            flow.name
        );
    }
    compare(released());
}

/// Devices with and without NDMA in one machine: barriers, and states that one device goes past.
#[test]
fn a_mix_of_devices() {
    for flow in [&flows::SAVE, &flows::RESUME] {
        let vmm = follow(flow, &[Model::Direct, Model::Quiet]);
        insta::with_settings!({ description => flow.title, omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("mix_{}", flow.name), vmm.log);
        });
    }
}
