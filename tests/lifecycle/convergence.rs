//! When the guest is stopped to be moved: the downtime that is estimated, initial data first, and a bound.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::vmm::{
    Convergence, Edition, Go, Left, Otherwise, Outcome, PAGE, PeerUse, V1, V2, VirtualMachine,
};

use crate::machine::{assert_arrives, assert_goes_on, mixes, on, source};

/// A thousand bytes in a millisecond.
const BANDWIDTH: u64 = 1_000_000;

/// A machine that is left with this in mind.
fn left<E: Edition>(
    mix: &[Model],
    convergence: Convergence,
) -> (VirtualMachine<E>, Result<Outcome, String>) {
    let mut vm = source::<E>(mix, PeerUse::Nothing);
    vm.policy.convergence = convergence;
    let ended = vm.save(&mut on).map_err(|refused| format!("{refused:?}"));
    (vm, ended)
}

fn rounds<E: Edition>(vm: &VirtualMachine<E>) -> usize {
    vm.log.to_string().matches(" dirty pages").count()
}

/// What the VMM thought was left after each round: bytes of memory and of devices, and milliseconds.
fn estimates<E: Edition>(vm: &VirtualMachine<E>) -> Vec<[u64; 3]> {
    let log = vm.log.to_string();
    let lines = log
        .lines()
        .filter_map(|line| line.trim().strip_prefix("left: "));
    let numbers = lines.map(|line| {
        let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
        [(); 3].map(|()| numbers.next().expect("three numbers"))
    });
    numbers.collect()
}

#[test]
fn downtime_is_bytes_by_bandwidth() {
    covers![V1_VMM_DOWNTIME, V2_PRECOPY_DOWNTIME];
    let left = Left {
        initial: 1 << 40,
        devices: 1500,
        memory: 500,
    };
    assert_eq!(left.downtime(1_000_000), 2);
    assert_eq!(left.downtime(999_999), 3, "rounded up");
    assert_eq!(left.downtime(1), 2_000_000);
    assert_eq!(left.downtime(0), u64::MAX);
    assert_eq!(Left::default().downtime(0), 0);
    let most = Left {
        initial: 0,
        devices: u64::MAX,
        memory: u64::MAX,
    };
    assert_eq!(most.downtime(1), u64::MAX);
}

/// A guest that never rests ends in one of two ways, after so many rounds.
fn never_converges<E: Edition>() {
    for mix in mixes().into_iter().filter(|mix| mix.len() < 3) {
        for bound in [1, 2, 5] {
            let mut convergence = Convergence {
                downtime: 0,
                rounds: bound,
                otherwise: Otherwise::Stop,
                ..Convergence::default()
            };
            let way = format!("{mix:?}, {bound} rounds");
            let (vm, ended) = left::<E>(&mix, convergence);
            assert_eq!(ended, Ok(Outcome::Done), "{way}\n{}", vm.log);
            assert_eq!(rounds(&vm), bound, "{way}\n{}", vm.log);
            assert!(vm.log.to_string().contains("does not converge"), "{way}");
            assert_arrives(&vm, &way);

            convergence.otherwise = Otherwise::GoBack;
            let (mut vm, ended) = left::<E>(&mix, convergence);
            let Ok(Outcome::WentBack(why)) = ended else {
                panic!("{way}: {ended:?}\n{}", vm.log)
            };
            assert!(why.contains("does not converge"), "{way}: {why}");
            assert_eq!(rounds(&vm), bound, "{way}");
            assert!(!vm.log.to_string().contains(" reset"), "{way}");
            assert_goes_on(&mut vm, &way);
            // With more patience, it is moved.
            vm.policy.convergence.downtime = u64::MAX;
            assert_eq!(vm.save(&mut on), Ok(Outcome::Done), "{way}\n{}", vm.log);
            assert_arrives(&vm, &way);
        }
    }
}

#[test]
fn a_guest_that_never_rests_is_stopped_or_left_by_policy() {
    covers![V1_VMM_ROUNDS];
    never_converges::<V1>();
    never_converges::<V2>();
}

