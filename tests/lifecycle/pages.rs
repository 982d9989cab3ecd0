//! Devices wait for pages that a vCPU must bring: until it does, and never while they are saved for good.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::vmm::{
    Attached, Edition, Go, Outcome, PageRequests, PeerUse, Refused, V1, V2, VirtualMachine,
};

use crate::machine::{assert_arrives, assert_goes_on, mixes, on, some_mixes, steps};

/// A machine with a vIOMMU.
fn with_viommu<E: Edition>(mix: &[Model]) -> VirtualMachine<E> {
    let mut vm = VirtualMachine::new(mix, 1);
    vm.policy.page_requests = true;
    vm.guest.peers = PeerUse::Nothing;
    vm.start();
    vm
}

/// The guest asks a device for something, and its vCPUs then look elsewhere.
fn ask<E: Edition>(vm: &mut VirtualMachine<E>, slot: usize) {
    let function = vm.slots[slot].function();
    vm.guest.ask(slot, function, &vm.memory, 4);
    (0..40).for_each(|_| vm.moment(slot));
}

fn outstanding_until_a_vcpu_completes<E: Edition>() {
    let mut vm = with_viommu::<E>(&[Model::Buffering]);
    ask(&mut vm, 0);
    let before = vm.page_requests();
    assert_eq!(before.outstanding, 1);
    let answered = vm.guest.answered();
    // Time alone brings no page.
    (0..200).for_each(|_| vm.moment(0));
    vm.guest.collect(0, &vm.memory);
    assert_eq!(vm.page_requests(), before);
    assert!(vm.guest.answered() < answered + 4);
    assert_eq!(vm.complete_page_requests(), 1);
    (0..200).for_each(|_| vm.moment(0));
    let after = vm.page_requests();
    assert_eq!(after.completed, before.completed + 1);
    assert_goes_on(&mut vm, "with its page");
}

#[test]
fn a_page_request_is_outstanding_until_a_vcpu_completes_it() {
    covers![V1_SYSTEM_NO_WAIT, V2_SEVERAL_NO_PAGES];
    outstanding_until_a_vcpu_completes::<V1>();
    outstanding_until_a_vcpu_completes::<V2>();
}

/// While the vCPUs are stopped nothing may wait for them, and who cannot be quieted never does.
fn assert_settled(vm: &mut VirtualMachine<V1>, way: &str) {
    use vfio_migration::v1::Driver;
    for slot in &vm.slots {
        let asks = slot.hardware().page_requests_permitted();
        assert!(
            !asks || slot.region.driver().describe().ndma,
            "{way}: {}",
            slot.label
        );
    }
    if !vm.vcpus_run() {
        let open = vm.slots.iter().map(|slot| slot.hardware().page_request());
        assert!(open.into_iter().all(|open| open.is_none()), "{way}");
        assert_eq!(vm.page_requests().outstanding, 0, "{way}");
    }
}

#[test]
fn page_requests_are_settled_on_the_way_out() {
    covers![V1_SYSTEM_PAGE_REQUESTS_DONE, V1_SYSTEM_PAGE_REQUESTS_NDMA];
    let mut completed = 0;
    for mix in some_mixes() {
        for at in steps::<V1>(&mix) {
            let way = format!("{mix:?}, cancelled after step {at}");
            let mut vm = with_viommu::<V1>(&mix);
            let ended = vm.save(&mut |vm, step| {
                assert_settled(vm, &way);
                if step.number == at { Go::Back } else { Go::On }
            });
            assert!(matches!(ended, Ok(Outcome::WentBack(_))), "{way}");
            assert_goes_on(&mut vm, &way);
            let ended = vm.save(&mut |vm, _| {
                assert_settled(vm, &way);
                Go::On
            });
            assert_eq!(ended, Ok(Outcome::Done), "{way}\n{}", vm.log);
            assert_eq!(vm.page_requests().lost, 0, "{way}\n{}", vm.log);
            completed += vm.page_requests().completed;
            assert_arrives(&vm, &way);
        }
    }
    assert!(completed > 100, "only {completed}");
}

