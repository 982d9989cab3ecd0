//! `discovery.md`, and what of `uapi.md` can be seen: the ioctl, its features, and what is true right after open.

use vfio_migration::machine::v2::{Offer, offer};
use vfio_migration::rules::*;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use super::steps::*;
use crate::bytes;
use crate::dut::{Check, Dut, End, expect, expect_eq};
use crate::endpoint::Ability;
use crate::test::Test;

/// Seen with Linux's sample driver: it finds no session where the state says that there is one.
const CRASHES: &str = "a driver that keeps the state beyond the last close, but not the session, crashes on this request";
const OPERATIONS: [u32; 2] = [VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_SET];
/// A bit of `flags` that means nothing.
const RESERVED: [u32; 2] = [VFIO_DEVICE_FEATURE_PROBE << 1, 1 << 31];

pub(super) fn tests() -> Vec<Test> {
    let mut tests = vec![
        Test::new(V2_DISCOVERY_REFUSED, refused),
        Test::new(V2_DISCOVERY_ABSENT, absent),
        Test::new(V2_DISCOVERY_FLAGS, flags).and(V2_UAPI_FEATURES),
        Test::new(V2_DISCOVERY_OPERATION, operation),
        Test::new(V2_DISCOVERY_PROBE, probe),
        Test::new(V2_DISCOVERY_ARGSZ, argsz),
        Test::new(V2_UAPI_LAYOUT, layout).needs(Ability::WriteBack),
        Test::new(V2_DISCOVERY_CAPABILITIES, capabilities),
        Test::new(V2_DISCOVERY_CONSTANT, constant),
        Test::new(V2_DISCOVERY_CONSTANT, constant_after_reset)
            .case("reset")
            .needs(Ability::Reset),
        Test::new(V2_DISCOVERY_CONSTANT, constant_after_failure).case("failure"),
    ];
    for state in states() {
        let run = move |dut: &mut Dut| reopened(dut, state);
        let test = Test::new(V2_DISCOVERY_OPEN, run).case(format!("after-{state}"));
        tests.push(test.needs(Ability::Reopen).with(needed(state)));
    }
    let used = Test::new(V2_DISCOVERY_OPEN, used_after_reopen).case("used-after-RESUMING");
    tests.push(used.needs(Ability::Reopen).hazard(CRASHES));
    let opt_in = Test::new(V2_DISCOVERY_OPEN, opt_in_is_gone).and(V2_PRECOPY_OPT_IN);
    let opt_in = opt_in.case("second-version").with(Capabilities::PRE_COPY);
    tests.push(opt_in.needs(Ability::Reopen).needs(Ability::DataIoctl));
    tests
}

/// The features of the book that the device has.
fn features(dut: &mut Dut) -> Check<Vec<(u32, Offer)>> {
    let mut found = Vec::new();
    for (number, offer) in all_features() {
        let probe = dut.simple(VFIO_DEVICE_FEATURE_PROBE | number, &[])?;
        if probe.result.is_ok() {
            found.push((number, offer));
        }
    }
    expect(!found.is_empty(), || "no feature can be probed".to_owned())?;
    Ok(found)
}

fn all_features() -> impl Iterator<Item = (u32, Offer)> {
    (0..64).filter_map(|number| Some((number, offer(number)?)))
}

/// Operations whose success changes nothing that a test would miss.
fn harmless(number: u32, offer: Offer) -> Option<u32> {
    (offer.operations & VFIO_DEVICE_FEATURE_GET != 0
        && number != VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT)
        .then_some(VFIO_DEVICE_FEATURE_GET | number)
}

/// Calls to which two or more rows of the table apply: the first of them decides.
fn refused(dut: &mut Dut) -> Check {
    let nobody = VFIO_DEVICE_FEATURE_MASK;
    let state = VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    let flags = VFIO_DEVICE_FEATURE_MIGRATION;
    let both = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;
    let short = bytes::PAYLOAD as u32;
    let calls = [
        (
            "argsz too short for the structure, and flags that mean nothing",
            4,
            RESERVED[0] | nobody,
            Fault::ShortArgument,
        ),
        (
            "flags that mean nothing, and a feature that nobody knows",
            short,
            RESERVED[0] | nobody,
            Fault::BadFlags,
        ),
        (
            "get and set at once, and a feature that nobody knows",
            short,
            both | nobody,
            Fault::BadFlags,
        ),
        (
            "a feature that nobody knows, and no operation",
            short,
            nobody,
            Fault::NotSupported,
        ),
        (
            "an operation that is not offered, and no payload",
            short,
            VFIO_DEVICE_FEATURE_SET | flags,
            Fault::WrongOperation,
        ),
        (
            "no operation, and no payload",
            short,
            state,
            Fault::BadFlags,
        ),
        (
            "no payload",
            short,
            VFIO_DEVICE_FEATURE_SET | state,
            Fault::ShortArgument,
        ),
    ];
    for (what, argsz, flags, fault) in calls {
        let payload = bytes::mig_state(DeviceState::STOP.raw(), -1);
        let answer = dut.feature(&bytes::feature_of_size(argsz, flags, &payload))?;
        expect_fault(what, answer.result, fault)?;
    }
    dut.is_in(DeviceState::RUNNING)
}

