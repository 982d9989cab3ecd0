//! `pre-copy.md`

use vfio_migration::rules::*;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::precopy_info::VFIO_PRECOPY_INFO_REINIT;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use super::steps::*;
use crate::bytes;
use crate::dut::{Check, Dut, End, expect, expect_eq};
use crate::endpoint::{Ability, Fd};
use crate::test::Test;

const OPT_IN: u32 = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2;
/// What user space may have lying in `flags`.
const FLAGS: [u32; 4] = [0, VFIO_PRECOPY_INFO_REINIT, 0x5a5a_5a5a, u32::MAX];

pub(super) fn tests() -> Vec<Test> {
    let mut tests = Vec::new();
    for state in states().filter(|state| state.pre_copying()) {
        let case = |rule, run: fn(&mut Dut, DeviceState) -> Check| {
            let test = Test::new(rule, move |dut: &mut Dut| run(dut, state));
            test.case(format!("in-{state}"))
                .with(needed(state))
                .needs(Ability::DataIoctl)
        };
        tests.extend([
            case(V2_PRECOPY_INFO, anywhere_else),
            case(V2_PRECOPY_HARMLESS, harmless),
            case(V2_PRECOPY_INITIAL, initial),
            case(V2_PRECOPY_DIRTY, dirty),
            case(V2_PRECOPY_BOTH_ZERO, both_zero),
            case(V2_PRECOPY_FLAGS_FIRST, flags_first),
            case(V2_PRECOPY_FLAGS_SECOND, flags_second),
        ]);
    }
    for state in states().filter(|state| state.saving()) {
        let run = move |dut: &mut Dut| argsz(dut, state);
        let test = Test::new(V2_PRECOPY_ARGSZ, run).case(format!("in-{state}"));
        tests.push(test.with(needed(state)).needs(Ability::DataIoctl));
    }
    tests.extend([
        Test::new(V2_PRECOPY_OPT_IN, opt_in)
            .with(Capabilities::PRE_COPY)
            .needs(Ability::DataIoctl)
            .needs(Ability::Reset),
        Test::new(V2_PRECOPY_REINIT, reinit)
            .with(Capabilities::PRE_COPY)
            .needs(Ability::DataIoctl)
            .needs(Ability::Touch),
        Test::new(V2_PRECOPY_OPT_IN_REFUSED, opt_in_refused),
    ]);
    tests
}

/// `flags`, `initial_bytes`, `dirty_bytes`
type Info = (u32, u64, u64);

fn info(dut: &mut Dut, fd: Fd, flags: u32) -> Check<Info> {
    let answer = dut.precopy_info(fd, bytes::PRECOPY_INFO, flags)?;
    expect_ok("pre-copy info", answer.result)?;
    let back = answer
        .argument
        .ok_or_else(|| End::Broken("the endpoint gave no argument back".to_owned()))?;
    expect_eq(
        "argsz of pre-copy info",
        bytes::argsz(&back),
        bytes::PRECOPY_INFO,
    )?;
    Ok(bytes::precopy_fields(&back))
}

/// A short argument is refused before anything else is looked at; a longer one is as good as one of the right length.
fn argsz(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let longer = [bytes::PRECOPY_INFO, bytes::PRECOPY_INFO + 8, 4096];
    for ended in [false, true] {
        if ended {
            if !dut.able(Ability::DataFd) {
                break;
            }
            dut.go(DeviceState::STOP)?;
        }
        for argsz in [0, 8, bytes::PRECOPY_INFO - 1] {
            let answer = dut.precopy_info(fd, argsz, 0)?;
            expect_fault(
                &format!("pre-copy info with argsz {argsz}"),
                answer.result,
                Fault::ShortArgument,
            )?;
        }
        for argsz in longer {
            let answer = dut.precopy_info(fd, argsz, 0)?;
            if state.pre_copying() && !ended {
                expect_ok(&format!("pre-copy info with argsz {argsz}"), answer.result)?;
            } else {
                expect_fault(
                    &format!("pre-copy info with argsz {argsz}"),
                    answer.result,
                    Fault::WrongState,
                )?;
            }
        }
    }
    Ok(())
}

