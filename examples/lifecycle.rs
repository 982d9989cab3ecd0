//! A VMM that moves a machine with three unlike devices, lets somebody cancel, and takes the guest along:
//! `cargo run --example lifecycle`.
//!
//! The machine, its guest and its devices are the reference ones; the order of everything is the book's:
//! `save` and `resume` choose a flow by what the devices can do, and follow it. The same calls drive the
//! first edition, with `vmm::V1` in place of `vmm::v2::V2`.

use vfio_migration::driver::Model;
use vfio_migration::vmm::{Go, Outcome, v2::Vmm};

fn main() {
    let devices = [Model::Buffering, Model::QuietTrapping, Model::Direct];
    let mut source = Vmm::new(&devices, 1);
    source.start();

    // Somebody changes their mind once the vCPUs are stopped: the guest goes on here, unharmed.
    let cancelled = source.save(&mut |vm, _step| if vm.vcpus_run() { Go::On } else { Go::Back });
    println!(
        "first: {cancelled:?}, the guest runs: {}",
        source.vcpus_run()
    );

    // The second time, nobody interferes, but for a device that is added in the middle.
    let mut added = false;
    let saved = source.save(&mut |vm, _step| {
        if vm.vcpus_run() && !added {
            added = vm.plug(Model::Buffering).is_ok();
        }
        Go::On
    });
    println!("second: {saved:?}, with {} devices", source.slots.len());

    let mut destination = source.destination(2);
    let entered = destination.resume(&mut |_, _| Go::On);
    println!(
        "there: {entered:?}, the guest runs: {}",
        destination.vcpus_run()
    );
    if entered != Ok(Outcome::Done) {
        // The source still has the guest.
        source.go_back();
    }
    let answers = destination.use_devices();
    println!(
        "{answers} answers, {} of them wrong",
        destination.guest.wrong()
    );
    print!("\n{}", destination.log);
}
