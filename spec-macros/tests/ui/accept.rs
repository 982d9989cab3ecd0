//! A small book becomes items that can be used.

spec_macros::spec!("accept/SUMMARY.md");

use v1::{DeviceState, Fault, actions};

const _: &[rules::Rule] = &[rules::V1_STATE_BITS, rules::ERRNO_VALUES];

fn main() {
    let on = actions(v1::Capabilities::NONE, DeviceState::NONE, DeviceState::RUNNING).unwrap();
    assert!(on.iter().eq([v1::Action::Run]));
    let refused = actions(v1::Capabilities::NONE, DeviceState::NONE, DeviceState::from_bits(2));
    assert_eq!(refused, Err(Fault::ReservedBits));
    assert_eq!(Fault::ReservedBits.errno(), errno::EINVAL);
}
