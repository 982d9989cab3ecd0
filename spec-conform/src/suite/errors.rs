//! `errors.md`: the error state, and the ways out of it.

use vfio_migration::rules::*;
use vfio_migration::v2::{self, DeviceState, Fault};

use super::requests::WARNS;
use super::steps::*;
use crate::dut::{Check, Dut, End, Set, expect, expect_eq};
use crate::endpoint::Ability;
use crate::names;
use crate::test::Test;

pub(super) fn tests() -> Vec<Test> {
    let mut tests = vec![
        Test::new(V2_ERRORS_BROKEN, broken)
            .needs(Ability::Break)
            .needs(Ability::Reset),
        Test::new(V2_ERRORS_STICKY, get_in_error)
            .case("get")
            .and(V2_STATE_GET),
        Test::new(V2_ERRORS_STICKY, sticky).hazard(WARNS),
        Test::new(V2_ERRORS_LEAVE, |dut| leave(dut, Dut::reset))
            .case("reset")
            .needs(Ability::Reset),
        Test::new(V2_ERRORS_LEAVE, |dut| leave(dut, Dut::reopen))
            .case("close")
            .needs(Ability::Reopen),
        Test::new(V2_STREAM_ENDS, session_in_error)
            .case("error")
            .needs(Ability::DataFd),
    ];
    for state in states() {
        let run = move |dut: &mut Dut| reset(dut, state);
        let test = Test::new(V2_ERRORS_RESET, run)
            .and(V2_STATE_EVENTS)
            .case(format!("in-{state}"));
        tests.push(test.with(needed(state)).needs(Ability::Reset));
        if state.resuming() {
            continue;
        }
        let run = move |dut: &mut Dut| failed_request(dut, state);
        let test = Test::new(V2_ERRORS_ON_PATH, run).case(format!("to-{state}"));
        tests.push(test.with(needed(state)));
    }
    tests
}

/// Brings the device into the error state, by broken hardware or by a stream that it chokes on.
fn reach_error(dut: &mut Dut) -> Check {
    if dut.able(Ability::Break) {
        dut.break_hardware()?;
        dut.set(DeviceState::STOP)?;
    } else {
        let (bytes, _) = save(dut)?;
        load(dut, &bytes[..bytes.len() / 2], PIECE)?.err();
    }
    match dut.state()?.error() {
        true => Ok(()),
        false => Err(End::Skipped(
            "nothing brings the device into the error state".to_owned(),
        )),
    }
}

/// Hardware that does not answer: the request fails, and says that nothing more is to be had.
fn broken(dut: &mut Dut) -> Check {
    for from in states() {
        if !has(dut.capabilities()?, from) {
            continue;
        }
        settle(dut)?;
        reach(dut, from)?;
        dut.break_hardware()?;
        let wanted = if from == DeviceState::STOP {
            DeviceState::RUNNING
        } else {
            DeviceState::STOP
        };
        let set = dut.set(wanted)?;
        expect_fault(
            &format!("a request in {from} with dead hardware"),
            set.result,
            Fault::DeviceFailed,
        )?;
        gave_back(&set, wanted)?;
        dut.is_in(DeviceState::ERROR)?;
    }
    settle(dut)?;
    works(dut)
}

fn get_in_error(dut: &mut Dut) -> Check {
    reach_error(dut)?;
    for _ in 0..2 {
        let got = dut.get()?;
        expect_ok("a get in ERROR", got.result)?;
        if dut.able(Ability::DataFd) {
            let fd = got.back.map(|(_, fd)| fd);
            expect_eq("data_fd of a get in ERROR", fd, Some(-1))?;
        }
        dut.is_in(DeviceState::ERROR)?;
    }
    expect_ok("MIG_DATA_SIZE in ERROR", dut.data_size()?)?;
    settle(dut)
}

/// Every request in `ERROR` fails, and nothing but a reset or a close helps.
fn sticky(dut: &mut Dut) -> Check {
    reach_error(dut)?;
    let capabilities = dut.capabilities()?;
    for raw in DeviceState::ALL
        .into_iter()
        .map(DeviceState::raw)
        .chain(UNKNOWN)
    {
        let Err(fault) = v2::next(capabilities, DeviceState::ERROR, DeviceState::from_raw(raw))
        else {
            return Err(End::Broken("the book has an arc out of ERROR".to_owned()));
        };
        let what = format!("a request for {} in ERROR", names::state(raw));
        expect_fault(&what, dut.set_raw(raw)?.result, fault)?;
        dut.is_in(DeviceState::ERROR)?;
    }
    settle(dut)?;
    works(dut)
}

fn leave(dut: &mut Dut, event: fn(&mut Dut) -> Check) -> Check {
    reach_error(dut)?;
    use_device(dut)?;
    dut.is_in(DeviceState::ERROR)?;
    event(dut)?;
    dut.is_in(DeviceState::RUNNING)?;
    works(dut)
}

fn session_in_error(dut: &mut Dut) -> Check {
    if !dut.able(Ability::Break) {
        let (bytes, _) = save(dut)?;
        let fd = dut.start(DeviceState::RESUMING)?;
        let _early = dut.pour(fd, &bytes[..bytes.len() / 2], PIECE)?;
        dut.set(DeviceState::STOP)?;
        return match dut.state()?.error() {
            true => has_ended(dut, fd, false),
            false => Err(End::Skipped(
                "nothing brings the device into the error state".to_owned(),
            )),
        };
    }
    let fd = dut.start(DeviceState::STOP_COPY)?;
    dut.break_hardware()?;
    dut.set(DeviceState::STOP)?;
    dut.is_in(DeviceState::ERROR)?;
    has_ended(dut, fd, true)?;
    settle(dut)
}

/// From every state to `RUNNING`, as though just opened.
fn reset(dut: &mut Dut, state: DeviceState) -> Check {
    dut.reset()?;
    let fresh = image(dut)?;
    use_device(dut)?;
    let fd = reach(dut, state)?;
    dut.reset()?;
    dut.is_in(DeviceState::RUNNING)?;
    same_state("the internal state after a reset", &fresh, &image(dut)?)?;
    if let Some(fd) = fd.filter(|_| dut.able(Ability::DataFd)) {
        has_ended(dut, fd, state.saving())?;
    }
    use_device(dut)?;
    works(dut)
}

/// What a request that failed gave back, where the transport gives anything: the state that was asked for, and no fd.
fn gave_back(set: &Set, wanted: DeviceState) -> Check {
    let Some((state, fd)) = set.back else {
        return Ok(());
    };
    expect_eq(
        "what came back in device_state",
        names::state(state),
        wanted.to_string(),
    )?;
    expect_eq("what came back in data_fd", fd, -1)
}

/// A request out of `RESUMING` with half a stream fails at its first arc: the device is there still, or in `ERROR`.
fn failed_request(dut: &mut Dut, wanted: DeviceState) -> Check {
    let (bytes, _) = save(dut)?;
    let fd = dut.start(DeviceState::RESUMING)?;
    let _early = dut.pour(fd, &bytes[..bytes.len() / 2], PIECE)?;
    let set = dut.set(wanted)?;
    let result = set.result;
    expect(result.is_err(), || {
        format!("the request for {wanted} succeeds with half a stream")
    })?;
    gave_back(&set, wanted)?;
    let state = dut.state()?;
    expect(state.resuming() || state.error(), || {
        format!(
            "after a request for {wanted} that failed at its first arc, the device is in {state}"
        )
    })?;
    settle(dut)?;
    works(dut)
}
