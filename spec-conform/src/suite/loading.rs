//! `stream.md`: good streams in any pieces, and hostile ones.

use vfio_migration::rules::*;
use vfio_migration::v2::{self, Capabilities, DeviceState, Fault};

use super::steps::*;
use crate::dut::{Check, Dut, End, expect};
use crate::test::Test;

/// At most this many single operations for one stream: long streams get larger pieces.
const OPERATIONS: usize = 20_000;
/// What a driver that takes endless data is given.
const ENDLESS: usize = 64 << 20;

/// What is done to a good stream so that it is none.
type Spoil = fn(&[u8], &[u8]) -> Vec<Vec<u8>>;

pub(super) fn tests() -> Vec<Test> {
    let spoiled = |case: &str, rule, spoil: Spoil| {
        Test::new(rule, move |dut: &mut Dut| hostile(dut, spoil))
            .and(V2_ERRORS_ON_PATH)
            .case(case)
    };
    vec![
        Test::new(V2_STREAM_RECHUNK, rechunked_reads).case("reads"),
        Test::new(V2_STREAM_RECHUNK, rechunked_writes).case("writes"),
        Test::new(V2_STREAM_WRITE_SOME, write_some),
        spoiled("empty", V2_STREAM_VERDICT, |_, _| vec![Vec::new()]),
        spoiled("cut", V2_STREAM_VERDICT, |stream, _| {
            let ends = [
                1,
                8,
                stream.len() / 3,
                stream.len() / 2,
                stream.len() - 8,
                stream.len() - 1,
            ];
            ends.iter().map(|end| stream[..*end].to_vec()).collect()
        }),
        spoiled("longer", V2_STREAM_VERDICT, |stream, _| {
            [1, 4096]
                .map(|more| [stream, &vec![0; more]].concat())
                .to_vec()
        }),
        spoiled("repeated", V2_STREAM_VERDICT, |stream, _| {
            vec![[stream, stream].concat()]
        }),
        spoiled("two-sessions", V2_STREAM_VERDICT, |first, second| {
            vec![[first, second].concat()]
        }),
        spoiled("mixed-sessions", V2_STREAM_VERDICT, |first, second| {
            let at = first.len() / 2;
            vec![[&first[..at], &second[at.min(second.len())..]].concat()]
        }),
        spoiled("reordered", V2_STREAM_VERDICT, |stream, _| {
            let (first, second) = stream.split_at(stream.len() / 2);
            vec![[second, first].concat()]
        }),
        spoiled("flipped-first", V2_STREAM_VERDICT, |stream, _| {
            flipped(stream, 0..1)
        }),
        spoiled("flipped", V2_STREAM_VERDICT, |stream, _| {
            flipped(stream, 0..stream.len())
        }),
        spoiled("inverted", V2_STREAM_FOREIGN, |stream, _| {
            vec![
                stream.iter().map(|byte| !byte).collect(),
                vec![0; stream.len()],
                vec![0xff; stream.len()],
            ]
        }),
        Test::new(V2_STREAM_VERDICT_EARLY, early),
        Test::new(V2_STREAM_TOO_LONG, too_long),
        Test::new(V2_ERRORS_UNDONE, undone).case("invalid-stream"),
        Test::new(V2_STREAM_EXACT, exact)
            .and(V2_ARCS_LOAD_WHOLE)
            .needs(crate::endpoint::Ability::Image),
        Test::new(V2_ARCS_RESUME_ANY, resume_any),
        Test::new(V2_ARCS_LOAD_WHOLE, after_a_good_one).case("spoiled-after-a-good-one"),
    ]
}

/// Single bits flipped, at up to 24 places of the range.
fn flipped(stream: &[u8], range: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    let step = (range.len() / 24).max(1);
    let places = range.step_by(step).enumerate();
    let flip = |(n, at): (usize, usize)| {
        let mut bytes = stream.to_vec();
        bytes[at] ^= 1 << (n % 8);
        bytes
    };
    places.map(flip).collect()
}

