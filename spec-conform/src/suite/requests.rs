//! `requests.md`

use vfio_migration::rules::*;
use vfio_migration::v2::{self, DeviceState, Fault};

use super::steps::*;
use crate::dut::{Check, Dut, End, expect, expect_eq};
use crate::endpoint::Ability;
use crate::names;
use crate::test::Test;

/// Why a request that Linux's blocked arcs refuse is dangerous.
const SPINS: &str =
    "kernels from 6.2 up to the fix of 2026 never return from this request, and hold a lock";
/// Why a request in the error state is dangerous.
pub(super) const WARNS: &str = "Linux runs into a kernel warning on this request, which stops a machine that panics on warnings";

pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for from in states() {
        let test = |rule, run: fn(&mut Dut, DeviceState) -> Check| {
            let test = Test::new(rule, move |dut: &mut Dut| run(dut, from));
            test.case(format!("from-{from}")).with(needed(from))
        };
        tests.extend([
            test(V2_REQUEST_REFUSED, refused).and(V2_ERRORS_TABLE),
            test(V2_REQUEST_REFUSED_UNCHANGED, refused_unchanged),
            test(V2_REQUEST_SELF, same),
            test(V2_REQUEST_SYNC, pairs)
                .and(V2_REQUEST_PATH)
                .and(V2_REQUEST_UNIQUE)
                .and(V2_ARCS_NEEDED),
            test(V2_REQUEST_STEPS, steps).and(V2_ARCS_SESSION_COMMON),
            test(V2_REQUEST_FD, data_fd)
                .and(V2_ARCS_TABLE)
                .needs(Ability::DataFd),
            test(V2_ERRORS_WRITE_BACK, write_back).needs(Ability::WriteBack),
        ]);
    }
    for (from, to) in blocked_pairs() {
        let run = move |dut: &mut Dut| blocked(dut, from, to);
        let test = Test::new(V2_REQUEST_REFUSED, run).case(format!("{from}-to-{to}"));
        tests.push(test.with(needed(from)).with(needed(to)).hazard(SPINS));
    }
    tests
}

/// Requests that some device refuses only because the book blocks that way.
fn blocked_pairs() -> Vec<(DeviceState, DeviceState)> {
    let pairs = states().flat_map(|from| states().map(move |to| (from, to)));
    let all = v2::Capabilities::ALL;
    pairs
        .filter(|(from, to)| v2::next(all, *from, *to) == Err(Fault::RefusedRequest))
        .collect()
}

/// Requests that are refused here, without the dangerous ones.
fn refusals(dut: &mut Dut, from: DeviceState) -> Check<Vec<(u32, Fault)>> {
    let capabilities = dut.capabilities()?;
    let values = DeviceState::ALL
        .into_iter()
        .map(DeviceState::raw)
        .chain(UNKNOWN);
    let refused = values.filter_map(|raw| {
        let fault = v2::next(capabilities, from, DeviceState::from_raw(raw)).err()?;
        (fault != Fault::RefusedRequest).then_some((raw, fault))
    });
    Ok(refused.collect())
}

/// States that can be requested here.
fn answers(dut: &mut Dut, from: DeviceState) -> Check<Vec<(DeviceState, v2::Path)>> {
    let capabilities = dut.capabilities()?;
    let paths = states().filter_map(|to| Some((to, v2::path(capabilities, from, to).ok()?)));
    Ok(paths.collect())
}

fn refused(dut: &mut Dut, from: DeviceState) -> Check {
    reach(dut, from)?;
    for (wanted, fault) in refusals(dut, from)? {
        let what = format!("{from}, request for {}", names::state(wanted));
        expect_fault(&what, dut.set_raw(wanted)?.result, fault)?;
        dut.is_in(from)?;
    }
    Ok(())
}

