//! `discovery.md` and `domains.md`: what a device says of itself, and what follows from it.

use vfio_migration::covers;
use vfio_migration::driver::{Bus, Function, Model};
use vfio_migration::v1::{Capabilities, Description, DeviceState, Driver, Problem};
use vfio_migration::vmm::v1::{Domain, Vmm};

use crate::rig::{Rig, every, every_state};

fn describe(model: Model) -> Description {
    Rig::new(model).region.driver().describe()
}

#[test]
fn descriptions_agree_with_the_devices() {
    covers![
        V1_DISCOVERY_NDMA_AGREES,
        V1_DISCOVERY_SOFTWARE_NDMA,
        V1_DISCOVERY_PROPERTIES
    ];
    every(|model| {
        let (rig, said) = (Rig::new(model), describe(model));
        assert_eq!(said.ndma, rig.has(Capabilities::NDMA), "{model:?}");
        assert!(
            !said.ndma_in_software || (said.ndma && said.quiet_mmio),
            "{model:?}"
        );
        let hardware = *rig.region.driver().device().hardware();
        assert_eq!(said.quiet_mmio, hardware.needs_quiet_mmio, "{model:?}");
        assert_eq!(said.precopy, hardware.dirty_log, "{model:?}");
        assert_eq!(said.page_requests, hardware.page_requests, "{model:?}");
        assert_eq!(
            said.control_in_function, hardware.control_registers,
            "{model:?}"
        );
        assert!(
            said.stream_version > 0 && said.max_state_bytes > 0,
            "{model:?}"
        );
    });
}

#[test]
fn a_description_never_changes() {
    covers![V1_DISCOVERY_CONSTANT];
    every_state(|mut rig, state| {
        let said = describe(rig.model);
        assert_eq!(rig.region.driver().describe(), said, "{state}");
        rig.function().device_mut().trouble().dead = true;
        assert_eq!(rig.region.driver().describe(), said, "{state}");
        rig.region.reset();
        assert_eq!(rig.region.driver().describe(), said);
    });
}