fn absent(dut: &mut Dut) -> Check {
    for number in [0, VFIO_DEVICE_FEATURE_MASK - 1, VFIO_DEVICE_FEATURE_MASK] {
        for operation in [OPERATIONS[0], OPERATIONS[1], VFIO_DEVICE_FEATURE_PROBE] {
            for len in [0, 8, 64] {
                let answer = dut.simple(operation | number, &vec![0; len])?;
                expect_fault(
                    &format!("feature {number:#x}, which nobody knows"),
                    answer.result,
                    Fault::NotSupported,
                )?;
            }
        }
    }
    Ok(())
}

fn flags(dut: &mut Dut) -> Check {
    for (number, offer) in features(dut)? {
        let payload = vec![0; offer.payload];
        let both = OPERATIONS[0] | OPERATIONS[1];
        let wrong = [
            number,
            both | number,
            RESERVED[0] | number,
            RESERVED[1] | number,
        ];
        let reserved = offer.operations & OPERATIONS[0] | RESERVED[0] | number;
        for flags in wrong
            .into_iter()
            .chain([reserved, VFIO_DEVICE_FEATURE_PROBE | RESERVED[1] | number])
        {
            let answer = dut.simple(flags, &payload)?;
            expect_fault(
                &format!("feature {number} with flags {flags:#x}"),
                answer.result,
                Fault::BadFlags,
            )?;
        }
    }
    dut.is_in(DeviceState::RUNNING)
}

fn operation(dut: &mut Dut) -> Check {
    for (number, offer) in features(dut)? {
        for operation in OPERATIONS
            .into_iter()
            .filter(|operation| offer.operations & operation == 0)
        {
            for probe in [0, VFIO_DEVICE_FEATURE_PROBE] {
                let answer = dut.simple(operation | probe | number, &vec![0; offer.payload])?;
                let what = format!(
                    "feature {number}, {}",
                    if probe == 0 { "done" } else { "probed" }
                );
                expect_fault(
                    &format!("{what} with an operation it does not offer"),
                    answer.result,
                    Fault::WrongOperation,
                )?;
            }
        }
    }
    Ok(())
}

/// A probe needs no payload, succeeds for what is offered, and does nothing.
fn probe(dut: &mut Dut) -> Check {
    for (number, offer) in features(dut)? {
        let [get, set] = OPERATIONS.map(|operation| offer.operations & operation);
        for operations in [0, get, set, get | set] {
            let flags = VFIO_DEVICE_FEATURE_PROBE | operations | number;
            let answer = dut.simple(flags, &[])?;
            expect_ok(&format!("the probe of feature {number}"), answer.result)?;
            if offer.operations & set != 0 && number == VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE {
                let answer = dut.simple(flags, &bytes::mig_state(DeviceState::STOP.raw(), -1))?;
                expect_ok("a probe with a payload", answer.result)?;
                dut.is_in(DeviceState::RUNNING)?;
            }
        }
    }
    dut.is_in(DeviceState::RUNNING)
}

fn argsz(dut: &mut Dut) -> Check {
    for (number, offer) in features(dut)? {
        let whole = bytes::PAYLOAD + offer.payload;
        for operation in OPERATIONS
            .into_iter()
            .filter(|operation| offer.operations & operation != 0)
        {
            for argsz in [0, 4, bytes::PAYLOAD - 1, bytes::PAYLOAD, whole - 1] {
                if argsz >= whole {
                    continue;
                }
                let mut payload = vec![0; offer.payload];
                if number == VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE {
                    payload = bytes::mig_state(DeviceState::STOP.raw(), -1);
                }
                let argument = bytes::feature_of_size(argsz as u32, operation | number, &payload);
                let answer = dut.feature(&argument)?;
                expect_fault(
                    &format!("feature {number} with argsz {argsz} of {whole}"),
                    answer.result,
                    Fault::ShortArgument,
                )?;
            }
        }
        if let Some(flags) = harmless(number, offer) {
            let answer = dut.simple(flags, &vec![0; offer.payload + 100])?;
            expect_ok(
                &format!("feature {number} with a longer argsz"),
                answer.result,
            )?;
        }
    }
    dut.is_in(DeviceState::RUNNING)
}

