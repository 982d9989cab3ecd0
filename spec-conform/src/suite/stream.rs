//! `stream.md`: the protocol of a data fd, and its two ends.

use vfio_migration::rules::*;
use vfio_migration::v2::{self, Access, Capabilities, DeviceState, Fault, Phase};

use super::steps::*;
use crate::bytes;
use crate::dut::{Check, Dut, End, expect, expect_eq};
use crate::endpoint::{Ability, Errno, Fd, Positioned};
use crate::test::Test;

pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for state in states().filter(|state| in_session(*state)) {
        let case = |rule, run: fn(&mut Dut, DeviceState) -> Check| {
            let test = Test::new(rule, move |dut: &mut Dut| run(dut, state));
            test.case(format!("in-{state}")).with(needed(state))
        };
        tests.push(case(V2_STREAM_PROTOCOL, open_fd).needs(Ability::DataIoctl));
        tests.push(
            case(V2_STREAM_PROTOCOL, positions)
                .needs(Ability::Seek)
                .case(format!("positions-in-{state}")),
        );
        tests.push(case(V2_STREAM_DIRECTION, direction).needs(Ability::DataFd));
        tests.push(case(V2_STREAM_CLOSE, closed).needs(Ability::CloseFd));
        if state.saving() {
            tests.push(case(V2_STREAM_READ_SOME, read_some));
        }
        if state.pre_copying() {
            tests.push(case(V2_STREAM_TEMPORARY_END, temporary_end));
            tests.push(case(V2_STREAM_POLL, poll_pre_copy).needs(Ability::Poll));
        }
    }
    for state in states() {
        let run = move |dut: &mut Dut| ended_fd(dut, state);
        let test = Test::new(V2_STREAM_PROTOCOL, run)
            .and(V2_STREAM_STALE)
            .case(format!("old-fd-in-{state}"));
        tests.push(
            test.with(needed(state))
                .needs(Ability::DataFd)
                .needs(Ability::DataIoctl),
        );
    }
    tests.extend([
        Test::new(V2_STREAM_FINAL_END, |dut| {
            final_end(dut, &[DeviceState::STOP_COPY])
        }),
        Test::new(V2_STREAM_FINAL_END, |dut| {
            final_end(dut, &[DeviceState::PRE_COPY, DeviceState::STOP_COPY])
        })
        .case("after-pre-copy")
        .with(Capabilities::PRE_COPY),
        Test::new(V2_STREAM_PROTOCOL, final_poll)
            .case("poll-at-the-end")
            .needs(Ability::Poll),
        Test::new(V2_STREAM_TEMPORARY_END, more_after_the_end)
            .case("more-afterwards")
            .with(Capabilities::PRE_COPY)
            .needs(Ability::Work),
        Test::new(V2_STREAM_DIRECTION, fd_flags)
            .case("fd-flags")
            .needs(Ability::FdFlags),
    ]);
    tests
}

/// What the book says of an operation on a data fd.
fn answer(state: DeviceState, phase: Phase, access: Access) -> Result<(), Fault> {
    v2::access(state, phase, access).map(|_| ())
}

fn expect_answer(what: &str, came: Result<(), Errno>, expected: Result<(), Fault>) -> Check {
    match expected {
        Ok(()) => expect_ok(what, came),
        Err(fault) => expect_fault(what, came, fault),
    }
}

fn info(dut: &mut Dut, fd: Fd) -> Check<Result<(), Errno>> {
    Ok(dut.precopy_info(fd, bytes::PRECOPY_INFO, 0)?.result)
}

fn open_fd(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let came = info(dut, fd)?;
    expect_answer(
        &format!("pre-copy info in {state}"),
        came,
        answer(state, Phase::Open, Access::PrecopyInfo),
    )?;
    if dut.able(Ability::Poll) {
        let found = dut.poll(fd)?;
        expect(!found.hung_up, || {
            format!("a poll in {state} finds an open session hung up")
        })?;
        if state.resuming() {
            expect(found.writable, || {
                "a poll in RESUMING finds the fd not writable".to_owned()
            })?;
        }
    }
    if state.saving() {
        let read = expect_ok(&format!("a read in {state}"), dut.read(fd, &mut [0; 64])?)?;
        expect(read > 0, || {
            format!("a read in {state} gave nothing, of a stream that just began")
        })?;
    }
    Ok(())
}

fn positions(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let expected = answer(state, Phase::Open, Access::Seek);
    let transfer = if state.saving() {
        Positioned::Read
    } else {
        Positioned::Write
    };
    for operation in [Positioned::Seek, transfer] {
        let came = dut.positioned(fd, operation)?.map(|_| ());
        expect_answer(
            &format!("{operation:?} at a position in {state}"),
            came,
            expected,
        )?;
    }
    Ok(())
}

fn direction(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let wrong = |dut: &mut Dut| {
        if state.saving() {
            dut.write(fd, &[0; 8])
        } else {
            dut.read(fd, &mut [0; 8])
        }
    };
    expect_fault("the wrong direction", wrong(dut)?, Fault::WrongDirection)?;
    dut.is_in(state)?;
    dut.go(DeviceState::STOP)?;
    expect_fault(
        "the wrong direction, on an old fd",
        wrong(dut)?,
        Fault::WrongDirection,
    )
}

