//! What goes wrong, at every step and with every device.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Trouble;
use vfio_migration::vmm::{Attached, Edition, Go, Outcome, PeerUse, V1, V2};

use crate::machine::{assert_arrives, assert_goes_on, on, some_mixes, source, steps};

fn cancelled_at_every_step<E: Edition>() {
    for mix in some_mixes() {
        for at in steps::<E>(&mix) {
            let way = format!("{mix:?}, cancelled after step {at}");
            let mut vm = source::<E>(&mix, PeerUse::Friendly);
            let ended = vm.save(&mut |_, step| if step.number == at { Go::Back } else { Go::On });
            assert_eq!(
                ended,
                Ok(Outcome::WentBack("cancelled".to_owned())),
                "{way}"
            );
            assert_eq!(vm.touches().while_quiet, 0, "{way}\n{}", vm.log);
            assert!(
                !vm.log.to_string().contains(" reset"),
                "{way}: nothing broke\n{}",
                vm.log
            );
            assert_goes_on(&mut vm, &way);
            // Nothing is left of the attempt.
            assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{way}\n{}", vm.log);
            assert_arrives(&vm, &way);
        }
    }
}

#[test]
fn a_save_is_cancelled_at_every_step_v1() {
    covers![
        V1_SAVE_CANCEL_PRECOPY,
        V1_SAVE_CANCEL_STOP_COPY,
        V1_SAVE_RETURN,
        V1_WINDOW_SESSION
    ];
    cancelled_at_every_step::<V1>();
}

#[test]
fn a_save_is_cancelled_at_every_step_v2() {
    covers![
        V2_SAVE_CANCEL_PRE_COPY,
        V2_SAVE_CANCEL_STOP_COPY,
        V2_ARCS_CAPTURE_AGAIN
    ];
    cancelled_at_every_step::<V2>();
}

/// What can be made to go wrong with one device.
const TROUBLES: [fn(&mut Trouble); 2] = [|it| it.dead = true, |it| it.capture = true];

/// Whether anything but the device in trouble was reset.
fn others_were_reset(log: &str, broken: &str) -> bool {
    let resets = log
        .lines()
        .filter_map(|line| line.trim().strip_suffix_reset());
    resets.into_iter().any(|label| label != broken)
}

trait Reset {
    fn strip_suffix_reset(&self) -> Option<&str>;
}

impl Reset for str {
    fn strip_suffix_reset(&self) -> Option<&str> {
        let (label, rest) = self.split_once(' ')?;
        (rest.starts_with("reset") && label.len() == 1).then_some(label)
    }
}

fn fails_at_every_step<E: Edition>() {
    let mut went_back = 0;
    for mix in some_mixes() {
        for (at, device) in steps::<E>(&mix)
            .into_iter()
            .flat_map(|at| (0..mix.len()).map(move |n| (at, n)))
        {
            for trouble in TROUBLES {
                let way = format!("{mix:?}, device {device} fails after step {at}");
                let mut vm = source::<E>(&mix, PeerUse::Friendly);
                let ended = vm.save(&mut |vm, step| {
                    if step.number == at {
                        trouble(vm.slots[device].function().device_mut().trouble());
                    }
                    Go::On
                });
                let ended = ended.unwrap_or_else(|refused| panic!("{way}: {refused:?}"));
                assert_eq!(vm.touches().while_quiet, 0, "{way}\n{}", vm.log);
                if ended == Outcome::Done {
                    continue;
                }
                went_back += 1;
                let broken = vm.slots[device].label().to_owned();
                assert!(
                    !others_were_reset(&vm.log.to_string(), &broken),
                    "{way}\n{}",
                    vm.log
                );
                assert_goes_on(&mut vm, &way);
                assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{way}\n{}", vm.log);
                assert_arrives(&vm, &way);
            }
        }
    }
    assert!(went_back > 100, "only {went_back}");
}

#[test]
fn any_device_fails_at_any_step_v1() {
    covers![V1_SEVERAL_FAILURE, V1_ERRORS_RECOVER, V1_ERRORS_LEAVE];
    fails_at_every_step::<V1>();
}

#[test]
fn any_device_fails_at_any_step_v2() {
    covers![V2_SEVERAL_FAILURE, V2_ERRORS_LEAVE, V2_ERRORS_ON_PATH];
    fails_at_every_step::<V2>();
}

/// The guest resets its device in the middle.
fn reset_in_between<E: Edition>() {
    for model in Model::ALL {
        let mut vm = source::<E>(&[model, Model::Buffering], PeerUse::Nothing);
        let mut reset = false;
        let ended = vm.save(&mut |vm, _| {
            if vm.vcpus_run() && !reset {
                reset = vm.reset_device(0).is_ok();
            }
            Go::On
        });
        assert_eq!(ended, Ok(Outcome::Done), "{model:?}\n{}", vm.log);
        assert_arrives(&vm, model.name());
    }
}

#[test]
fn the_guest_resets_a_device_in_the_middle() {
    covers![V1_STATE_RESET, V1_STATE_RESET_WINDOW, V2_ERRORS_RESET];
    reset_in_between::<V1>();
    reset_in_between::<V2>();
}
