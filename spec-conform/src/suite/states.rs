//! `states.md`

use vfio_migration::rules::*;
use vfio_migration::v2::DeviceState;

use super::steps::*;
use crate::dut::{Check, Dut, expect, expect_eq};
use crate::endpoint::Ability;
use crate::names;
use crate::test::Test;

pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for state in states() {
        let case = |rule, run: fn(&mut Dut, DeviceState) -> Check| {
            let test = Test::new(rule, move |dut: &mut Dut| run(dut, state));
            test.case(format!("in-{state}")).with(needed(state))
        };
        tests.push(case(V2_STATE_GET, get).and(V2_STATE_STATES));
        tests.push(case(V2_STATE_SPONTANEOUS, spontaneous));
        tests.push(case(V2_SIZE_GET, size));
    }
    tests
}

fn get(dut: &mut Dut, state: DeviceState) -> Check {
    reach(dut, state)?;
    for _ in 0..2 {
        let got = dut.get()?;
        expect_ok(&format!("a get in {state}"), got.result)?;
        let came = got.back.map(|(raw, _)| names::state(raw));
        expect_eq("device_state of a get", came, Some(state.to_string()))?;
        if dut.able(Ability::DataFd) {
            expect_eq("data_fd of a get", got.back.map(|(_, fd)| fd), Some(-1))?;
        }
    }
    Ok(())
}

/// Nothing but a request, a reset or a close changes the state: not time, not the stream, not questions.
fn spontaneous(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach(dut, state)?;
    use_device(dut)?;
    dut.is_in(state)?;
    dut.announced()?;
    let _size = dut.data_size()?;
    dut.is_in(state)?;
    if let Some(fd) = fd {
        if state.saving() {
            let _all = dut.drain(fd, PIECE)?;
        }
        dut.is_in(state)?;
        if dut.able(Ability::DataFd) {
            // The wrong direction.
            let _refused = if state.saving() {
                dut.write(fd, &[0])?
            } else {
                dut.read(fd, &mut [0])?
            };
        }
    }
    dut.is_in(state)
}

/// The estimate can be had in every state. No bound is known, but a stream of no bytes there is none.
fn size(dut: &mut Dut, state: DeviceState) -> Check {
    reach(dut, state)?;
    let size = expect_ok(&format!("MIG_DATA_SIZE in {state}"), dut.data_size()?)?;
    expect(size > 0, || format!("MIG_DATA_SIZE in {state} gives 0"))
}