/// A refusal must leave the session alone: its stream is read or written to the end around refused requests.
fn refused_unchanged(dut: &mut Dut, from: DeviceState) -> Check {
    let refusals = refusals(dut, from)?;
    let refuse = |dut: &mut Dut| {
        for (wanted, _) in &refusals {
            dut.set_raw(*wanted)?;
        }
        dut.is_in(from)
    };
    if from.resuming() {
        let (bytes, _) = save(dut)?;
        let fd = dut.start(from)?;
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        expect_ok("a write", dut.pour(fd, first, PIECE)?)?;
        refuse(dut)?;
        expect_ok("a write after refused requests", dut.pour(fd, rest, PIECE)?)?;
        expect_ok("the load", dut.set(DeviceState::STOP)?.result)?;
    } else if from.saving() {
        let fd = reach_session(dut, from)?;
        let mut part = [0; 16];
        let read = expect_ok("a read", dut.read(fd, &mut part)?)?;
        let mut bytes = part[..read].to_vec();
        refuse(dut)?;
        if from.pre_copying() {
            dut.go(DeviceState::STOP_COPY)?;
        }
        bytes.extend(drain_to_end(dut, fd)?);
        dut.go(DeviceState::STOP)?;
        must_load(dut, &bytes)?;
    } else {
        reach(dut, from)?;
        let before = image(dut)?;
        refuse(dut)?;
        same_state("refused requests", &before, &image(dut)?)?;
    }
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

fn same(dut: &mut Dut, from: DeviceState) -> Check {
    let fd = reach(dut, from)?;
    for _ in 0..2 {
        let set = dut.set(from)?;
        expect_ok(&format!("the request for {from} in {from}"), set.result)?;
        if dut.able(Ability::DataFd) {
            expect_eq("data_fd", set.back.map(|(_, fd)| fd), Some(-1))?;
        }
        dut.is_in(from)?;
    }
    let Some(fd) = fd else { return Ok(()) };
    if from.resuming() {
        return expect_ok(
            "the load after a request for the same state",
            dut.set(DeviceState::STOP)?.result,
        );
    }
    let read = expect_ok(
        "a read after a request for the same state",
        dut.read(fd, &mut [0; 16])?,
    )?;
    expect(read > 0, || {
        "the stream is empty after a request for the same state".to_owned()
    })
}

fn pairs(dut: &mut Dut, from: DeviceState) -> Check {
    for (to, _) in answers(dut, from)? {
        settle(dut)?;
        reach(dut, from)?;
        let set = dut.set(to)?;
        expect_ok(&format!("the request for {to} in {from}"), set.result)?;
        if let Some((state, _)) = set.back {
            expect_eq(
                "device_state after the request",
                names::state(state),
                to.to_string(),
            )?;
        }
        dut.is_in(to)?;
    }
    settle(dut)?;
    works(dut)
}

fn data_fd(dut: &mut Dut, from: DeviceState) -> Check {
    for (to, path) in answers(dut, from)? {
        settle(dut)?;
        reach(dut, from)?;
        let set = dut.set(to)?;
        expect_ok(&format!("the request for {to} in {from}"), set.result)?;
        let Some((_, fd)) = set.back else {
            return Err(End::Broken("the endpoint gave no argument back".to_owned()));
        };
        let what = format!("data_fd after {from} to {to}");
        if starts_session(path) {
            expect(set.fd().is_some(), || {
                format!("{what}: expected a file descriptor, got {fd}")
            })?;
        } else {
            expect_eq(&what, fd, -1)?;
        }
        expect_eq(
            "data_fd of a get",
            dut.get()?.back.map(|(_, fd)| fd),
            Some(-1),
        )?;
    }
    Ok(())
}

/// What can be seen of a device that was brought somewhere.
#[derive(PartialEq, Eq)]
struct Seen {
    old_session_ended: Option<bool>,
    session: bool,
    stream: Option<Vec<u8>>,
    image: Option<Vec<u8>>,
}

fn steps(dut: &mut Dut, from: DeviceState) -> Check {
    let mut ways = 0;
    for (to, path) in answers(dut, from)? {
        if path.len() < 2 {
            continue;
        }
        ways += 1;
        let at_once = seen(dut, from, to, &[to])?;
        let stops: Vec<_> = path.iter().map(v2::Arc::to).collect();
        let stepwise = seen(dut, from, to, &stops)?;
        let what = format!("{from} to {to} in one request and in {} steps", stops.len());
        same_state(&what, &stepwise.image, &at_once.image)?;
        expect_eq(
            &format!("{what}: the session before has ended"),
            at_once.old_session_ended,
            stepwise.old_session_ended,
        )?;
        expect_eq(
            &format!("{what}: a session is open"),
            at_once.session,
            stepwise.session,
        )?;
        let lengths = [&at_once, &stepwise].map(|seen| seen.stream.as_ref().map(Vec::len));
        expect_eq(
            &format!("{what}: length of the stream"),
            lengths[0],
            lengths[1],
        )?;
    }
    match ways {
        0 => Err(End::Skipped(format!("every request in {from} is one arc"))),
        _ => Ok(()),
    }
}

/// Goes from one state to another by these stops, on a device that was just reset.
fn seen(dut: &mut Dut, from: DeviceState, to: DeviceState, stops: &[DeviceState]) -> Check<Seen> {
    settle(dut)?;
    let old = reach(dut, from)?;
    let mut fd = None;
    for stop in stops {
        fd = dut.go(*stop)?.or(fd.filter(|_| in_session(*stop)));
    }
    dut.is_in(to)?;
    let image = image(dut)?;
    let old_session_ended = match old {
        Some(old) if dut.able(Ability::DataFd) => Some(ended(dut, old, from.saving())?),
        _ => None,
    };
    let stream = match fd {
        Some(fd) if to.saving() => Some(dut.drain(fd, PIECE)?.0),
        _ => None,
    };
    Ok(Seen {
        old_session_ended,
        session: fd.is_some(),
        stream,
        image,
    })
}

/// Whether the session of this fd has ended.
fn ended(dut: &mut Dut, fd: crate::endpoint::Fd, saving: bool) -> Check<bool> {
    let gone = Err(errno(Fault::SessionEnded));
    // Nothing is read or written: only whether it could be.
    Ok(if saving {
        dut.read(fd, &mut [])? == gone
    } else {
        dut.write(fd, &[])? == gone
    })
}

fn write_back(dut: &mut Dut, from: DeviceState) -> Check {
    reach(dut, from)?;
    for (wanted, _) in refusals(dut, from)? {
        let set = dut.set_raw(wanted)?;
        if set.result.is_ok() {
            // That it should have been refused is another test's finding.
            continue;
        }
        let expected = Some((names::state(wanted), -1));
        let came = set.back.map(|(state, fd)| (names::state(state), fd));
        expect_eq(
            "device_state and data_fd after a refused request",
            came,
            expected,
        )?;
    }
    Ok(())
}

fn blocked(dut: &mut Dut, from: DeviceState, to: DeviceState) -> Check {
    let fd = reach_session(dut, from)?;
    let what = format!("the request for {to} in {from}");
    expect_fault(&what, dut.set(to)?.result, Fault::RefusedRequest)?;
    dut.is_in(from)?;
    let bytes = drain_to_end(dut, fd)?;
    dut.go(DeviceState::STOP)?;
    must_load(dut, &bytes)?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}
