//! The state machine of the book gives the answers of Linux.
//!
//! Linux keeps a table of the first arc of every request, made for a device that has everything. For
//! other devices it goes on from a state that the device lacks as though it were there, until it comes
//! to one that the device has. Nothing of that is in the book, which has a rule.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use spec_model::analysis::fsm::{Machine, NoPath, sessions};
use spec_model::analysis::{capability_flags, capability_sets};
use spec_model::model::{Book, Edition, Fsm, Session, SessionEffect};

const STATES: [&str; 8] = [
    "ERROR",
    "STOP",
    "RUNNING",
    "STOP_COPY",
    "RESUMING",
    "RUNNING_P2P",
    "PRE_COPY",
    "PRE_COPY_P2P",
];

const ERROR: usize = 0;

/// The state after the first arc, by the state that is and the state that is wanted; 0: blocked.
const FIRST: [[usize; 8]; 8] = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 5, 3, 4, 5, 5, 5],
    [0, 5, 2, 5, 5, 5, 6, 5],
    [0, 1, 1, 3, 1, 1, 0, 0],
    [0, 1, 1, 1, 4, 1, 1, 1],
    [0, 1, 2, 1, 1, 5, 2, 7],
    [0, 2, 2, 7, 2, 2, 6, 7],
    [0, 5, 5, 3, 5, 5, 6, 7],
];

/// The flags that a state needs: stop-copy 1, P2P 2, pre-copy 4. The error state is never there.
const NEEDS: [u64; 8] = [u64::MAX, 1, 1, 1, 1, 3, 5, 7];

/// The state after the first arc, on a device with these flags; `None`: refused.
fn linux_next(flags: u64, from: usize, to: usize) -> Option<usize> {
    let has = |state: usize| NEEDS[state] & !flags == 0;
    if !has(from) || !has(to) {
        return None;
    }
    let mut next = FIRST[from][to];
    while next != ERROR && !has(next) {
        next = FIRST[next][to];
    }
    (next != ERROR).then_some(next)
}

/// All states on the way, ends included.
fn linux_path(flags: u64, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut path = vec![from];
    let mut at = linux_next(flags, from, to)?;
    while at != path[path.len() - 1] {
        path.push(at);
        at = linux_next(flags, at, to)?;
    }
    Some(path)
}

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    spec_model::load(&summary).unwrap_or_else(|rejected| {
        let drawn = rejected.diagnostics.iter();
        let drawn: Vec<String> = drawn.map(|d| d.render(&rejected.sources)).collect();
        panic!("{}", drawn.join("\n\n"))
    })
});

fn v2() -> (&'static Edition, &'static Fsm) {
    let edition = BOOK.edition("v2").expect("the edition v2");
    (edition, edition.fsm.as_ref().expect("a state machine"))
}

/// Every device, with its flags.
fn machines() -> impl Iterator<Item = (u64, Machine<'static>)> {
    let (edition, fsm) = v2();
    let sets = capability_sets(edition).into_iter();
    sets.map(move |set| (capability_flags(edition, &set), Machine::new(fsm, &set)))
}

/// Every request of a state, in every state that some device can be in.
fn requests() -> impl Iterator<Item = (usize, usize)> {
    (0..8).flat_map(|from| (0..8).map(move |to| (from, to)))
}

fn path(machine: &Machine<'_>, from: usize, to: usize) -> Option<Vec<usize>> {
    let path = machine.path(from as u32, to as u32).ok()?;
    Some(path.into_iter().map(|state| state as usize).collect())
}

#[test]
fn the_states_have_linux_numbers() {
    let (_, fsm) = v2();
    let states: Vec<(u32, &str)> = fsm
        .states
        .iter()
        .map(|state| (state.value.value, state.name.value.as_str()))
        .collect();
    let expected: Vec<(u32, &str)> = (0..).zip(STATES).collect();
    assert_eq!(states, expected);
    for (flags, machine) in machines() {
        let there: Vec<u32> = machine.states().map(|state| state.value.value).collect();
        let expected = (0..8).filter(|&n| n == ERROR || NEEDS[n] & !flags == 0);
        assert_eq!(there, expected.map(|n| n as u32).collect::<Vec<_>>());
    }
}

#[test]
fn devices_have_four_sets_of_capabilities() {
    let flags: Vec<u64> = machines().map(|(flags, _)| flags).collect();
    assert_eq!(flags, [1, 3, 5, 7]);
}

#[test]
fn every_request_takes_the_path_that_linux_takes() {
    for (flags, machine) in machines() {
        let there = |state: usize| state == ERROR || NEEDS[state] & !flags == 0;
        for (from, to) in requests().filter(|&(from, _)| there(from)) {
            let (ours, linux) = (path(&machine, from, to), linux_path(flags, from, to));
            let request = format!("{} to {} with {flags}", STATES[from], STATES[to]);
            assert_eq!(ours, linux, "{request}");
            let next = machine.next(from as u32, to as u32).ok();
            let linux = linux_next(flags, from, to).map(|state| state as u32);
            assert_eq!(next, linux, "{request}");
        }
    }
}

#[test]
fn linux_refuses_what_the_book_refuses_and_nothing_lacks_a_path() {
    for (flags, machine) in machines() {
        for (from, to) in requests() {
            if let Err(why) = machine.path(from as u32, to as u32) {
                assert!(
                    matches!(why, NoPath::Refused(_)) || NEEDS[from] & !flags != 0,
                    "{} to {} with {flags}: {why:?}",
                    STATES[from],
                    STATES[to]
                );
            }
        }
        for from in 0..8 {
            for unknown in [8, u32::MAX] {
                assert!(machine.refuse(from, unknown).is_some());
            }
        }
    }
}

