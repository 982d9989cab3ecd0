//! A VMM that moves a machine with unlike devices, one of which asks the guest for pages: `cargo run --example lifecycle`.
//!
//! The machine, its guest and its devices are the reference ones; the order of everything is the book's:
//! `save` and `resume` choose a flow by what the devices can do, and follow it. The same calls drive both editions.

use vfio_migration::driver::Model;
use vfio_migration::vmm::{Edition, Go, Outcome, Refused, V1, V2, VirtualMachine};

/// Cancels once the vCPUs are stopped, then moves the machine, and compares both sides.
fn migrate<E: Edition>(mut source: VirtualMachine<E>) -> Result<(), Refused> {
    source.start();

    // Somebody changes their mind: the guest goes on here, unharmed.
    let cancelled =
        source.save(&mut |_, step| if step.vcpu_running { Go::On } else { Go::Back })?;
    println!("  first: {cancelled:?}, vCPUs run: {}", source.vcpus_run());
    assert!(cancelled != Outcome::Done && source.vcpus_run());

    // The second time, nobody interferes, but for a device that is added in the middle.
    let mut added = false;
    let saved = source.save(&mut |vm, _| {
        if vm.takes_devices() && !added {
            added = vm.plug(Model::Buffering).is_ok();
        }
        Go::On
    })?;
    println!("  second: {saved:?}, with {} devices", source.slots.len());

    // Before the vCPUs run there, everything is what it was here.
    let mut destination = source.destination(2);
    let mut equal = false;
    let entered = destination.resume(&mut |vm, _| {
        equal |= !vm.vcpus_run()
            && vm.differences().is_empty()
            && vm.memory.bytes() == source.memory.bytes();
        Go::On
    })?;
    if entered != Outcome::Done {
        // The source still has the guest.
        source.go_back();
    }
    println!("  there: {entered:?}, equal: {equal}");
    assert!(equal && entered == Outcome::Done);

    let answers = destination.use_devices();
    let pages = source.page_requests().completed + destination.page_requests().completed;
    println!("  {answers} answers, {pages} pages brought by vCPUs");
    assert!(answers > 0 && destination.guest.wrong() == 0);
    Ok(())
}

pub(crate) fn main() -> Result<(), Refused> {
    // v1 has a state in which vCPUs bring the pages that devices wait for.
    println!("v1, with a vIOMMU:");
    let devices = [Model::Buffering, Model::QuietTrapping, Model::Direct];
    let mut source = VirtualMachine::<V1>::new(&devices, 1);
    source.policy.page_requests = true;
    migrate(source)?;

    // v2 has none: such a machine runs, but is not moved.
    let mut source = VirtualMachine::<V2>::new(&devices, 1);
    source.policy.page_requests = true;
    source.start();
    let refused = source.save(&mut |_, _| Go::On);
    println!("v2, with a vIOMMU: {refused:?}");
    assert_eq!(refused, Err(Refused::PageRequests(0)));

    println!("v2:");
    migrate(VirtualMachine::<V2>::new(&devices, 1))
}
