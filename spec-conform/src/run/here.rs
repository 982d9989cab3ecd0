//! One test in this process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use vfio_migration::v2::DeviceState;

use super::Verdict;
use crate::dut::{Check, Dut, End};
use crate::endpoint::Ability;
use crate::test::Test;

/// Runs it on an open device. A panic is the test's or the endpoint's own fault.
pub fn run(test: &Test, dut: &mut Dut) -> Verdict {
    let result = catch_unwind(AssertUnwindSafe(|| run_if_able(test, dut)));
    match result {
        Ok(result) => result.into(),
        Err(panic) => {
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            Verdict::Crashed(message.unwrap_or_else(|| "a panic".to_owned()))
        }
    }
}

fn run_if_able(test: &Test, dut: &mut Dut) -> Check {
    for need in &test.needs {
        if !dut.able(*need) {
            return Err(End::Skipped(format!(
                "this endpoint cannot {}",
                need.what()
            )));
        }
    }
    let capabilities = dut.capabilities()?;
    let missing = test.capabilities.without(capabilities);
    if missing.flags() != 0 {
        return Err(End::Skipped(format!("the device has no {missing}")));
    }
    begin(dut)?;
    (test.run)(dut)
}

/// Whatever an earlier test or user left behind: the device is `RUNNING` when a test begins.
fn begin(dut: &mut Dut) -> Check {
    if dut.state()? == DeviceState::RUNNING {
        return Ok(());
    }
    if dut.able(Ability::Reset) {
        dut.reset()?;
    } else {
        dut.set(DeviceState::RUNNING)?;
    }
    match dut.state()? {
        DeviceState::RUNNING => Ok(()),
        state => Err(End::Broken(format!(
            "the device is in {state}, and nothing brings it back"
        ))),
    }
}