#[test]
fn a_stream_that_is_being_finished_does_not_begin_again() {
    for (flags, machine) in machines() {
        for (to, needs) in [(6, 5), (7, 7)].iter().copied() {
            let refusal = machine
                .refuse(3, to)
                .expect("a refusal")
                .fault
                .value
                .clone();
            let expected = if needs & !flags == 0 {
                "refused_request"
            } else {
                "unsupported_state"
            };
            assert_eq!(refusal, expected);
        }
    }
}

/// Arcs by the names of their ends; with the flags of the devices that have them.
#[test]
fn a_driver_implements_eighteen_arcs() {
    let (_, fsm) = v2();
    let mut arcs: BTreeMap<(usize, usize), Vec<u64>> = BTreeMap::new();
    for (flags, machine) in machines() {
        for arc in machine.arcs() {
            let ends = (arc.from.value as usize, arc.to.value as usize);
            arcs.entry(ends).or_default().push(flags);
        }
    }
    // Linux's arcs are the requests that its table answers at once.
    let mut linux: BTreeMap<(usize, usize), Vec<u64>> = BTreeMap::new();
    for flags in [1, 3, 5, 7] {
        for (from, to) in requests().filter(|(from, to)| from != to) {
            if linux_next(flags, from, to) == Some(to) {
                linux.entry((from, to)).or_default().push(flags);
            }
        }
    }
    assert_eq!(arcs, linux);
    assert_eq!(fsm.arcs.len(), 18);
}

#[test]
fn pre_copy_keeps_its_session_to_the_end() {
    let all = machines().last().expect("a device with everything").1;
    let path = all.path(6, 3).expect("a path");
    assert_eq!(path, [6, 7, 3]);
    for ends in path.windows(2) {
        let arc = all.arc(ends[0], ends[1]).expect("an arc");
        assert_eq!(arc.session, SessionEffect::Keeps);
    }
}

#[test]
fn the_rule_of_the_header_differs_in_one_request() {
    let mut differences = Vec::new();
    for (flags, machine) in machines() {
        for (from, to) in requests() {
            let strict = machine.strict_path(from as u32, to as u32).ok();
            let ours = machine.path(from as u32, to as u32).ok();
            if strict != ours {
                differences.push((flags, STATES[from], STATES[to], strict));
            }
        }
    }
    let by_the_letter = Some(vec![6, 2, 5, 1, 3]);
    assert_eq!(differences, [(7, "PRE_COPY", "STOP_COPY", by_the_letter)]);
}

/// Without any rule for paths, these have two shortest ones; the chapter on requests shows the other.
#[test]
fn the_rule_for_paths_is_needed() {
    let (edition, fsm) = v2();
    let mut lawless = fsm.clone();
    lawless.paths.clear();
    let mut ambiguous = Vec::new();
    for set in capability_sets(edition) {
        let machine = Machine::new(&lawless, &set);
        let flags = capability_flags(edition, &set);
        for (from, to) in requests() {
            let answer = machine.path(from as u32, to as u32);
            if matches!(answer, Err(NoPath::Ambiguous(..))) {
                ambiguous.push((flags, STATES[from], STATES[to]));
            }
        }
    }
    let expected = [
        (5, "RUNNING", "STOP_COPY"),
        (5, "PRE_COPY", "STOP"),
        (7, "RUNNING", "PRE_COPY_P2P"),
        (7, "RUNNING_P2P", "STOP_COPY"),
        (7, "RUNNING_P2P", "PRE_COPY"),
        (7, "PRE_COPY", "RUNNING_P2P"),
        (7, "PRE_COPY_P2P", "STOP"),
        (7, "PRE_COPY_P2P", "RUNNING"),
    ];
    for request in expected {
        assert!(ambiguous.contains(&request), "{request:?}");
    }
}

#[test]
fn sessions_belong_to_states() {
    let (_, fsm) = v2();
    let saving = Some(Session::Saving);
    let expected = [
        (1, None),
        (2, None),
        (3, saving),
        (4, Some(Session::Resuming)),
        (5, None),
        (6, saving),
        (7, saving),
    ];
    assert_eq!(sessions(fsm), BTreeMap::from(expected));
    // Only the last arc of a request starts one: it is the one whose file descriptor is returned.
    for (_, machine) in machines() {
        for (from, to) in requests() {
            let path = machine.path(from as u32, to as u32).unwrap_or_default();
            let inner = path.len().saturating_sub(2);
            for ends in path.windows(2).take(inner) {
                let arc = machine.arc(ends[0], ends[1]).expect("an arc");
                assert!(!matches!(arc.session, SessionEffect::Starts(_)));
            }
        }
    }
}

#[test]
fn ioctls_have_linux_numbers() {
    let ioctls = &v2().0.ioctls;
    let numbers: Vec<(&str, u32)> = ioctls
        .iter()
        .map(|ioctl| (ioctl.name.value.as_str(), ioctl.request()))
        .collect();
    let expected = [
        ("VFIO_DEVICE_FEATURE", 0x3b75),
        ("VFIO_MIG_GET_PRECOPY_INFO", 0x3b79),
    ];
    assert_eq!(numbers, expected);
}
