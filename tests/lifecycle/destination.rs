//! The destination fails, at every step and with every device: the source goes on, and the next attempt arrives.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Trouble;
use vfio_migration::vmm::{
    Attached, Edition, Go, Outcome, PeerUse, Refused, V1, V2, VirtualMachine,
};

use crate::machine::{
    assert_arrives, assert_enters, assert_goes_on, assert_loaded, mixes, on, some_mixes, source,
};

/// What goes wrong, in words and in the hardware.
type Mishap = (&'static str, fn(&mut Trouble));

/// What can be made to go wrong with one device that is to be loaded.
const TROUBLES: [Mishap; 3] = [
    ("dies", |it| it.dead = true),
    ("breaks while it loads", |it| it.load = true),
    ("refuses to load", |it| it.refuse_load = true),
];

/// A machine that was left.
fn left<E: Edition>(mix: &[Model], peers: PeerUse) -> VirtualMachine<E> {
    let mut vm = source::<E>(mix, peers);
    assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{mix:?}\n{}", vm.log);
    vm
}

/// The numbers of the steps in which such a machine is entered, and 0 for what was before the first.
fn steps<E: Edition>(source: &VirtualMachine<E>) -> Vec<u32> {
    let mut steps = vec![0];
    let ended = source.destination(2).resume(&mut |_, step| {
        steps.push(step.number);
        Go::On
    });
    assert_eq!(ended, Ok(Outcome::Done));
    steps
}

/// Nothing is left of the attempt: no vCPU ran, every device is as a fresh one, and does nothing.
fn assert_gave_up<E: Edition>(vm: &mut VirtualMachine<E>, way: &str) {
    assert!(!vm.vcpus_run(), "{way}: two guests\n{}", vm.log);
    assert_eq!(vm.guest.answered(), 0, "{way}: the guest ran");
    assert_eq!(vm.touches().while_quiet, 0, "{way}\n{}", vm.log);
    let fresh = VirtualMachine::<E>::with_places(&vm.places(), 9);
    for (slot, fresh) in vm.slots.iter_mut().zip(fresh.slots) {
        let way = format!("{way}: {}", slot.label());
        assert_eq!(slot.state(), E::initial(), "{way}");
        assert_eq!(slot.loaded(), None, "{way}");
        assert!(slot.function().image() == fresh.hardware().image(), "{way}");
        assert!(!slot.hardware().interrupts_permitted(), "{way}");
    }
    let (memory, touches) = (vm.memory.bytes(), vm.touches());
    vm.let_devices_run();
    assert!(vm.memory.bytes() == memory, "{way}: DMA after giving up");
    assert_eq!(vm.touches(), touches, "{way}: P2P after giving up");
}

/// Enters, with somebody who interferes after a step; 0 is before the first.
fn enter<E: Edition>(
    vm: &mut VirtualMachine<E>,
    at: u32,
    interfere: &mut dyn FnMut(&mut VirtualMachine<E>) -> Go,
    way: &str,
) -> Outcome {
    if at == 0 {
        interfere(vm);
    }
    let ended = vm.resume(&mut |vm, step| {
        if step.number == at {
            interfere(vm)
        } else {
            Go::On
        }
    });
    ended.unwrap_or_else(|refused| panic!("{way}: {refused:?}"))
}

/// What must hold after an attempt, however it ended. Whether it was given up.
fn assert_ended<E: Edition>(
    source: &VirtualMachine<E>,
    there: &mut VirtualMachine<E>,
    ended: &Outcome,
    way: &str,
) -> bool {
    if *ended == Outcome::Done {
        assert!(there.vcpus_run(), "{way}\n{}", there.log);
        assert_loaded(source, there, way);
        return false;
    }
    assert_gave_up(there, way);
    // The same machine can be entered later.
    there.transfer = source.transfer.clone();
    assert_enters(source, there, way);
    true
}

/// The guest is unharmed where it was, and can be moved later.
fn assert_source_goes_on<E: Edition>(mut vm: VirtualMachine<E>, memory: &[u8], way: &str) {
    assert!(vm.memory.bytes() == memory, "{way}: memory was touched");
    vm.start();
    assert_goes_on(&mut vm, way);
    assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{way}\n{}", vm.log);
    assert_arrives(&vm, way);
}

fn any_device_fails<E: Edition>() {
    let mut given_up = 0;
    for mix in mixes() {
        let vm = left::<E>(&mix, PeerUse::Friendly);
        let memory = vm.memory.bytes();
        for at in steps(&vm) {
            for (device, (what, trouble)) in
                (0..mix.len()).flat_map(|n| TROUBLES.map(|trouble| (n, trouble)))
            {
                let way = format!("{mix:?}, device {device} {what} after step {at}");
                let mut there = vm.destination(7);
                let break_it = &mut |vm: &mut VirtualMachine<E>| {
                    trouble(vm.slots[device].function().device_mut().trouble());
                    Go::On
                };
                let ended = enter(&mut there, at, break_it, &way);
                given_up += usize::from(assert_ended(&vm, &mut there, &ended, &way));
            }
        }
        assert_source_goes_on(vm, &memory, &format!("{mix:?}"));
    }
    assert!(given_up > 1000, "only {given_up}");
}

#[test]
fn any_device_fails_at_any_step_v1() {
    covers![
        V1_SAVE_RETURN,
        V1_RESUME_ABORT,
        V1_SEVERAL_FAILURE,
        V1_RESUME_EXACT
    ];
    any_device_fails::<V1>();
}

#[test]
fn any_device_fails_at_any_step_v2() {
    covers![V2_ERRORS_RESET, V2_SEVERAL_FAILURE, V2_STREAM_EXACT];
    any_device_fails::<V2>();
}

/// Every failure that the book names, for every device: with the stream on its way, or with the device.
fn every_named_failure<E: Edition>() {
    let mut given_up = 0;
    for mix in some_mixes() {
        let vm = left::<E>(&mix, PeerUse::Nothing);
        let memory = vm.memory.bytes();
        for at in steps(&vm) {
            for (device, injection) in
                (0..mix.len()).flat_map(|n| E::injections().iter().map(move |it| (n, *it)))
            {
                let way = format!("{mix:?}, {injection} for device {device} after step {at}");
                let mut there = vm.destination(7);
                let inject = &mut |vm: &mut VirtualMachine<E>| {
                    E::inject(vm, device, injection);
                    Go::On
                };
                let ended = enter(&mut there, at, inject, &way);
                given_up += usize::from(assert_ended(&vm, &mut there, &ended, &way));
            }
        }
        assert_source_goes_on(vm, &memory, &format!("{mix:?}"));
    }
    assert!(given_up > 100, "only {given_up}");
}

#[test]
fn every_named_failure_v1() {
    covers![V1_RESUME_ABORT, V1_SAVE_RETURN];
    every_named_failure::<V1>();
}

#[test]
fn every_named_failure_v2() {
    covers![V2_ERRORS_RESET, V2_STREAM_VERDICT];
    every_named_failure::<V2>();
}

/// Given up at any step, as long as the guest has not run here; then it is too late.
fn given_up_at_every_step<E: Edition>() {
    for mix in mixes() {
        let vm = left::<E>(&mix, PeerUse::Friendly);
        let memory = vm.memory.bytes();
        for at in steps(&vm).into_iter().skip(1) {
            let way = format!("{mix:?}, given up after step {at}");
            let mut there = vm.destination(7);
            let mut late = false;
            let ended = enter(
                &mut there,
                at,
                &mut |vm| {
                    late = vm.vcpus_run();
                    Go::Back
                },
                &way,
            );
            assert_eq!(ended == Outcome::Done, late, "{way}\n{}", there.log);
            assert_ended(&vm, &mut there, &ended, &way);
            if late {
                assert_goes_on(&mut there, &way);
            }
        }
        assert_source_goes_on(vm, &memory, &format!("{mix:?}"));
    }
}

#[test]
fn given_up_at_every_step_v1() {
    covers![V1_RESUME_ABORT, V1_SAVE_RETURN];
    given_up_at_every_step::<V1>();
}

#[test]
fn given_up_at_every_step_v2() {
    covers![V2_ERRORS_RESET];
    given_up_at_every_step::<V2>();
}

/// What cannot be begun is refused, and nothing is changed.
fn what_cannot_begin<E: Edition>() {
    let mix = [Model::Buffering, Model::Direct];
    let mut vm = VirtualMachine::<E>::new(&mix, 1);
    assert_eq!(vm.save(&mut on), Err(Refused::Stopped), "before the start");
    assert_eq!(vm.stop_and_continue(&mut on), Err(Refused::Stopped));
    vm.start();
    assert_eq!(vm.resume(&mut on), Err(Refused::Running));
    assert_eq!(vm.save(&mut on), Ok(Outcome::Done));
    assert_eq!(vm.save(&mut on), Err(Refused::Stopped), "twice");
    let transfer = vm.transfer.clone();
    let mut other = VirtualMachine::<E>::with_transfer(&mix[..1], 2, transfer);
    assert_eq!(other.resume(&mut on), Err(Refused::Streams));
    // Streams that are not there, or belong to other devices.
    let mut empty = VirtualMachine::<E>::new(&mix, 2);
    assert!(matches!(empty.resume(&mut on), Ok(Outcome::WentBack(_))));
    assert_gave_up(&mut empty, "with no stream");
    let mut swapped = vm.destination(2);
    swapped.transfer.streams.swap(0, 1);
    assert!(matches!(swapped.resume(&mut on), Ok(Outcome::WentBack(_))));
    assert_gave_up(&mut swapped, "with the other's stream");
    vm.start();
    assert_goes_on(&mut vm, "refused");
}

#[test]
fn what_cannot_begin_is_refused() {
    covers![V1_VMM_VCPUS_RUN, V2_VMM_VCPUS];
    what_cannot_begin::<V1>();
    what_cannot_begin::<V2>();
}

/// What did not arrive is named.
#[test]
fn differences_are_found() {
    let vm = left::<V2>(&[Model::Buffering, Model::Direct], PeerUse::Nothing);
    let mut there = vm.destination(2);
    assert!(!there.differences().is_empty(), "nothing has arrived yet");
    let mut seen = 0;
    let ended = there.resume(&mut |vm, _| {
        if !vm.vcpus_run() && vm.differences().is_empty() {
            seen += 1;
            let byte = vm.memory.page(1)[7];
            assert!(vm.memory.write(4096 + 7, &[!byte]));
            vm.transfer.images[1][0] ^= 1;
            assert_eq!(vm.differences(), ["page 1", "device B"]);
            vm.transfer.images[1][0] ^= 1;
            assert!(vm.memory.write(4096 + 7, &[byte]));
        }
        Go::On
    });
    assert_eq!(ended, Ok(Outcome::Done));
    assert!(seen > 0, "{}", there.log);
}
