//! `stream.md`: what begins, keeps and ends a session.

use vfio_migration::rules::*;
use vfio_migration::v2::{Arc, Capabilities, DeviceState, SessionEffect};

use super::steps::*;
use crate::dut::{Check, Dut, expect};
use crate::endpoint::Ability;
use crate::test::Test;

pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for arc in Arc::ALL {
        let Some(capabilities) = needed_for(arc) else {
            continue;
        };
        let case = |rule, run: fn(&mut Dut, Arc) -> Check| {
            let test = Test::new(rule, move |dut: &mut Dut| run(dut, arc));
            test.case(format!("{}-to-{}", arc.from(), arc.to()))
                .with(capabilities)
        };
        match arc.session() {
            SessionEffect::Ends => {
                tests.push(case(V2_STREAM_ENDS, arc_ends).needs(Ability::DataFd))
            }
            SessionEffect::Keeps => tests.push(case(V2_STREAM_KEEPS, arc_keeps)),
            _ => {}
        }
    }
    for state in states().filter(|state| in_session(*state)) {
        let reset = move |dut: &mut Dut| event_ends(dut, state, Dut::reset);
        let close = move |dut: &mut Dut| event_ends(dut, state, Dut::reopen);
        let reset = Test::new(V2_STREAM_ENDS, reset)
            .and(V2_ERRORS_RESET)
            .case(format!("reset-in-{state}"));
        let close = Test::new(V2_STREAM_ENDS, close)
            .and(V2_DISCOVERY_OPEN)
            .case(format!("close-in-{state}"));
        let able = [reset.needs(Ability::Reset), close.needs(Ability::Reopen)];
        tests.extend(able.map(|test| test.needs(Ability::DataFd).with(needed(state))));
    }
    tests.push(Test::new(V2_STREAM_STALE, stale).needs(Ability::DataFd));
    tests.push(
        Test::new(V2_ARCS_CAPTURE_AGAIN, capture_again)
            .case("pre-copy")
            .with(Capabilities::PRE_COPY),
    );
    tests.push(Test::new(V2_ARCS_CAPTURE_AGAIN, capture_again_stopped).case("stop-copy"));
    tests
}

/// Whether the device has the arc: without P2P it may go another way between the same states.
fn require(dut: &mut Dut, arc: Arc) -> Check {
    let capabilities = dut.capabilities()?;
    match takes(capabilities, arc) {
        true => Ok(()),
        false => Err(crate::dut::End::Skipped(format!(
            "with {capabilities}, no device has this arc"
        ))),
    }
}

fn arc_ends(dut: &mut Dut, arc: Arc) -> Check {
    require(dut, arc)?;
    let fd = reach_session(dut, arc.from())?;
    dut.go(arc.to())?;
    has_ended(dut, fd, arc.from().saving())?;
    dut.is_in(arc.to())?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

/// The fd, the bytes not yet read and their place outlast the arc: what is read around it loads.
fn arc_keeps(dut: &mut Dut, arc: Arc) -> Check {
    require(dut, arc)?;
    use_device(dut)?;
    let fd = reach_session(dut, arc.from())?;
    let mut part = [0; 10];
    let read = expect_ok("a read", dut.read(fd, &mut part)?)?;
    let mut bytes = part[..read].to_vec();
    let again = dut.go(arc.to())?;
    // Without fds to tell sessions apart, whatever came names the same.
    expect(again.is_none() || !dut.able(Ability::DataFd), || {
        "a move within the saving group gave another data fd".to_owned()
    })?;
    if arc.to().pre_copying() {
        let read = expect_ok("a read after the move", dut.read(fd, &mut part)?)?;
        bytes.extend_from_slice(&part[..read]);
        use_device(dut)?;
        dut.go(DeviceState::STOP_COPY)?;
    }
    must_hold_the_rest(dut, fd, bytes)
}

fn event_ends(dut: &mut Dut, state: DeviceState, event: fn(&mut Dut) -> Check) -> Check {
    let fd = reach_session(dut, state)?;
    if state.resuming() {
        // A load that is abandoned half way.
        expect_ok("the load", dut.set(DeviceState::STOP)?.result)?;
        let (bytes, _) = save(dut)?;
        let fd = dut.start(state)?;
        expect_ok("a write", dut.pour(fd, &bytes[..bytes.len() / 2], PIECE)?)?;
        event(dut)?;
        has_ended(dut, fd, false)?;
    } else {
        event(dut)?;
        has_ended(dut, fd, true)?;
    }
    dut.is_in(DeviceState::RUNNING)?;
    works(dut)
}

/// An old fd stays dead while a new session of the same kind is open, and does nothing to it.
fn stale(dut: &mut Dut) -> Check {
    let old = dut.start(DeviceState::STOP_COPY)?;
    let first = drain_to_end(dut, old)?;
    dut.go(DeviceState::STOP)?;
    let new = dut.start(DeviceState::STOP_COPY)?;
    expect(new != old, || {
        "the new session has the old one's fd, though that is still open".to_owned()
    })?;
    has_ended(dut, old, true)?;
    let bytes = drain_to_end(dut, new)?;
    has_ended(dut, old, true)?;
    dut.go(DeviceState::STOP)?;
    let loading = dut.start(DeviceState::RESUMING)?;
    expect_ok(
        "a write of a good stream",
        dut.pour(loading, &first, PIECE)?,
    )?;
    expect_ok("the load", dut.set(DeviceState::STOP)?.result)?;
    let again = dut.start(DeviceState::RESUMING)?;
    has_ended(dut, loading, false)?;
    expect_ok("a write of a good stream", dut.pour(again, &bytes, PIECE)?)?;
    has_ended(dut, loading, false)?;
    if dut.able(Ability::CloseFd) {
        dut.close_fd(loading)?;
        dut.close_fd(old)?;
    }
    expect_ok("the load", dut.set(DeviceState::STOP)?.result)?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

/// A migration that is given up in pre-copy, and another one.
fn capture_again(dut: &mut Dut) -> Check {
    use_device(dut)?;
    for _ in 0..2 {
        let fd = dut.start(DeviceState::PRE_COPY)?;
        drain_pre_copy(dut, fd)?;
        dut.go(DeviceState::RUNNING)?;
        use_device(dut)?;
    }
    let fd = dut.start(DeviceState::PRE_COPY)?;
    let bytes = drain_pre_copy(dut, fd)?;
    dut.go(DeviceState::STOP_COPY)?;
    must_hold_the_rest(dut, fd, bytes)
}

/// A stream that is given up half read, and another one.
fn capture_again_stopped(dut: &mut Dut) -> Check {
    use_device(dut)?;
    let fd = dut.start(DeviceState::STOP_COPY)?;
    expect_ok("a read", dut.read(fd, &mut [0; 64])?)?;
    dut.go(DeviceState::STOP)?;
    let fd = dut.start(DeviceState::STOP_COPY)?;
    must_hold_the_rest(dut, fd, Vec::new())
}
