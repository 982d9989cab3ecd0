//! The macro takes a path and nothing else.

spec_macros::spec!(book);

use v1::DeviceState;

fn main() {
    println!("{}", DeviceState::RUNNING);
}
