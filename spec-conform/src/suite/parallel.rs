//! Two threads on one device: requests, resets and operations on a data fd take turns.

use std::thread;

use vfio_migration::rules::*;
use vfio_migration::v2::{DeviceState, Fault};

use super::steps::*;
use crate::bytes;
use crate::dut::{Check, Dut, End, expect};
use crate::endpoint::{Ability, Endpoint, Errno, Failure, Fd, Outcome};
use crate::test::Test;

/// Why such a test is dangerous.
const RACES: &str = "drivers of released kernels had races here that corrupt kernel memory";
/// How often the other thread does what it does, at most.
const ROUNDS: usize = 300;

pub(super) fn tests() -> Vec<Test> {
    let race = |rule, case: &str, run: fn(&mut Dut) -> Check| {
        let test = Test::new(rule, run).case(case).needs(Ability::Parallel);
        test.needs(Ability::Reset).hazard(RACES)
    };
    vec![
        race(V2_STATE_GET, "while-requests", get_while_requests),
        race(V2_STREAM_PROTOCOL, "two-readers", two_readers),
        race(V2_STREAM_VERDICT, "two-writers", two_writers),
        race(V2_STREAM_ENDS, "reset-while-reading", reset_while_reading),
        race(V2_STREAM_ENDS, "reset-while-writing", reset_while_writing),
    ]
}

/// Does something here, while another thread does something on the same device.
fn beside<T: Send>(
    dut: &mut Dut,
    there: impl FnOnce(&mut dyn Endpoint) -> T + Send,
    here: impl FnOnce(&mut Dut) -> Check,
) -> Check<T> {
    let mut second = dut.second()?;
    let (there, here) = thread::scope(|scope| {
        let other = scope.spawn(move || there(&mut *second));
        let here = here(dut);
        (other.join(), here)
    });
    here?;
    there.map_err(|_| End::Broken("the other thread panicked".to_owned()))
}

/// What another thread may be answered: a result, the end of its session, or a stream that is wrong by now.
fn allowed(outcome: &Outcome<usize>, faults: &[Fault]) -> bool {
    match outcome {
        Ok(_) => true,
        Err(Failure::Errno(errno)) => faults.iter().any(|fault| Errno(fault.errno()) == *errno),
        Err(_) => false,
    }
}

fn expect_allowed(what: &str, outcomes: &[Outcome<usize>], faults: &[Fault]) -> Check {
    for outcome in outcomes.iter().filter(|outcome| !allowed(outcome, faults)) {
        if let Err(failure) = outcome {
            return Err(End::Differs(format!("{what} meanwhile: {failure}")));
        }
    }
    Ok(())
}

/// A get gives a state that the device can be in, whenever it comes.
fn get_while_requests(dut: &mut Dut) -> Check {
    let gets = |endpoint: &mut dyn Endpoint| {
        let get = vfio_migration::v2::feature::VFIO_DEVICE_FEATURE_GET
            | vfio_migration::v2::feature::VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
        let argument = bytes::feature(get, &bytes::mig_state(u32::MAX, 0));
        let got = (0..ROUNDS).map(|_| endpoint.feature(&argument));
        got.collect::<Vec<_>>()
    };
    let requests = |dut: &mut Dut| {
        for _ in 0..10 {
            dut.go(DeviceState::STOP_COPY)?;
            dut.go(DeviceState::RUNNING)?;
        }
        Ok(())
    };
    for answer in beside(dut, gets, requests)? {
        let answer = answer?;
        expect_ok("a get while requests are taken", answer.result)?;
        let back = answer.argument.unwrap_or_default();
        let (raw, fd) = bytes::mig_state_fields(back.get(bytes::PAYLOAD..).unwrap_or(&[]));
        let state = DeviceState::from_raw(raw);
        let possible = has(dut.capabilities()?, state);
        expect(possible && fd == -1, || {
            format!(
                "a get while requests are taken gives {} and fd {fd}",
                crate::names::state(raw)
            )
        })?;
    }
    works(dut)
}