/// In the pre-copy states, and no other.
fn anywhere_else(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    info(dut, fd, 0)?;
    drain_pre_copy(dut, fd)?;
    info(dut, fd, 0)?;
    dut.go(DeviceState::STOP_COPY)?;
    let answer = dut.precopy_info(fd, bytes::PRECOPY_INFO, 0)?;
    expect_fault(
        "pre-copy info in STOP_COPY",
        answer.result,
        Fault::WrongState,
    )?;
    drain_to_end(dut, fd)?;
    Ok(())
}

/// The stream is as long, and loads as well, where questions are asked between all reads.
fn harmless(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let silent = drain_pre_copy(dut, fd)?.len();
    settle(dut)?;
    let fd = reach_session(dut, state)?;
    let mut bytes = Vec::new();
    let piece = (silent / 50).max(16);
    let mut into = vec![0; piece];
    loop {
        info(dut, fd, 0)?;
        match dut.read(fd, &mut into)? {
            Ok(read) if read > 0 => bytes.extend_from_slice(&into[..read]),
            _ => break,
        }
    }
    expect_eq(
        "bytes of pre-copy, with questions in between",
        bytes.len(),
        silent,
    )?;
    dut.go(DeviceState::STOP_COPY)?;
    bytes.extend(drain_to_end(dut, fd)?);
    dut.go(DeviceState::STOP)?;
    must_load(dut, &bytes)
}

fn initial(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    let (_, mut last, _) = info(dut, fd, 0)?;
    expect(last > 0, || {
        "initial_bytes is 0 when the session begins".to_owned()
    })?;
    let piece = (last as usize / 20).max(16);
    for round in 0..60 {
        if round % 10 == 9 {
            use_device(dut)?;
        }
        let _read = dut.read(fd, &mut vec![0; piece])?;
        let (_, initial, _) = info(dut, fd, 0)?;
        expect(initial <= last, || {
            format!("initial_bytes rises from {last} to {initial} within a session")
        })?;
        last = initial;
    }
    Ok(())
}

fn dirty(dut: &mut Dut, state: DeviceState) -> Check {
    use_device(dut)?;
    let fd = reach_session(dut, state)?;
    let (_, _, dirty) = info(dut, fd, 0)?;
    expect_eq("dirty_bytes when the session begins", dirty, 0)?;
    drain_pre_copy(dut, fd)?;
    use_device(dut)?;
    let (_, initial, changed) = info(dut, fd, 0)?;
    let bytes = drain_pre_copy(dut, fd)?;
    if initial == 0 && changed > 0 {
        expect(!bytes.is_empty(), || {
            format!("dirty_bytes is {changed}, yet a read gives nothing")
        })?;
    }
    let (_, _, after) = info(dut, fd, 0)?;
    expect(after <= changed, || {
        format!("dirty_bytes rises from {changed} to {after} by being read")
    })
}

/// At the temporary end both are 0; and where both are 0, a read gives nothing.
fn both_zero(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    for _ in 0..3 {
        let (_, last) = dut.drain(fd, PIECE)?;
        let (_, initial, dirty) = info(dut, fd, 0)?;
        expect((initial, dirty) == (0, 0), || {
            format!("a read gave nothing, yet initial_bytes is {initial} and dirty_bytes {dirty}")
        })?;
        let again = dut.read(fd, &mut [0; 64])?;
        expect_fault("a read where both are 0", again, Fault::NoDataNow)?;
        expect_fault("the read before", last, Fault::NoDataNow)?;
        use_device(dut)?;
    }
    Ok(())
}