/// A get fills the payload, all of it and nothing else.
fn layout(dut: &mut Dut) -> Check {
    for (number, offer) in features(dut)? {
        let Some(flags) = harmless(number, offer) else {
            continue;
        };
        let fill = |byte: u8| vec![byte; offer.payload + 16];
        let [first, second] = [0x00, 0xff].map(|byte| dut.simple(flags, &fill(byte)));
        let (first, second) = (first?, second?);
        expect_ok(&format!("a get of feature {number}"), first.result)?;
        let [Some(first), Some(second)] = [first.argument, second.argument] else {
            return Err(End::Broken("the endpoint gave no argument back".to_owned()));
        };
        let end = bytes::PAYLOAD + offer.payload;
        expect(
            first[bytes::PAYLOAD..end] == second[bytes::PAYLOAD..end],
            || format!("a get of feature {number} leaves bytes of its payload as they were"),
        )?;
        let beyond = first[end..].iter().all(|byte| *byte == 0)
            && second[end..].iter().all(|byte| *byte == 0xff);
        expect(beyond, || {
            format!("a get of feature {number} writes behind its payload")
        })?;
        let header = [first.len() as u32, flags].map(u32::to_ne_bytes).concat();
        expect(first[..bytes::PAYLOAD] == header, || {
            format!("a get of feature {number} changes argsz or flags")
        })?;
    }
    Ok(())
}

fn capabilities(dut: &mut Dut) -> Check {
    let capabilities = dut.announced()?;
    let legal = Capabilities::LEGAL.contains(&capabilities);
    expect(legal, || {
        format!(
            "flags {:#x} ({capabilities}) is not one of 1, 3, 5, 7",
            capabilities.flags()
        )
    })?;
    for state in states() {
        settle(dut)?;
        let result = dut.set(state)?.result;
        match has(capabilities, state) {
            true => expect_ok(
                &format!("with {capabilities}, a request for {state}"),
                result,
            )?,
            false => expect_fault(
                &format!("without its capability, a request for {state}"),
                result,
                Fault::UnsupportedState,
            )?,
        }
    }
    Ok(())
}

fn constant(dut: &mut Dut) -> Check {
    let before = dut.capabilities()?;
    for state in states().filter(|state| has(before, *state)) {
        settle(dut)?;
        reach(dut, state)?;
        expect_eq(
            &format!("capabilities in {state}"),
            dut.announced()?,
            before,
        )?;
    }
    Ok(())
}

fn constant_after_reset(dut: &mut Dut) -> Check {
    let before = dut.capabilities()?;
    for _ in 0..3 {
        dut.reset()?;
        expect_eq("capabilities after a reset", dut.announced()?, before)?;
        works(dut)?;
        expect_eq("capabilities after a migration", dut.announced()?, before)?;
    }
    Ok(())
}

fn constant_after_failure(dut: &mut Dut) -> Check {
    let before = dut.capabilities()?;
    dut.set(DeviceState::ERROR)?;
    dut.start(DeviceState::RESUMING)?;
    dut.set(DeviceState::RUNNING)?;
    expect_eq(
        "capabilities after requests that failed",
        dut.announced()?,
        before,
    )
}

/// What is true right after open, whatever was done before the last close.
fn reopened(dut: &mut Dut, state: DeviceState) -> Check {
    let fresh = image(dut)?;
    use_device(dut)?;
    let fd = reach(dut, state)?;
    dut.reopen()?;
    dut.is_in(DeviceState::RUNNING)?;
    same_state("what is there after close and open", &fresh, &image(dut)?)?;
    if let Some(fd) = fd.filter(|_| dut.able(Ability::DataFd)) {
        has_ended(dut, fd, state.saving())?;
    }
    works(dut)
}

/// The first request after an open, by a user space that does not look at the state before.
fn used_after_reopen(dut: &mut Dut) -> Check {
    dut.start(DeviceState::RESUMING)?;
    dut.reopen()?;
    let set = dut.set(DeviceState::STOP)?;
    expect_ok("the first request after close and open", set.result)?;
    dut.go(DeviceState::RUNNING)?;
    works(dut)
}

fn opt_in_is_gone(dut: &mut Dut) -> Check {
    let feature = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2;
    let answer = dut.simple(feature, &[])?;
    if answer.result.is_err() {
        return Err(End::Skipped(
            "the device has no second version of pre-copy info".to_owned(),
        ));
    }
    dut.reopen()?;
    let fd = dut.start(DeviceState::PRE_COPY)?;
    let flags = 0x5a5a_0000;
    let answer = dut.precopy_info(fd, bytes::PRECOPY_INFO, flags)?;
    expect_ok("pre-copy info", answer.result)?;
    let came = answer
        .argument
        .map_or(flags, |back| bytes::precopy_fields(&back).0);
    expect_eq("flags of pre-copy info after a reopen", came, flags)
}