#[test]
fn settled_pages_stay_settled() {
    covers![V1_SYSTEM_PAGES_STAY_SETTLED];
    let mut seen = 0;
    for cancels in [false, true] {
        let mut vm = with_viommu::<V1>(&[Model::Buffering, Model::Direct]);
        let ended = vm.save(&mut |vm, _| {
            if vm.vcpus_run() && !vm.takes_devices() {
                seen += 1;
                assert_eq!(vm.plug(Model::Buffering), Err(Refused::NotNow));
                assert_eq!(vm.reset_device(0), Err(Refused::NotNow));
                assert_eq!(vm.unplug(1), Ok(()));
                return if cancels { Go::Back } else { Go::On };
            }
            Go::On
        });
        assert_eq!(ended == Ok(Outcome::Done), !cancels, "{}", vm.log);
        if cancels {
            assert_eq!(vm.plug(Model::Buffering), Ok(1));
            assert_eq!(vm.reset_device(0), Ok(()));
            assert_eq!(vm.reset_device(2), Err(Refused::NoSlot));
            assert_goes_on(&mut vm, "cancelled");
        } else {
            assert!(assert_arrives(&vm, "settled").takes_devices());
        }
    }
    assert_eq!(seen, 2, "the vIOMMU grace state of both");
}

#[test]
fn a_machine_with_page_requests_is_not_migrated_by_v2() {
    covers![V2_SEVERAL_NO_PAGES];
    let mut refused = 0;
    for mix in mixes() {
        let asks = mix.iter().position(|it| *it == Model::Buffering);
        let mut vm = with_viommu::<V2>(&mix);
        let way = format!("{mix:?}");
        let before = vm.log.to_string();
        let ended = vm.save(&mut on);
        let Some(asks) = asks else {
            assert_eq!(ended, Ok(Outcome::Done), "{way}");
            continue;
        };
        refused += 1;
        assert_eq!(ended, Err(Refused::PageRequests(asks)), "{way}");
        assert_eq!(
            vm.log.to_string(),
            before,
            "{way}: it did not do anything first"
        );
        // It may stop and go on: whoever waited before asks again.
        ask(&mut vm, asks);
        assert_eq!(vm.stop_and_continue(&mut on), Ok(Outcome::Done), "{way}");
        assert_goes_on(&mut vm, &way);
        assert!(vm.page_requests().completed > 0, "{way}");
    }
    assert!(refused > 30, "{refused}");
}

#[test]
fn without_set_up_nobody_asks() {
    covers![V2_SEVERAL_NO_PAGES];
    for mix in some_mixes() {
        let mut vm = VirtualMachine::<V2>::new(&mix, 1);
        vm.start();
        // The guest would like to be asked; the VMM has set up no device for it.
        vm.guest.page_requests = true;
        vm.use_devices();
        let ended = vm.save(&mut |vm, _| {
            vm.guest.page_requests = true;
            assert_eq!(vm.page_requests(), PageRequests::default(), "{mix:?}");
            Go::On
        });
        assert_eq!(ended, Ok(Outcome::Done), "{mix:?}\n{}", vm.log);
        assert_arrives(&vm, &format!("{mix:?}"));
    }
}

/// The tests above can fail: a device that is set up in the middle still waits when it is saved for good.
#[test]
fn a_device_set_up_too_late_loses_its_page() {
    covers![V2_SEVERAL_NO_PAGES];
    let mut vm = VirtualMachine::<V2>::new(&[Model::Buffering], 1);
    vm.start();
    let ended = vm.save(&mut |vm, _| {
        if vm.vcpus_run() {
            vm.policy.page_requests = true;
            vm.connect();
            vm.complete_page_requests();
            (0..4).for_each(|_| ask(vm, 0));
        }
        Go::On
    });
    assert_eq!(ended, Ok(Outcome::Done), "{}", vm.log);
    assert!(vm.page_requests().lost > 0, "{:?}", vm.page_requests());
}
