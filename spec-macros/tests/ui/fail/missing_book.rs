//! A SUMMARY.md that is not there.

spec_macros::spec!("no/such/SUMMARY.md");

use v1::DeviceState;

fn main() {
    println!("{}", DeviceState::RUNNING);
}