/// A stream with pre-copy where the device has it.
fn whole_session(dut: &mut Dut) -> Check<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut fd = None;
    if dut.capabilities()?.contains(Capabilities::PRE_COPY) {
        let started = dut.start(DeviceState::PRE_COPY)?;
        bytes = drain_pre_copy(dut, started)?;
        use_device(dut)?;
        fd = Some(started);
    }
    let last = dut.go(DeviceState::STOP_COPY)?.or(fd);
    let last = last.ok_or_else(|| End::Differs("no data fd came".to_owned()))?;
    bytes.extend(drain_to_end(dut, last)?);
    dut.go(DeviceState::RUNNING)?;
    Ok(bytes)
}

fn rechunked_reads(dut: &mut Dut) -> Check {
    use_device(dut)?;
    let (whole, before) = save(dut)?;
    for piece in pieces(whole.len()) {
        let fd = dut.start(DeviceState::STOP_COPY)?;
        let (bytes, last) = dut.drain(fd, piece)?;
        expect_ok("a read", last)?;
        expect(bytes.len() == whole.len(), || {
            format!(
                "read in pieces of {piece} the stream has {} bytes, else {}",
                bytes.len(),
                whole.len()
            )
        })?;
        dut.go(DeviceState::STOP)?;
        must_load(dut, &bytes)?;
        same_state("a load", &before, &image(dut)?)?;
    }
    Ok(())
}

