//! A guest that makes its devices write to each other, and attacks the migration with it.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::flows;
use vfio_migration::vmm::v1::Domain;
use vfio_migration::vmm::{Edition, Outcome, PeerUse, Touches, V1, V2};

use crate::machine::{mixes, on, source};

/// Nobody is touched who may assume quiet, and what was saved can be loaded.
fn hostile<E: Edition>() -> Touches {
    let mut all = Touches::default();
    for mix in mixes() {
        let mut vm = source::<E>(&mix, PeerUse::Hostile);
        for _ in 0..4 {
            vm.use_devices();
        }
        assert_eq!(vm.stop_and_continue(&mut on), Ok(Outcome::Done), "{mix:?}");
        assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{mix:?}\n{}", vm.log);
        let mut there = vm.destination(2);
        assert_eq!(
            there.resume(&mut on),
            Ok(Outcome::Done),
            "{mix:?}\n{}",
            there.log
        );
        for vm in [&vm, &there] {
            assert_eq!(vm.touches().while_quiet, 0, "{mix:?}\n{}", vm.log);
            all.delivered += vm.touches().delivered;
            all.reads += vm.touches().reads;
            all.blocked += vm.touches().blocked;
        }
    }
    all
}

#[test]
fn a_hostile_guest_hurts_itself_only_v1() {
    covers![
        V1_SYSTEM_P2P_IS_MMIO,
        V1_SYSTEM_QUIET_STRICT,
        V1_SEVERAL_QUIET_FIRST,
        V1_DOMAINS_CHOICE
    ];
    let all = hostile::<V1>();
    assert!(
        all.delivered > 300 && all.reads > 100 && all.blocked > 1000,
        "{all:?}"
    );
}

#[test]
fn a_hostile_guest_hurts_itself_only_v2() {
    covers![V2_SEVERAL_QUIET_FIRST, V2_SEVERAL_NOT_ALONE];
    let all = hostile::<V2>();
    assert!(
        all.delivered > 300 && all.reads > 100 && all.blocked > 1000,
        "{all:?}"
    );
}

/// Without barriers, the same guest does touch a device that is stopped: the tests above can fail.
#[test]
fn without_barriers_the_attack_succeeds() {
    covers![V2_SEVERAL_QUIET_FIRST];
    let mut vm = source::<V2>(&[Model::Buffering, Model::Buffering], PeerUse::Friendly);
    vm.use_devices();
    vm.run(&flows::SAVE_COMBINED)
        .expect("a flow for one device");
    assert!(vm.touches().while_quiet > 0, "{}", vm.log);
}

#[test]
fn a_switch_keeps_everybody_apart() {
    covers![V1_DOMAINS_P2P_OFF, V1_DOMAINS_ON_DEMAND];
    for mix in mixes() {
        let mut vm = source::<V1>(&mix, PeerUse::Nothing);
        vm.policy.p2p = false;
        vm.connect();
        assert_eq!(vm.domains(), [Domain::WithoutPeers].into(), "{mix:?}");
        vm.guest.peers = PeerUse::Hostile;
        vm.use_devices();
        assert_eq!(vm.save(&mut on), Ok(Outcome::Done));
        assert_eq!(vm.touches().delivered, 0, "{mix:?}");
        assert_eq!(vm.touches().blocked > 0, mix.len() > 1, "{mix:?}");
    }
}
