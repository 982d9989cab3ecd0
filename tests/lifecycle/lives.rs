//! What goes well.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::vmm::{
    Attached, Edition, Go, Outcome, PeerUse, Purpose, Refused, Step, V1, V2, VirtualMachine,
};

use crate::machine::{assert_arrives, assert_goes_on, mixes, on, source, steps};

fn every_mix_arrives<E: Edition>() {
    for mix in mixes() {
        let way = format!("{mix:?}");
        let mut vm = source::<E>(&mix, PeerUse::Nothing);
        assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{way}\n{}", vm.log);
        assert!(!vm.vcpus_run());
        let mut there = assert_arrives(&vm, &way);
        // And back again.
        assert_eq!(
            there.save(&mut on),
            Ok(Outcome::Done),
            "{way}\n{}",
            there.log
        );
        assert_arrives(&there, &way);
    }
}

#[test]
fn every_mix_arrives_v1() {
    covers![
        V1_RESUME_EXACT,
        V1_SEVERAL_FOLD,
        V1_SEVERAL_MIXED_LOG,
        V1_VMM_DIRTY_COMPLETE
    ];
    every_mix_arrives::<V1>();
}

#[test]
fn every_mix_arrives_v2() {
    covers![V2_STREAM_EXACT, V2_SEVERAL_FOLD, V2_VMM_DIRTY_LAST];
    every_mix_arrives::<V2>();
}

fn every_mix_stops_and_continues<E: Edition>() {
    for mix in mixes() {
        let mut vm = source::<E>(&mix, PeerUse::Friendly);
        for _ in 0..3 {
            let ended = vm.stop_and_continue(&mut on);
            assert_eq!(ended, Ok(Outcome::Done), "{mix:?}\n{}", vm.log);
        }
        assert_eq!(vm.touches().while_quiet, 0, "{mix:?}\n{}", vm.log);
        assert_goes_on(&mut vm, &format!("{mix:?}"));
    }
}

#[test]
fn every_mix_stops_and_continues_v1() {
    covers![
        V1_SEVERAL_BARRIER,
        V1_SEVERAL_QUIET_FIRST,
        V1_SEVERAL_RUNNING_FIRST
    ];
    every_mix_stops_and_continues::<V1>();
}

#[test]
fn every_mix_stops_and_continues_v2() {
    covers![V2_SEVERAL_QUIET_FIRST, V2_SEVERAL_RUNNING_FIRST];
    every_mix_stops_and_continues::<V2>();
}

/// The flow follows from what the devices have, by the book's own columns.
#[test]
fn the_flow_follows_from_the_devices() {
    covers![V1_SEVERAL_FOLD, V2_SEVERAL_FOLD];
    use Model::{Buffering, Direct, Quiet, QuietTrapping};
    let v1 = |mix: &[Model], purpose| {
        VirtualMachine::<V1>::new(mix, 1)
            .plan(purpose)
            .map(|it| it.name)
    };
    let v2 = |mix: &[Model], purpose| {
        VirtualMachine::<V2>::new(mix, 1)
            .plan(purpose)
            .map(|it| it.name)
    };
    let save = Purpose::Save;
    assert_eq!(v1(&[Buffering, Quiet], save), Some("save"));
    assert_eq!(v1(&[Quiet, Quiet], save), Some("save_without_ndma"));
    assert_eq!(v2(&[Buffering, Quiet], save), Some("save"));
    assert_eq!(
        v2(&[QuietTrapping, Quiet], save),
        Some("save_without_pre_copy")
    );
    assert_eq!(v2(&[Direct, Quiet], save), Some("save_without_p2p"));
    assert_eq!(v2(&[Quiet, Quiet], save), Some("save_stop_copy"));
    assert_eq!(v1(&[Direct], Purpose::Resume), Some("resume"));
    assert_eq!(
        v2(&[Direct, Quiet], Purpose::Resume),
        Some("resume_without_p2p")
    );
    assert_eq!(
        v1(&[Quiet, Quiet], Purpose::StopAndContinue),
        Some("stop_cont")
    );
    assert_eq!(
        v2(&[Buffering, Direct], Purpose::StopAndContinue),
        Some("stop_cont_many")
    );
}

fn refuses_mixes<E: Edition>() {
    for mix in mixes() {
        let mut vm = source::<E>(&mix, PeerUse::Nothing);
        vm.policy.refuse_mixes = true;
        let steps = &mut 0;
        let ended = vm.save(&mut |_, _| {
            *steps += 1;
            Go::On
        });
        match ended {
            Err(Refused::Mix(_)) => assert!(mix.len() > 1 && *steps == 0, "{mix:?}"),
            other => assert_eq!(other, Ok(Outcome::Done), "{mix:?}"),
        }
        if vm.vcpus_run() {
            vm.policy.refuse_mixes = false;
            assert_goes_on(&mut vm, "refused");
            assert_eq!(
                vm.save(&mut on),
                Ok(Outcome::Done),
                "the contract allows both"
            );
        }
    }
}

#[test]
fn a_vmm_may_refuse_mixes_or_take_them() {
    covers![V1_DOMAINS_POLICY, V2_SEVERAL_NOT_ALONE];
    refuses_mixes::<V1>();
    refuses_mixes::<V2>();
    let mut vm = source::<V1>(&[Model::Buffering, Model::Quiet], PeerUse::Nothing);
    vm.policy.refuse_mixes = true;
    assert_eq!(vm.save(&mut on), Err(Refused::Mix(1)));
}

#[test]
fn a_life_is_logged() {
    let mix = [Model::Buffering, Model::QuietTrapping, Model::Direct];
    fn life<E: Edition>(mix: &[Model]) -> String {
        let last = *steps::<E>(mix).last().expect("steps");
        let mut vm = source::<E>(mix, PeerUse::Nothing);
        assert_eq!(vm.stop_and_continue(&mut on), Ok(Outcome::Done));
        let cancel = |_: &mut VirtualMachine<E>, step: &Step<E>| match step.number + 1 == last {
            true => Go::Back,
            false => Go::On,
        };
        assert!(matches!(vm.save(&mut { cancel }), Ok(Outcome::WentBack(_))));
        assert_eq!(vm.save(&mut on), Ok(Outcome::Done));
        let there = assert_arrives(&vm, "logged");
        format!("{}\n=== destination\n{}", vm.log, there.log)
    }
    insta::assert_snapshot!("life_v1", life::<V1>(&mix));
    insta::assert_snapshot!("life_v2", life::<V2>(&mix));
}

/// Any number of devices, each with a name of its own.
#[test]
fn many_devices_arrive() {
    covers![V1_SEVERAL_BARRIER, V2_SEVERAL_QUIET_FIRST];
    fn arrive<E: Edition>() {
        let mix: Vec<Model> = Model::ALL.into_iter().cycle().take(30).collect();
        let mut vm = source::<E>(&mix, PeerUse::Friendly);
        let mut labels: Vec<_> = vm.slots.iter().map(|it| it.label().to_owned()).collect();
        labels.sort();
        labels.dedup();
        assert_eq!(labels.len(), mix.len());
        assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{}", vm.log);
        assert_eq!(vm.touches().while_quiet, 0);
        assert_arrives(&vm, "thirty");
    }
    arrive::<V1>();
    arrive::<V2>();
}