/// The guest is stopped in the first round after which the rest fits, and in no earlier one.
fn stops_as_soon_as_it_fits<E: Edition>(mix: &[Model]) {
    let endless = Convergence {
        bandwidth: BANDWIDTH,
        downtime: 0,
        rounds: 8,
        otherwise: Otherwise::Stop,
        ..Convergence::default()
    };
    let (vm, _) = left::<E>(mix, endless);
    let seen = estimates(&vm);
    assert_eq!(seen.len(), 8);
    for [memory, devices, time] in &seen {
        assert_eq!(
            *time,
            (memory + devices).div_ceil(1000),
            "{mix:?}: {seen:?}"
        );
        assert_eq!(memory % PAGE as u64, 0);
        assert!(*devices > 0, "{mix:?}: a device has a state");
    }
    for downtime in seen.iter().map(|[.., time]| *time) {
        let fits = |[.., time]: &[u64; 3]| *time <= downtime;
        let expected = seen.iter().position(fits).expect("one fits") + 1;
        let convergence = Convergence {
            downtime,
            otherwise: Otherwise::GoBack,
            ..endless
        };
        let (vm, ended) = left::<E>(mix, convergence);
        assert_eq!(ended, Ok(Outcome::Done), "{mix:?}, {downtime} ms");
        assert_eq!(
            rounds(&vm),
            expected,
            "{mix:?}, {downtime} ms, of {seen:?}\n{}",
            vm.log
        );
        assert_arrives(&vm, &format!("{mix:?}, {downtime} ms"));
    }
}

#[test]
fn the_guest_is_stopped_once_the_rest_fits() {
    covers![V1_VMM_DOWNTIME, V2_PRECOPY_DOWNTIME];
    for mix in mixes().into_iter().filter(|mix| mix.len() < 3) {
        stops_as_soon_as_it_fits::<V1>(&mix);
        stops_as_soon_as_it_fits::<V2>(&mix);
    }
}

/// What a device says that stopping takes is enough, if it is asked last thing before it stops.
#[test]
fn the_estimate_is_an_upper_bound_here() {
    covers![V2_PRECOPY_DOWNTIME, V2_SIZE_GET, V1_DISCOVERY_BOUNDED];
    fn check<E: Edition>(mix: &[Model]) {
        let mut vm = source::<E>(mix, PeerUse::Nothing);
        let (mut expected, mut before) = (u64::MAX, 0);
        let ended = vm.save(&mut |vm, _| {
            let sent: u64 = vm.transfer.streams.iter().map(|it| it.bytes()).sum();
            if vm.vcpus_run() {
                (expected, before) = (vm.left().expect("an estimate").devices, sent);
            }
            Go::On
        });
        assert_eq!(ended, Ok(Outcome::Done));
        let sent: u64 = vm.transfer.streams.iter().map(|it| it.bytes()).sum();
        assert!(
            sent - before <= expected,
            "{mix:?}: {sent} after {before}, not {expected}\n{}",
            vm.log
        );
        assert!(expected < 1 << 20, "{mix:?}: {expected}");
    }
    for mix in mixes().into_iter().filter(|mix| mix.len() < 3) {
        check::<V1>(&mix);
        check::<V2>(&mix);
    }
}

/// Initial data are read before the guest is stopped, however little is left; unless nobody asks for that.
#[test]
fn initial_data_come_first() {
    covers![V2_PRECOPY_WHEN_TO_LEAVE];
    let slow = Convergence {
        at_once: 1000,
        ..Convergence::default()
    };
    for mix in [&[Model::Buffering][..], &[Model::Direct, Model::Buffering]] {
        let (vm, ended) = left::<V2>(mix, slow);
        assert_eq!(ended, Ok(Outcome::Done), "{}", vm.log);
        let log = vm.log.to_string();
        let stops = log.find("vCPUs stopped").expect("it stops");
        // The last answer of every device before that.
        let told: Vec<&str> = log[..stops]
            .lines()
            .filter(|line| line.contains(": initial "))
            .collect();
        let last = &told[told.len() - mix.len()..];
        assert!(last.iter().all(|line| line.contains("initial 0,")), "{log}");
        assert!(told.iter().any(|line| !line.contains("initial 0,")));
        assert!(rounds(&vm) > 2, "{log}");
        assert_arrives(&vm, "slowly");

        let hasty = Convergence {
            initial_first: false,
            ..slow
        };
        let (vm, ended) = left::<V2>(mix, hasty);
        assert_eq!((ended, rounds(&vm)), (Ok(Outcome::Done), 1));
        assert_arrives(&vm, "with initial data after the stop");

        // Data that never end up there are no reason to wait for ever.
        let bounded = Convergence { rounds: 2, ..slow };
        let (mut vm, ended) = left::<V2>(mix, bounded);
        assert!(matches!(ended, Ok(Outcome::WentBack(_))), "{}", vm.log);
        assert_goes_on(&mut vm, "bounded");
    }
}