fn flags_first(dut: &mut Dut, state: DeviceState) -> Check {
    let fd = reach_session(dut, state)?;
    for flags in FLAGS {
        expect_eq(
            "flags of pre-copy info, in the first version",
            info(dut, fd, flags)?.0,
            flags,
        )?;
    }
    Ok(())
}

/// Asks for the second version, where the device has it.
fn ask_for_second(dut: &mut Dut) -> Check {
    let probe = dut.simple(OPT_IN | VFIO_DEVICE_FEATURE_PROBE, &[])?;
    if probe.result == Err(errno(Fault::NotSupported)) {
        return Err(End::Skipped(
            "the device has no second version of pre-copy info".to_owned(),
        ));
    }
    expect_ok(
        "the request for the second version",
        dut.simple(OPT_IN, &[])?.result,
    )
}

fn only_known(flags: u32) -> Check {
    expect(flags & !VFIO_PRECOPY_INFO_REINIT == 0, || {
        format!(
            "flags of pre-copy info, in the second version: {flags:#x} has bits that mean nothing"
        )
    })
}

fn flags_second(dut: &mut Dut, state: DeviceState) -> Check {
    ask_for_second(dut)?;
    let fd = reach_session(dut, state)?;
    for flags in FLAGS {
        only_known(info(dut, fd, flags)?.0)?;
    }
    Ok(())
}

/// From the next answer on, for all sessions, through resets.
fn opt_in(dut: &mut Dut) -> Check {
    let fd = dut.start(DeviceState::PRE_COPY)?;
    let flags = FLAGS[2];
    expect_eq(
        "flags before the second version",
        info(dut, fd, flags)?.0,
        flags,
    )?;
    ask_for_second(dut)?;
    only_known(info(dut, fd, flags)?.0)?;
    dut.go(DeviceState::RUNNING)?;
    let fd = dut.start(DeviceState::PRE_COPY)?;
    only_known(info(dut, fd, flags)?.0)?;
    dut.reset()?;
    let fd = dut.start(DeviceState::PRE_COPY)?;
    only_known(info(dut, fd, flags)?.0)?;
    let again = dut.simple(OPT_IN, &[])?;
    expect_ok("a second request for the second version", again.result)
}

/// A device whose set-up the guest changes may have new initial data; whatever it says must fit together.
fn reinit(dut: &mut Dut) -> Check {
    ask_for_second(dut)?;
    let fd = dut.start(DeviceState::PRE_COPY)?;
    let mut reported = 0;
    let (_, mut last, _) = info(dut, fd, 0)?;
    for round in 0..12 {
        if round % 3 == 2 {
            let _ones = dut.touch()?;
        }
        let (flags, initial, dirty) = info(dut, fd, 0)?;
        if flags & VFIO_PRECOPY_INFO_REINIT != 0 {
            reported += 1;
            expect_eq("dirty_bytes with new initial data", dirty, 0)?;
        } else {
            expect(initial <= last, || {
                format!(
                    "initial_bytes rises from {last} to {initial} without VFIO_PRECOPY_INFO_REINIT"
                )
            })?;
        }
        last = initial;
        drain_pre_copy(dut, fd)?;
        last = last.min(info(dut, fd, 0)?.1);
    }
    match reported {
        0 => Err(End::Skipped(
            "the device never has new initial data".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn opt_in_refused(dut: &mut Dut) -> Check {
    if dut.capabilities()?.contains(Capabilities::PRE_COPY) {
        return Err(End::Skipped("the device has pre_copy".to_owned()));
    }
    let feature = VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2;
    for operation in [
        VFIO_DEVICE_FEATURE_SET,
        VFIO_DEVICE_FEATURE_GET,
        VFIO_DEVICE_FEATURE_PROBE,
    ] {
        let answer = dut.simple(operation | feature, &[])?;
        expect_fault(
            "the second version, without pre-copy",
            answer.result,
            Fault::NoPreCopy,
        )?;
    }
    Ok(())
}
