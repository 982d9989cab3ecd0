//! `discovery.md`

use vfio_migration::rules::*;
use vfio_migration::v2::DeviceState;

use crate::dut::{Check, Dut};
use crate::test::Test;

pub(super) fn tests() -> Vec<Test> {
    vec![Test::new(V2_DISCOVERY_OPEN, open)]
}

fn open(dut: &mut Dut) -> Check {
    dut.is_in(DeviceState::RUNNING)
}