#[test]
fn no_stream_is_longer_than_was_said() {
    covers![V1_DISCOVERY_BOUNDED];
    every(|model| {
        let max = describe(model).max_state_bytes;
        let mut rig = Rig::used(model, DeviceState::SAVING | DeviceState::RUNNING);
        let mut segments = Vec::new();
        let mut quiet = 0;
        // Far longer in pre-copy than the bound would allow.
        for _ in 0..400 {
            rig.use_device();
            let more = rig.drain();
            quiet += usize::from(more.is_empty());
            segments.extend(more);
        }
        assert!(quiet > 0, "{model:?}: it never stops offering");
        rig.must_set(DeviceState::SAVING);
        segments.extend(rig.drain());
        let total: usize = segments.iter().map(Vec::len).sum();
        assert!(total as u64 <= max, "{model:?}: {total} of {max} bytes");
        let (loaded, result) = Rig::loaded(model, &segments);
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn the_text_is_one_line_a_property() {
    covers![V1_DISCOVERY_FORMAT];
    every(|model| {
        let said = describe(model);
        let text = said.to_string();
        for line in text.lines() {
            let (name, value) = line.split_once('=').expect("a line has a name and a value");
            assert!(!line.contains(' '), "{line}");
            match said.flag(name) {
                Some(flag) => assert_eq!(value, if flag { "yes" } else { "no" }),
                None => assert!(value.parse::<u64>().is_ok(), "{line}"),
            }
        }
        assert_eq!(text.lines().count(), 8);
        assert_eq!(text.parse(), Ok(said));
    });
}

#[test]
fn a_reader_ignores_what_it_does_not_know() {
    covers![V1_DISCOVERY_UNKNOWN];
    let said = describe(Model::Direct);
    let text = format!("future=maybe\nndma_of_tomorrow=1\n\n# a remark\n{said}\nlast");
    assert_eq!(text.parse(), Ok(said));
}

#[test]
fn a_reader_rejects_what_is_incomplete_or_wrong() {
    covers![V1_DISCOVERY_MISSING, V1_DISCOVERY_MALFORMED];
    let text = describe(Model::Buffering).to_string();
    for line in text.lines() {
        let (name, value) = line.split_once('=').expect("a line has a name and a value");
        let without: String = text
            .lines()
            .filter(|other| *other != line)
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(without.parse::<Description>().is_err(), "without {name}");
        assert!(
            format!("{text}\n{line}\n").parse::<Description>().is_err(),
            "{name} twice"
        );
        for bad in [
            "",
            "maybe",
            "Yes",
            "-1",
            "0x10",
            "1 ",
            "18446744073709551616",
        ] {
            let bad = text.replace(line, &format!("{name}={bad}"));
            assert!(
                bad.parse::<Description>().is_err(),
                "{name}={value} became\n{bad}"
            );
        }
    }
    let problem = ""
        .parse::<Description>()
        .expect_err("everything is missing")
        .problem;
    assert!(matches!(problem, Problem::Missing(_)), "{problem:?}");
}

#[test]
fn consequences_follow_from_the_description_alone() {
    covers![V1_DISCOVERY_CONSEQUENCES, V1_SYSTEM_SOFTWARE_HIDDEN];
    for bits in 0..64_u32 {
        let flag = |bit: u32| bits >> bit & 1 != 0;
        let said = Description {
            ndma: flag(0),
            ndma_in_software: flag(1),
            quiet_mmio: flag(2),
            precopy: flag(3),
            page_requests: flag(4),
            control_in_function: flag(5),
            stream_version: 1,
            max_state_bytes: 1,
        };
        assert_eq!(said.keep_out_of_p2p(), !said.ndma || said.quiet_mmio);
        assert_eq!(said.hide_mmio(), said.quiet_mmio);
        assert_eq!(said.no_page_requests(), !said.ndma);
        assert_eq!(said.stop_copy_only(), !said.precopy);
        assert_eq!(said.kernel_must_not_dma_stream(), said.control_in_function);
        for (name, holds) in Description::CONSEQUENCES {
            assert_eq!(
                holds(&said),
                said.to_string().parse().is_ok_and(|read| holds(&read)),
                "{name}"
            );
        }
    }
    assert!(describe(Model::QuietTrapping).hide_mmio());
}

#[test]
fn a_device_finds_its_domain_by_itself() {
    covers![V1_DOMAINS_CHOICE, V1_DOMAINS_HOTPLUG];
    let alone = |model| Vmm::new(&[model], 1).domain(0);
    // Every mix of three, in every order: the choice is that of the device alone.
    for a in Model::ALL {
        for b in Model::ALL {
            for c in Model::ALL {
                let vmm = Vmm::new(&[a, b, c], 1);
                assert_eq!([0, 1, 2].map(|slot| vmm.domain(slot)), [a, b, c].map(alone));
            }
        }
    }
    every(|model| {
        let kept_out = alone(model) == Domain::WithoutPeers;
        assert_eq!(kept_out, describe(model).keep_out_of_p2p(), "{model:?}");
    });
}

#[test]
fn a_domain_exists_when_a_device_needs_it() {
    covers![V1_DOMAINS_ON_DEMAND, V1_DOMAINS_P2P_OFF, V1_DOMAINS_MEMORY];
    let domains = |models: &[Model]| Vmm::new(models, 1).domains().len();
    assert_eq!(domains(&[Model::Quiet, Model::QuietTrapping]), 1);
    assert_eq!(domains(&[Model::Direct, Model::Buffering]), 1);
    assert_eq!(domains(&Model::ALL), 2);
    let mut vmm = Vmm::new(&Model::ALL, 1);
    // Guest memory is the same in both.
    let [inside, outside] = [Model::Direct, Model::Quiet].map(|model| {
        vmm.slots
            .iter()
            .find(|slot| slot.model == model)
            .expect("it is there")
            .port
            .clone()
    });
    assert!(inside.write(0x1234, b"seen"));
    let mut read = [0; 4];
    assert!(outside.read(0x1234, &mut read));
    assert_eq!(&read, b"seen");
    vmm.p2p = false;
    assert_eq!(
        vmm.domains().into_iter().collect::<Vec<_>>(),
        [Domain::WithoutPeers]
    );
    for from in 0..vmm.slots.len() {
        assert!((0..vmm.slots.len()).all(|to| !vmm.peer_write(from, to, 0, &[0; 8])));
    }
}

#[test]
fn hidden_mmio_is_in_no_domain() {
    covers![
        V1_DOMAINS_HIDDEN,
        V1_DOMAINS_CHOICE,
        V1_SYSTEM_SOFTWARE_HIDDEN
    ];
    let mut vmm = Vmm::new(&Model::ALL, 1);
    for (from, reaches) in Model::ALL.into_iter().enumerate() {
        for (to, reached) in Model::ALL.into_iter().enumerate() {
            let arrives = vmm.peer_write(from, to, 0, &[0; 8]);
            let expected = !describe(reaches).keep_out_of_p2p() && !describe(reached).hide_mmio();
            assert_eq!(arrives, expected, "{reaches:?} to {reached:?}");
        }
    }
}
