//! Which actions a write takes: the generated table against the same table in C, `-O2`.
#![allow(unsafe_code, reason = "the peer is a C function")]

use std::hint::black_box;

use vfio_migration::v1::{Capabilities, DeviceState, actions};

use crate::measure::{Comparison, compare};

unsafe extern "C" {
    /// The actions of a write as a mask, or a negative errno; bit 0 of `capabilities` is NDMA. See `build.rs`.
    safe fn peer_actions(capabilities: u32, old: u32, new: u32) -> i32;
}

#[inline(never)]
fn ours(capabilities: Capabilities, old: u32, new: u32) -> i32 {
    match actions(
        capabilities,
        DeviceState::from_bits(old),
        DeviceState::from_bits(new),
    ) {
        Ok(set) => set.mask() as i32,
        Err(fault) => -fault.errno(),
    }
}

/// Writes in an order that the branch predictor cannot learn, all capabilities present.
fn writes() -> Vec<(u32, u32)> {
    let mut x = 0x2545_f491_4f6c_dd1d_u64;
    let valid = DeviceState::VALID;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        valid[(x >> 33) as usize % valid.len()].bits()
    };
    (0..1 << 16).map(|_| (next(), next())).collect()
}

fn sum(writes: &[(u32, u32)], f: impl Fn(u32, u32) -> i32) -> i64 {
    writes
        .iter()
        .map(|&(old, new)| i64::from(f(old, new)))
        .sum()
}

/// 65,536 writes a round.
pub(crate) fn run() {
    let writes = writes();
    let ours = |old, new| ours(black_box(Capabilities::ALL), old, new);
    let peer = |old, new| peer_actions(black_box(1), old, new);
    assert_eq!(
        sum(&writes, ours),
        sum(&writes, peer),
        "both give the same actions"
    );
    let c = Comparison {
        what: "decompose 65,536 writes",
        peer: "the same table in C, -O2",
        aim: "at most 1.0",
        rounds: 301,
    };
    compare(
        &c,
        || _ = black_box(sum(&writes, ours)),
        || _ = black_box(sum(&writes, peer)),
    );
}
