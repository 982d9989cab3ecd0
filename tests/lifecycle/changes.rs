//! Devices come and go.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::vmm::v1::Domain;
use vfio_migration::vmm::{Edition, Go, Outcome, PeerUse, Refused, V1, V2, VirtualMachine};

use crate::machine::{assert_arrives, assert_goes_on, mixes, on, source, steps};

/// Each device is where its own description sends it.
fn assert_in_domains(vm: &VirtualMachine<V1>) {
    for n in 0..vm.slots.len() {
        use vfio_migration::v1::Driver;
        let description = vm.slots[n].region.driver().describe();
        assert_eq!(vm.domain(n), Domain::of(&description));
        assert_eq!(vm.maps(Domain::WithPeers, n), !description.hide_mmio());
        assert!(!vm.maps(Domain::WithoutPeers, n));
    }
}

#[test]
fn devices_come_and_go_in_any_order_and_mix() {
    covers![
        V1_DOMAINS_HOTPLUG,
        V1_DOMAINS_CHOICE,
        V1_DOMAINS_HIDDEN,
        V1_DOMAINS_ON_DEMAND
    ];
    for mix in mixes() {
        let mut vm = source::<V1>(&mix[..1], PeerUse::Friendly);
        for model in &mix[1..] {
            vm.plug(*model).expect("the vCPUs run");
            assert_in_domains(&vm);
            vm.use_devices();
        }
        for gone in 0..mix.len() {
            let mut rest = source::<V1>(&mix, PeerUse::Friendly);
            rest.unplug(gone).expect("the vCPUs run");
            rest.plug(Model::Quiet).expect("the vCPUs run");
            assert_in_domains(&rest);
            let with_peers = (0..rest.slots.len()).any(|n| rest.domain(n) == Domain::WithPeers);
            assert_eq!(rest.domains().contains(&Domain::WithPeers), with_peers);
            assert_goes_on(&mut rest, &format!("{mix:?} without {gone}"));
        }
        assert_goes_on(&mut vm, &format!("{mix:?}"));
    }
}

/// Everything is moved that is there at the end, whatever came and went on the way.
fn changed_in_the_middle<E: Edition>() {
    let mut changed = 0;
    for mix in mixes().into_iter().filter(|mix| mix.len() == 2) {
        for at in steps::<E>(&mix) {
            for new in Model::ALL {
                let way = format!("{mix:?}, {new:?} for the first after step {at}");
                let mut vm = source::<E>(&mix, PeerUse::Nothing);
                let mut answers = Vec::new();
                let ended = vm.save(&mut |vm, step| {
                    if step.number == at {
                        let may = (vm.takes_devices(), vm.vcpus_run());
                        answers.push((may, (vm.plug(new).is_ok(), vm.unplug(0).is_ok())));
                        if may.1 {
                            vm.use_devices();
                        }
                    }
                    Go::On
                });
                for (may, did) in answers {
                    assert_eq!(did, may, "{way}");
                    changed += usize::from(may.1);
                }
                match ended {
                    Ok(Outcome::Done) => drop(assert_arrives(&vm, &way)),
                    // The flow that was chosen does not fit what is there now.
                    Ok(Outcome::WentBack(_)) => {
                        assert_goes_on(&mut vm, &way);
                        assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{way}\n{}", vm.log);
                        assert_arrives(&vm, &way);
                    }
                    Err(refused) => panic!("{way}: {refused:?}"),
                }
            }
        }
    }
    assert!(changed > 100, "only {changed}");
}

#[test]
fn devices_change_in_the_middle_of_a_migration_v1() {
    covers![V1_SEVERAL_HOTPLUG];
    changed_in_the_middle::<V1>();
}

#[test]
fn devices_change_in_the_middle_of_a_migration_v2() {
    covers![V2_SEVERAL_HOTPLUG];
    changed_in_the_middle::<V2>();
}

#[test]
fn a_stopped_machine_is_not_changed() {
    covers![V1_SEVERAL_HOTPLUG, V2_SEVERAL_HOTPLUG];
    let mut vm = source::<V2>(&[Model::Direct], PeerUse::Nothing);
    assert_eq!(vm.unplug(1), Err(Refused::NoSlot));
    assert_eq!(vm.save(&mut on), Ok(Outcome::Done));
    assert_eq!(vm.plug(Model::Direct), Err(Refused::NotNow));
    assert_eq!(vm.unplug(0), Err(Refused::NotNow));
}