fn read_until(endpoint: &mut dyn Endpoint, fd: Fd, piece: usize) -> Vec<Outcome<usize>> {
    let mut into = vec![0; piece];
    let mut outcomes = Vec::new();
    for _ in 0..1_000_000 {
        let outcome = endpoint.read(fd, &mut into);
        let last = !matches!(outcome, Ok(read) if read > 0);
        outcomes.push(outcome);
        if last {
            break;
        }
    }
    outcomes
}

/// Each byte goes to one of them.
fn two_readers(dut: &mut Dut) -> Check {
    let (whole, _) = save(dut)?;
    let piece = (whole.len() / 200).max(16);
    let fd = dut.start(DeviceState::STOP_COPY)?;
    let mut here = 0;
    let there = |endpoint: &mut dyn Endpoint| read_until(endpoint, fd, piece);
    let outcomes = beside(dut, there, |dut| {
        here = dut.drain(fd, piece)?.0.len();
        Ok(())
    })?;
    expect_allowed("a read", &outcomes, &[])?;
    let there: usize = outcomes.into_iter().filter_map(Result::ok).sum();
    expect(here + there == whole.len(), || {
        format!(
            "two readers got {here} and {there} bytes of a stream of {}",
            whole.len()
        )
    })?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

fn write_all(
    endpoint: &mut dyn Endpoint,
    fd: Fd,
    from: &[u8],
    piece: usize,
) -> Vec<Outcome<usize>> {
    from.chunks(piece)
        .map(|chunk| endpoint.write(fd, chunk))
        .collect()
}

/// Two whole streams at once are none, wherever they meet.
fn two_writers(dut: &mut Dut) -> Check {
    const FAULTS: [Fault; 2] = [Fault::InvalidStream, Fault::StreamTooLong];
    let (whole, _) = save(dut)?;
    let piece = (whole.len() / 200).max(16);
    for _ in 0..5 {
        settle(dut)?;
        let fd = dut.start(DeviceState::RESUMING)?;
        let mine = whole.clone();
        let there = |endpoint: &mut dyn Endpoint| write_all(endpoint, fd, &whole, piece);
        let outcomes = beside(dut, there, |dut| {
            let _early = dut.pour(fd, &mine, piece)?;
            Ok(())
        })?;
        expect_allowed("a write", &outcomes, &FAULTS)?;
        let result = dut.set(DeviceState::STOP)?.result;
        expect(result.is_err(), || {
            "two whole streams that were written at once load".to_owned()
        })?;
    }
    settle(dut)?;
    works(dut)
}

fn reset_while_reading(dut: &mut Dut) -> Check {
    for _ in 0..10 {
        let fd = dut.start(DeviceState::STOP_COPY)?;
        let there = |endpoint: &mut dyn Endpoint| read_until(endpoint, fd, 16);
        let outcomes = beside(dut, there, Dut::reset)?;
        expect_allowed("a read", &outcomes, &[Fault::SessionEnded])?;
        has_ended(dut, fd, true)?;
        dut.is_in(DeviceState::RUNNING)?;
    }
    works(dut)
}

fn reset_while_writing(dut: &mut Dut) -> Check {
    const FAULTS: [Fault; 3] = [
        Fault::SessionEnded,
        Fault::InvalidStream,
        Fault::StreamTooLong,
    ];
    let (whole, _) = save(dut)?;
    for _ in 0..10 {
        let fd = dut.start(DeviceState::RESUMING)?;
        let there = |endpoint: &mut dyn Endpoint| write_all(endpoint, fd, &whole, 16);
        let outcomes = beside(dut, there, Dut::reset)?;
        expect_allowed("a write", &outcomes, &FAULTS)?;
        has_ended(dut, fd, false)?;
        dut.is_in(DeviceState::RUNNING)?;
    }
    works(dut)
}
