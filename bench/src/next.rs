//! The state after the first arc of a request: the generated table against Linux's way in C, `-O2`, and against other
//! crates' machines.
#![allow(unsafe_code, reason = "the peer is a C function")]

use std::hint::black_box;

use vfio_migration::v2::{Capabilities, DeviceState, Fault, next};

use crate::machines::{Machine, RustFsm, Smlang, Statig};
use crate::measure::{Comparison, compare};

unsafe extern "C" {
    /// The state, or a negative errno; `capabilities` are the flags of v2. See `build/next.rs`.
    safe fn peer_next(capabilities: u32, old: u32, new: u32) -> i32;
}

#[inline(never)]
fn ours(capabilities: u32, old: u32, new: u32) -> Result<DeviceState, Fault> {
    next(
        Capabilities::from_flags(capabilities.into()),
        DeviceState::from_raw(old),
        DeviceState::from_raw(new),
    )
}

type Request = (u32, u32, u32);

const STEPS: usize = 1 << 16;

/// Numbers that the branch predictor cannot learn.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut x = 0x2545_f491_4f6c_dd1d_u64;
    move |below| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        (x >> 33) as usize % below
    }
}

/// Every set of capabilities, state and request, whether or not there is such a device.
fn all() -> Vec<Request> {
    let values = || 0..DeviceState::ALL.len() as u32;
    let sets = 0..=Capabilities::ALL.flags() as u32;
    let pairs = move |set| values().flat_map(move |old| values().map(move |new| (set, old, new)));
    sets.flat_map(pairs).collect()
}

/// Those that devices grant.
fn legal() -> Vec<Request> {
    let exists = |set: u32| Capabilities::LEGAL.contains(&Capabilities::from_flags(set.into()));
    let granted = |&(set, old, new): &Request| exists(set) && ours(set, old, new).is_ok();
    all().into_iter().filter(granted).collect()
}

/// In random order, each about equally often.
fn shuffled(requests: &[Request]) -> Vec<Request> {
    let mut number = numbers();
    let pick = |_| requests[number(requests.len())];
    (0..STEPS).map(pick).collect()
}

fn ours_sum(requests: &[Request]) -> u32 {
    let state = |&(set, old, new): &Request| ours(set, old, new).map_or(0, DeviceState::raw);
    requests.iter().map(state).sum()
}

fn peer_sum(requests: &[Request]) -> u32 {
    let state = |&(set, old, new): &Request| u32::try_from(peer_next(set, old, new)).unwrap_or(0);
    requests.iter().map(state).sum()
}

fn against_c(what: &str, requests: &[Request]) {
    let requests = shuffled(requests);
    assert_eq!(ours_sum(&requests), peer_sum(&requests), "the same states");
    let c = Comparison {
        what,
        peer: "Linux's table and loop in C, -O2",
        aim: "at most 0.8",
        rounds: 301,
    };
    compare(
        &c,
        || _ = black_box(ours_sum(&requests)),
        || _ = black_box(peer_sum(&requests)),
    );
}

/// One step after the other, to random states; shows each state to `see`.
fn ours_chain(targets: &[DeviceState], mut see: impl FnMut(u32)) {
    let capabilities = black_box(Capabilities::ALL);
    let mut state = DeviceState::INITIAL;
    for &target in targets {
        if let Ok(to) = next(capabilities, state, target) {
            state = to;
        }
        see(state.raw());
    }
    black_box(state);
}

fn peer_chain<M: Machine>(events: &[M::Event], mut see: impl FnMut(&M)) {
    let mut machine = M::new();
    for event in events {
        machine.step(event);
        see(&machine);
    }
    black_box(&machine);
}

fn against<M: Machine>(targets: &[DeviceState], peer: &str) {
    let events: Vec<M::Event> = targets.iter().map(|state| M::event(state.raw())).collect();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    ours_chain(targets, |state| ours.push(state));
    peer_chain::<M>(&events, |machine| theirs.push(machine.state()));
    assert!(ours == theirs, "{peer} visits the same states");
    let c = Comparison {
        what: "65,536 chained steps, all capabilities",
        peer,
        aim: "at most 0.5",
        rounds: 301,
    };
    compare(
        &c,
        || ours_chain(black_box(targets), |_| ()),
        || peer_chain::<M>(black_box(&events), |_| ()),
    );
}

/// 65,536 requests a round.
pub(crate) fn run() {
    for (set, old, new) in all() {
        let answer = match ours(set, old, new) {
            Ok(state) => state.raw() as i32,
            Err(fault) => -fault.errno(),
        };
        let peer = peer_next(set, old, new);
        assert_eq!(answer, peer, "capabilities {set}, {old} to {new}");
    }
    against_c("next of 65,536 legal requests", &legal());
    against_c("next of 65,536 of all 512 requests", &all());
    let states = DeviceState::ALL.into_iter();
    let states: Vec<_> = states.filter(|s| *s != DeviceState::ERROR).collect();
    let mut number = numbers();
    let targets: Vec<_> = (0..STEPS).map(|_| states[number(states.len())]).collect();
    against::<Statig>(&targets, "statig 0.4");
    against::<Smlang>(&targets, "smlang 0.8");
    against::<RustFsm>(&targets, "rust-fsm 0.8");
}
