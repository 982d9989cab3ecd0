//! Machines to live through something.

use vfio_migration::driver::Model;
use vfio_migration::vmm::{
    Attached, Convergence, Edition, Go, Otherwise, Outcome, PeerUse, Step, VirtualMachine,
};

/// Every mix of one, two and three devices. Their order matters: it is that of the VMM's requests.
pub(crate) fn mixes() -> Vec<Vec<Model>> {
    let mut mixes: Vec<Vec<Model>> = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..3 {
        let to = mixes.len();
        for n in from..to {
            for model in Model::ALL {
                let mut mix = mixes[n].clone();
                mix.push(model);
                mixes.push(mix);
            }
        }
        from = to;
    }
    mixes.split_off(1)
}

/// A few mixes in which every driver meets every other.
pub(crate) fn some_mixes() -> Vec<Vec<Model>> {
    let few = mixes().into_iter().filter(|mix| match mix[..] {
        [_] => true,
        [first, second] => first <= second,
        _ => false,
    });
    few.chain([
        vec![Model::Buffering, Model::QuietTrapping, Model::Buffering],
        vec![Model::Direct, Model::Quiet, Model::Buffering],
    ])
    .collect()
}

/// A machine whose guest has used its devices, with a vIOMMU where that can be migrated.
pub(crate) fn source<E: Edition>(mix: &[Model], peers: PeerUse) -> VirtualMachine<E> {
    let mut vm = VirtualMachine::new(mix, 1);
    vm.guest.peers = peers;
    vm.policy.page_requests = E::SETTLES_PAGES;
    // A few rounds of pre-copy, whatever is left then.
    vm.policy.convergence = Convergence {
        downtime: 0,
        rounds: 3,
        otherwise: Otherwise::Stop,
        ..Convergence::default()
    };
    vm.start();
    vm
}

/// Nobody wants anything.
pub(crate) fn on<E: Edition>(_: &mut VirtualMachine<E>, _: &Step<E>) -> Go {
    Go::On
}

/// The numbers of the steps that a save of this machine takes.
pub(crate) fn steps<E: Edition>(mix: &[Model]) -> Vec<u32> {
    let mut steps = Vec::new();
    let mut vm = source::<E>(mix, PeerUse::Nothing);
    let ended = vm.save(&mut |_, step| {
        steps.push(step.number);
        Go::On
    });
    assert_eq!(ended, Ok(Outcome::Done), "{mix:?}\n{}", vm.log);
    steps
}

/// The guest uses every device, and all that it ever got back was right.
pub(crate) fn assert_goes_on<E: Edition>(vm: &mut VirtualMachine<E>, way: &str) {
    assert!(vm.vcpus_run(), "{way}: the vCPUs stand still\n{}", vm.log);
    vm.guest.peers = PeerUse::Nothing;
    let answered = vm.use_devices();
    let enough = answered >= 4 * vm.slots.len();
    assert!(enough, "{way}: {answered} answers\n{}", vm.log);
    assert_eq!(vm.guest.wrong(), 0, "{way}: wrong answers\n{}", vm.log);
}

/// Every device is at the destination what it was at the source, and so is memory; then the guest goes on.
pub(crate) fn assert_arrives<E: Edition>(
    source: &VirtualMachine<E>,
    way: &str,
) -> VirtualMachine<E> {
    let mut vm = source.destination(2);
    assert_enters(source, &mut vm, way);
    vm
}

/// The same for a machine at the destination that is there already.
pub(crate) fn assert_enters<E: Edition>(
    source: &VirtualMachine<E>,
    vm: &mut VirtualMachine<E>,
    way: &str,
) {
    let mut equal = false;
    let ended = vm.resume(&mut |vm, _| {
        let same = vm.memory.bytes() == source.memory.bytes();
        equal |= !vm.vcpus_run() && same && vm.differences().is_empty();
        Go::On
    });
    assert_eq!(ended, Ok(Outcome::Done), "{way}\n{}", vm.log);
    assert!(equal, "{way}: memory is never what it was\n{}", vm.log);
    assert_loaded(source, vm, way);
    assert_goes_on(vm, way);
}

/// Every device was loaded with what it was at the source.
pub(crate) fn assert_loaded<E: Edition>(
    source: &VirtualMachine<E>,
    vm: &VirtualMachine<E>,
    way: &str,
) {
    for (slot, image) in vm.slots.iter().zip(&source.transfer.images) {
        assert!(
            slot.loaded() == Some(image),
            "{way}: {} differs\n{}",
            slot.label(),
            vm.log
        );
    }
}