/// v1 tells whether anything is pending, and no more; how much may come in all is known from the start.
#[test]
fn pending_bytes_tell_zero_from_not_zero() {
    covers![V1_VMM_DOWNTIME, V1_WINDOW_ESTIMATE];
    let mut vm = source::<V1>(&[Model::Buffering], PeerUse::Nothing);
    let longest = vm.left().expect("an estimate").devices;
    let mut seen = 0;
    let ended = vm.save(&mut |vm, _| {
        if vm.vcpus_run() && vm.transfer.streams[0].bytes() > 0 && seen == 0 {
            seen += 1;
            let drained = vm.left().expect("an estimate");
            let read = vm.transfer.streams[0].bytes();
            assert_eq!((drained.initial, drained.devices), (0, longest - read));
            vm.use_devices();
            let changed = vm.left().expect("an estimate");
            assert_eq!((changed.initial, changed.devices), (1, longest - read));
            assert!(changed.memory > 0);
        }
        Go::On
    });
    assert_eq!((ended, seen), (Ok(Outcome::Done), 1), "{}", vm.log);
    assert_arrives(&vm, "asked in between");
}

/// Between any two rounds, somebody may cancel, and devices may come and go.
fn between_rounds<E: Edition>() {
    const ROUNDS: usize = 4;
    let policy = Convergence {
        downtime: 0,
        rounds: ROUNDS,
        otherwise: Otherwise::Stop,
        ..Convergence::default()
    };
    for mix in mixes().into_iter().filter(|mix| mix.len() < 3) {
        for at in 1..=ROUNDS {
            let way = format!("{mix:?}, after round {at}");
            for cancels in [true, false] {
                let mut vm = source::<E>(&mix, PeerUse::Friendly);
                vm.policy.convergence = policy;
                let (mut asked, mut changed) = (0, 0);
                let ended = vm.save(&mut |vm, step| {
                    asked += usize::from(step.work.contains(&E::COPY_DIRTY));
                    if asked != at || changed > 0 {
                        return Go::On;
                    }
                    changed += 1;
                    if cancels {
                        return Go::Back;
                    }
                    assert!(vm.plug(Model::Direct).is_ok() && vm.unplug(0).is_ok());
                    Go::On
                });
                assert_eq!(changed, 1, "{way}\n{}", vm.log);
                assert_eq!(vm.touches().while_quiet, 0, "{way}");
                // The flow that was chosen may not fit what is there now.
                match ended {
                    Ok(Outcome::Done) => assert!(!cancels, "{way}"),
                    Ok(Outcome::WentBack(_)) => {
                        assert_goes_on(&mut vm, &way);
                        let ended = vm.save(&mut on);
                        assert_eq!(ended, Ok(Outcome::Done), "{way}\n{}", vm.log);
                    }
                    Err(refused) => panic!("{way}: {refused}"),
                }
                assert_arrives(&vm, &way);
            }
        }
    }
}

#[test]
fn anything_may_happen_between_rounds() {
    covers![
        V1_SAVE_CANCEL_PRECOPY,
        V1_SEVERAL_HOTPLUG,
        V2_SAVE_CANCEL_PRE_COPY,
        V2_SEVERAL_HOTPLUG
    ];
    between_rounds::<V1>();
    between_rounds::<V2>();
}