fn fd_flags(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    let fd = dut.start(DeviceState::STOP_COPY)?;
    let flags = dut.fd_flags(fd)?;
    expect(flags.read && !flags.write, || {
        format!("the fd of a saving session is not read-only: {flags:?}")
    })?;
    let fd = dut.start(DeviceState::RESUMING)?;
    let flags = dut.fd_flags(fd)?;
    expect(flags.write && !flags.read, || {
        format!("the fd of a resuming session is not write-only: {flags:?}")
    })?;
    expect_ok("a write of a good stream", dut.pour(fd, &bytes, PIECE)?)
}

/// Closing the fd changes nothing; what was written is loaded all the same.
fn closed(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    dut.close_fd(fd)?;
    dut.is_in(state)?;
    dut.go(DeviceState::STOP)?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

fn read_some(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let none = dut.read(fd, &mut [])?;
    expect_eq(
        "a read without room",
        expect_ok("a read without room", none)?,
        0,
    )?;
    for room in [1, 3, 64] {
        let mut into = [0x5a; 80];
        let read = expect_ok("a read", dut.read(fd, &mut into[..room])?)?;
        expect((1..=room).contains(&read), || {
            format!("a read with room for {room} bytes gave {read}")
        })?;
        expect(into[room..].iter().all(|byte| *byte == 0x5a), || {
            "a read wrote beyond its room".to_owned()
        })?;
    }
    Ok(())
}

fn temporary_end(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    for time in ["first", "second"] {
        let (_, last) = dut.drain(fd, PIECE)?;
        expect_fault(
            &format!("the {time} read at the temporary end in {state}"),
            last,
            Fault::NoDataNow,
        )?;
    }
    dut.is_in(state)
}

/// After a temporary end the same fd goes on: what changed comes, and the whole loads.
fn more_after_the_end(dut: &mut Dut) -> Check {
    let fd = dut.start(DeviceState::PRE_COPY)?;
    let mut bytes = drain_pre_copy(dut, fd)?;
    for _ in 0..3 {
        dut.work()?;
        bytes.extend(drain_pre_copy(dut, fd)?);
    }
    dut.go(DeviceState::STOP_COPY)?;
    must_hold_the_rest(dut, fd, bytes)
}

fn poll_pre_copy(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    expect(dut.poll(fd)?.readable, || {
        "a poll does not find bytes that are there".to_owned()
    })?;
    let (_, last) = dut.drain(fd, PIECE)?;
    let found = dut.poll(fd)?;
    expect(!found.readable && !found.hung_up, || {
        let last = last.map_or_else(|errno| errno.to_string(), |read| read.to_string());
        format!("a poll at the temporary end finds the fd readable, where a read gives {last}")
    })
}

fn final_end(dut: &mut Dut, stops: &[DeviceState]) -> Check {
    let mut fd = None;
    for stop in stops {
        fd = dut.go(*stop)?.or(fd);
    }
    let fd = fd.ok_or_else(|| End::Differs("no data fd came".to_owned()))?;
    for time in ["first", "second", "third"] {
        let (_, last) = dut.drain(fd, PIECE)?;
        let read = expect_ok(&format!("the {time} read at the final end"), last)?;
        expect_eq("a read at the final end", read, 0)?;
    }
    Ok(())
}

fn final_poll(dut: &mut Dut) -> Check {
    let fd = dut.start(DeviceState::STOP_COPY)?;
    for when in ["before the end", "at the end"] {
        let found = dut.poll(fd)?;
        expect(found.readable && !found.hung_up, || {
            format!("a poll {when} in STOP_COPY finds {found:?}")
        })?;
        drain_to_end(dut, fd)?;
    }
    Ok(())
}

/// Fds of a saving and of a resuming session that have ended, while the device is in this state.
fn ended_fd(dut: &mut Dut, state: DeviceState) -> Check {
    let saving = dut.start(DeviceState::STOP_COPY)?;
    let bytes = drain_to_end(dut, saving)?;
    let resuming = dut.start(DeviceState::RESUMING)?;
    expect_ok(
        "a write of a good stream",
        dut.pour(resuming, &bytes, PIECE)?,
    )?;
    dut.go(DeviceState::RUNNING)?;
    let current = reach(dut, state)?;
    has_ended(dut, saving, true)?;
    has_ended(dut, resuming, false)?;
    for fd in [saving, resuming] {
        let expected = match fd == saving {
            true => answer(state, Phase::Ended, Access::PrecopyInfo),
            // Never made for it, so its end changes nothing.
            false => answer(DeviceState::RESUMING, Phase::Open, Access::PrecopyInfo),
        };
        let what = format!("pre-copy info on an old fd in {state}");
        expect_answer(&what, info(dut, fd)?, expected)?;
        if dut.able(Ability::Seek) {
            let came = dut.positioned(fd, Positioned::Seek)?.map(|_| ());
            expect_answer(
                "a seek on an old fd",
                came,
                answer(state, Phase::Ended, Access::Seek),
            )?;
        }
        if dut.able(Ability::Poll) {
            let found = dut.poll(fd)?;
            expect(found.readable, || {
                format!("a poll of an old fd finds {found:?}, so that a reader would wait")
            })?;
        }
    }
    dut.is_in(state)?;
    if let Some(fd) = current {
        // The open session is as it was.
        if state.saving() {
            let read = expect_ok("a read of the new session", dut.read(fd, &mut [0; 16])?)?;
            expect(read > 0, || "the new session has no bytes".to_owned())?;
        } else {
            expect_ok(
                "the load of the new session",
                dut.set(DeviceState::STOP)?.result,
            )?;
        }
    }
    Ok(())
}