fn rechunked_writes(dut: &mut Dut) -> Check {
    use_device(dut)?;
    let bytes = whole_session(dut)?;
    let mut loaded = None;
    for piece in pieces(bytes.len()) {
        settle(dut)?;
        let result = load(dut, &bytes, piece)?;
        expect_ok(
            &format!("the load of a stream that was written in pieces of {piece}"),
            result,
        )?;
        let state = image(dut)?;
        if loaded.is_some() {
            same_state("the same stream in other pieces", &loaded, &state)?;
        }
        loaded = state;
    }
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

fn pieces(len: usize) -> [usize; 5] {
    let least = len.div_ceil(OPERATIONS).max(1);
    [least, least.max(7), 4096, len.max(1), len + 4096]
}

fn write_some(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    let fd = dut.start(DeviceState::RESUMING)?;
    let none = dut.write(fd, &[])?;
    crate::dut::expect_eq(
        "a write of nothing",
        expect_ok("a write of nothing", none)?,
        0,
    )?;
    let taken = expect_ok("a write", dut.write(fd, &bytes)?)?;
    expect((1..=bytes.len()).contains(&taken), || {
        format!("a write of {} bytes took {taken}", bytes.len())
    })?;
    expect_ok("a write of the rest", dut.pour(fd, &bytes[taken..], PIECE)?)?;
    expect_ok("the load", dut.set(DeviceState::STOP)?.result)
}

/// Each spoiled stream must be refused at the latest by the arc out of `RESUMING`, and leave a device that can be reset.
fn hostile(dut: &mut Dut, spoil: Spoil) -> Check {
    let first = whole_session(dut)?;
    use_device(dut)?;
    let second = whole_session(dut)?;
    expect(first.len() > 1, || {
        format!("the stream has only {} bytes", first.len())
    })?;
    // Two sessions of a device that does not name them may be alike: what is mixed of them is whole.
    let mut spoiled = spoil(&first, &second);
    spoiled.retain(|bytes| *bytes != first && *bytes != second);
    if spoiled.is_empty() {
        return Err(End::Skipped(
            "the sessions of this device are alike, so that none can be spoiled so".to_owned(),
        ));
    }
    for (n, bytes) in spoiled.iter().enumerate() {
        settle(dut)?;
        let result = load(dut, bytes, PIECE)?;
        let what = format!(
            "spoiled stream {} of {} bytes (the good one has {})",
            n + 1,
            bytes.len(),
            first.len()
        );
        refused_load(&what, result)?;
        let state = dut.state()?;
        expect(state.resuming() || state.error(), || {
            format!(
                "{what}: after the failed request the device is in {state}, which is not on the path before the arc"
            )
        })?;
        if result == Err(errno(Fault::InvalidStream)) {
            expect(state.resuming(), || {
                format!("{what}: refused with EINVAL, yet the device is in {state}")
            })?;
        }
    }
    settle(dut)?;
    dut.is_in(DeviceState::RUNNING)?;
    works(dut)
}

/// A bad stream ends in `invalid_stream`, or in `device_failed`, as the book permits for any arc.
fn refused_load(what: &str, result: Result<(), crate::endpoint::Errno>) -> Check {
    match result {
        Err(came) if came == errno(Fault::DeviceFailed) => Ok(()),
        other => expect_fault(what, other, Fault::InvalidStream),
    }
}

/// A driver that refuses a write has made up its mind.
fn early(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    let fd = dut.start(DeviceState::RESUMING)?;
    let wrong: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    let Err(came) = dut.pour(fd, &wrong, PIECE)? else {
        return Err(End::Skipped(
            "the driver takes any bytes and judges at the end".to_owned(),
        ));
    };
    if came == errno(Fault::InvalidStream) {
        expect_fault(
            "a write after a refused one",
            dut.write(fd, &bytes)?,
            Fault::InvalidStream,
        )?;
    }
    refused_load(
        "the arc after a refused write",
        dut.set(DeviceState::STOP)?.result,
    )
}

fn too_long(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    let fd = dut.start(DeviceState::RESUMING)?;
    expect_ok("a write of a good stream", dut.pour(fd, &bytes, PIECE)?)?;
    let more = vec![0; PIECE];
    for _ in 0..ENDLESS / PIECE {
        match dut.write(fd, &more)? {
            Ok(taken) => expect(taken > 0, || {
                "a write took nothing, without an error".to_owned()
            })?,
            Err(came) if came == errno(Fault::InvalidStream) => {
                return refused_load(
                    "the arc after a write that was refused",
                    dut.set(DeviceState::STOP)?.result,
                );
            }
            Err(came) => {
                expect_fault(
                    "a write beyond what the driver takes",
                    Err::<usize, _>(came),
                    Fault::StreamTooLong,
                )?;
                return refused_load(
                    "the arc after too long a stream",
                    dut.set(DeviceState::STOP)?.result,
                );
            }
        }
    }
    Err(End::Skipped(format!(
        "the driver takes more than {} MiB",
        ENDLESS >> 20
    )))
}

/// After a refused load the session is still there, and the same arc fails again.
fn undone(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    let fd = dut.start(DeviceState::RESUMING)?;
    let part = &bytes[..bytes.len() / 2];
    expect_ok("a write of half a stream", dut.pour(fd, part, PIECE)?)?;
    let result = dut.set(DeviceState::STOP)?.result;
    refused_load("the load of half a stream", result)?;
    if dut.state()?.error() {
        return Err(End::Skipped(
            "the driver gives the device up, as it may".to_owned(),
        ));
    }
    let still = dut.write(fd, &[])?;
    expect(still != Err(errno(Fault::SessionEnded)), || {
        "the session has ended with an arc that failed".to_owned()
    })?;
    for wanted in [
        DeviceState::STOP,
        DeviceState::RUNNING,
        DeviceState::STOP_COPY,
    ] {
        refused_load(
            &format!("the request for {wanted} after a failed load"),
            dut.set(wanted)?.result,
        )?;
        let path = v2::path(dut.capabilities()?, DeviceState::RESUMING, wanted);
        expect(path.is_ok(), || format!("no path to {wanted}"))?;
    }
    settle(dut)?;
    works(dut)
}

fn exact(dut: &mut Dut) -> Check {
    use_device(dut)?;
    let fd = dut.start(DeviceState::STOP_COPY)?;
    let before = image(dut)?;
    let bytes = drain_to_end(dut, fd)?;
    settle(dut)?;
    must_load(dut, &bytes)?;
    same_state("a load", &before, &image(dut)?)?;
    dut.go(DeviceState::RUNNING)?;
    use_device(dut)
}

/// A load into a device that holds something else, without a reset.
fn resume_any(dut: &mut Dut) -> Check {
    use_device(dut)?;
    let (bytes, before) = save(dut)?;
    for _ in 0..3 {
        use_device(dut)?;
    }
    must_load(dut, &bytes)?;
    same_state("a load over another state", &before, &image(dut)?)?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

/// What one session has checked must not count for the next.
fn after_a_good_one(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    must_load(dut, &bytes)?;
    let result = load(dut, &bytes[..bytes.len() / 2], PIECE)?;
    refused_load("half a stream after a whole one", result)?;
    settle(dut)?;
    must_load(dut, &bytes)?;
    let result = load(dut, &[], PIECE)?;
    refused_load("an empty stream after a whole one", result)?;
    settle(dut)?;
    works(dut)
}
