//! A guest that makes its devices write to each other, and attacks the migration with it.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::flows;
use vfio_migration::vmm::v2::V2;
use vfio_migration::vmm::{Domain, Edition, Outcome, PeerUse, V1};

use crate::machine::{mixes, on, source};

/// Nobody is touched who may assume quiet, and what was saved can be loaded.
fn hostile<E: Edition>() -> (u64, u64) {
    let (mut delivered, mut blocked) = (0, 0);
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
            delivered += vm.touches().delivered;
            blocked += vm.touches().blocked;
        }
    }
    (delivered, blocked)
}

#[test]
fn a_hostile_guest_hurts_itself_only_v1() {
    covers![
        V1_SYSTEM_P2P_IS_MMIO,
        V1_SYSTEM_QUIET_STRICT,
        V1_SEVERAL_QUIET_FIRST,
        V1_DOMAINS_CHOICE
    ];
    let (delivered, blocked) = hostile::<V1>();
    assert!(delivered > 300 && blocked > 1000, "{delivered} {blocked}");
}

#[test]
fn a_hostile_guest_hurts_itself_only_v2() {
    covers![V2_SEVERAL_QUIET_FIRST, V2_SEVERAL_NOT_ALONE];
    let (delivered, blocked) = hostile::<V2>();
    assert!(delivered > 300 && blocked > 1000, "{delivered} {blocked}");
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

/// What arrives by P2P is really there: a friendly guest writes what its own driver would.
#[test]
fn bytes_move_between_devices() {
    covers![V1_DOMAINS_CHOICE];
    let mut vm = source::<V1>(&[Model::Buffering, Model::Direct], PeerUse::Friendly);
    vm.use_devices();
    assert!(vm.touches().delivered > 0);
    assert_eq!(vm.guest.wrong(), 0);
}
