//! `dirty-log.md`: for devices that log their own DMA.

use vfio_migration::machine::v2::LogRange;
use vfio_migration::rules::*;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{DeviceState, Fault};

use super::steps::*;
use crate::dut::{Check, Dut, End, expect, expect_eq};
use crate::endpoint::Ability;
use crate::test::Test;

mod seen;

use seen::{
    complete, larger_pages, only_the_ranges, parts, read_and_clear, through_resets, unaligned,
};

const PAGE: u64 = 4096;
/// A range that the tests of refusals use; nothing is known to be there.
const SOUND: LogRange = range(0x10_0000, 0x10_0000);
/// How many ranges fit into a page of the kernel, where that has 4096 bytes.
const MANY: usize =
    PAGE as usize / size_of::<vfio_migration::v2::vfio_device_feature_dma_logging_range>();

const fn range(iova: u64, length: u64) -> LogRange {
    LogRange { iova, length }
}

pub(super) fn tests() -> Vec<Test> {
    let log = |rule, run: fn(&mut Dut) -> Check| {
        Test::new(rule, move |dut: &mut Dut| {
            require_log(dut)?;
            run(dut)
        })
        .needs(Ability::Log)
    };
    let seen = |rule, run| log(rule, run).needs(Ability::Work).needs(Ability::Traffic);
    let mut tests = vec![
        Test::new(V2_LOG_OPTIONAL, optional),
        log(V2_LOG_START_REFUSED, start_refused).case("rows"),
        log(V2_LOG_START_REFUSED, one_page_of_ranges).case("one-page"),
        log(V2_LOG_REPORT_REFUSED, report_refused),
        log(V2_LOG_PAGE_SIZE, page_size),
        log(V2_LOG_STOP, stop),
        log(V2_LOG_BITMAP_LENGTH, bitmap_length),
        log(V2_LOG_BITMAP_ONLY_SETS, bitmap_only_sets),
        seen(V2_LOG_COMPLETE, complete).and(V2_LOG_BITMAP),
        seen(V2_LOG_READ_AND_CLEAR, read_and_clear),
        seen(V2_LOG_BITMAP, only_the_ranges).case("only-the-ranges"),
        seen(V2_LOG_BITMAP, parts).case("other-bases"),
        seen(V2_LOG_BITMAP, unaligned).case("unaligned"),
        seen(V2_LOG_REPLICATE, larger_pages),
        seen(V2_LOG_INDEPENDENT, through_resets)
            .case("reset")
            .needs(Ability::Reset),
        log(V2_DISCOVERY_OPEN, closed)
            .case("dirty-log")
            .needs(Ability::Reopen),
    ];
    for state in states() {
        let run = move |dut: &mut Dut| {
            require_log(dut)?;
            in_state(dut, state)
        };
        let test = Test::new(V2_LOG_INDEPENDENT, run).case(format!("in-{state}"));
        tests.push(test.with(needed(state)).needs(Ability::Log));
    }
    tests
}

fn probe(dut: &mut Dut, feature: u32) -> Check<Result<(), crate::endpoint::Errno>> {
    Ok(dut.simple(VFIO_DEVICE_FEATURE_PROBE | feature, &[])?.result)
}

fn require_log(dut: &mut Dut) -> Check {
    match probe(dut, VFIO_DEVICE_FEATURE_DMA_LOGGING_START)? {
        Ok(()) => Ok(()),
        Err(_) => Err(End::Skipped("the device has no dirty log".to_owned())),
    }
}

/// All three features are there, or none.
fn optional(dut: &mut Dut) -> Check {
    let start = probe(dut, VFIO_DEVICE_FEATURE_DMA_LOGGING_START)?;
    let others = [
        VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
        VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
    ];
    if start.is_ok() {
        for feature in others {
            expect_ok(
                &format!("the probe of feature {feature}"),
                probe(dut, feature)?,
            )?;
        }
        return Ok(());
    }
    expect_fault("the probe of the dirty log", start, Fault::NotSupported)?;
    for feature in others {
        expect_fault(
            &format!("the probe of feature {feature}"),
            probe(dut, feature)?,
            Fault::NotSupported,
        )?;
    }
    let stop = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP;
    expect_fault(
        "a stop of a log that is not there",
        dut.simple(stop, &[])?.result,
        Fault::NotSupported,
    )
}

fn log_stop(dut: &mut Dut) -> Check {
    let stop = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP;
    expect_ok("a stop of the log", dut.simple(stop, &[])?.result)
}

fn log_start(dut: &mut Dut, page: u64, ranges: &[LogRange]) -> Check<u64> {
    expect_ok("a start of the log", dut.log_start(page, ranges)?)
}

fn start_refused(dut: &mut Dut) -> Check {
    let apart = |n: u64| range(n * 4 * PAGE, PAGE);
    let many: Vec<_> = (0..=MANY as u64).map(apart).collect();
    let top = u64::MAX - PAGE + 1;
    let cases: [(u64, Vec<LogRange>, Fault); 8] = [
        (PAGE, vec![], Fault::NoRanges),
        (PAGE, many, Fault::TooManyRanges),
        (0, vec![SOUND], Fault::BadPageSize),
        (PAGE + 1, vec![SOUND], Fault::BadPageSize),
        (
            PAGE,
            vec![range(SOUND.iova + 1, PAGE)],
            Fault::MisalignedRange,
        ),
        (
            PAGE,
            vec![range(SOUND.iova, PAGE + 512)],
            Fault::MisalignedRange,
        ),
        (PAGE, vec![range(top, 2 * PAGE)], Fault::RangeOverflow),
        (
            PAGE,
            vec![SOUND, range(SOUND.iova + SOUND.length - PAGE, PAGE)],
            Fault::OverlappingRanges,
        ),
    ];
    for (page, ranges, fault) in cases {
        let what = format!(
            "a start with {} ranges and page_size {page:#x}",
            ranges.len()
        );
        expect_fault(&what, dut.log_start(page, &ranges)?, fault)?;
        // Nothing has begun.
        let report = dut.log_report(SOUND, PAGE, &mut [0; 4])?;
        expect_fault("a report after a refused start", report, Fault::NotLogging)?;
    }
    log_start(dut, PAGE, &[SOUND])?;
    expect_fault(
        "a second start",
        dut.log_start(PAGE, &[SOUND])?,
        Fault::AlreadyLogging,
    )?;
    expect_ok("a report", dut.log_report(SOUND, PAGE, &mut [0; 4])?)?;
    log_stop(dut)
}

fn one_page_of_ranges(dut: &mut Dut) -> Check {
    let ranges: Vec<_> = (0..MANY as u64)
        .map(|n| range(n * 4 * PAGE, PAGE))
        .collect();
    log_start(dut, PAGE, &ranges)?;
    log_stop(dut)
}

fn report_refused(dut: &mut Dut) -> Check {
    let untouched = [0x5a5a; 4];
    let refused = |dut: &mut Dut, of, page, fault| {
        let mut bitmap = untouched;
        let what = format!("a report with page_size {page:#x}");
        expect_fault(&what, dut.log_report(of, page, &mut bitmap)?, fault)?;
        expect(bitmap == untouched, || {
            format!("{what}, which was refused, touched the bitmap")
        })
    };
    refused(dut, SOUND, PAGE, Fault::NotLogging)?;
    refused(dut, SOUND, 0, Fault::BadPageSize)?;
    log_start(dut, PAGE, &[SOUND])?;
    for page in [0, 1, 2048, PAGE + 1, 3 * PAGE] {
        refused(dut, SOUND, page, Fault::BadPageSize)?;
    }
    refused(
        dut,
        range(u64::MAX - PAGE + 1, 2 * PAGE),
        PAGE,
        Fault::RangeOverflow,
    )?;
    log_stop(dut)
}

/// The size that comes back is a power of two, whatever was wished; and a report may have another.
fn page_size(dut: &mut Dut) -> Check {
    for shift in [12, 13, 16, 20] {
        let wish = 1 << shift;
        let taken = log_start(dut, wish, &[range(1 << 30, 1 << 21)])?;
        expect(taken.is_power_of_two(), || {
            format!("the page size that came back, {taken:#x}, is no power of two")
        })?;
        for report in [12, 15, 21] {
            let result = dut.log_report(range(1 << 30, 1 << 21), 1 << report, &mut [0; 8])?;
            expect_ok(
                &format!("a report in pages of {:#x}", 1_u64 << report),
                result,
            )?;
        }
        log_stop(dut)?;
    }
    Ok(())
}

fn stop(dut: &mut Dut) -> Check {
    log_stop(dut)?;
    log_start(dut, PAGE, &[SOUND])?;
    log_stop(dut)?;
    log_stop(dut)?;
    expect_fault(
        "a report after the stop",
        dut.log_report(SOUND, PAGE, &mut [0; 4])?,
        Fault::NotLogging,
    )?;
    log_start(dut, PAGE, &[SOUND])?;
    log_stop(dut)
}

/// Words behind those of the range stay as they are; the last word's spare bits too.
fn bitmap_length(dut: &mut Dut) -> Check {
    log_start(dut, PAGE, &[range(0, 1 << 20)])?;
    use_device(dut)?;
    for pages in [1, 3, 63, 64, 65, 200] {
        let mut bitmap = [0; 8];
        expect_ok(
            "a report",
            dut.log_report(range(0, pages * PAGE), PAGE, &mut bitmap)?,
        )?;
        for page in pages..bitmap.len() as u64 * 64 {
            let set = bitmap[page as usize / 64] >> (page % 64) & 1;
            expect_eq(&format!("bit {page} of a report of {pages} pages"), set, 0)?;
        }
    }
    log_stop(dut)
}

fn bitmap_only_sets(dut: &mut Dut) -> Check {
    log_start(dut, PAGE, &[range(0, 1 << 20)])?;
    let before = [0x8000_0000_0000_0001, 0xf0, 0, u64::MAX];
    let mut bitmap = before;
    expect_ok(
        "a report",
        dut.log_report(range(0, 256 * PAGE), PAGE, &mut bitmap)?,
    )?;
    let kept = before
        .iter()
        .zip(bitmap)
        .all(|(before, after)| before & after == *before);
    expect(kept, || {
        format!("a report cleared bits: {before:#x?} became {bitmap:#x?}")
    })?;
    log_stop(dut)
}

fn in_state(dut: &mut Dut, state: DeviceState) -> Check {
    reach(dut, state)?;
    log_start(dut, PAGE, &[SOUND])?;
    expect_ok(
        &format!("a report in {state}"),
        dut.log_report(SOUND, PAGE, &mut [0; 4])?,
    )?;
    log_stop(dut)?;
    dut.is_in(state)?;
    log_start(dut, PAGE, &[SOUND])?;
    dut.go(DeviceState::RUNNING)?;
    expect_ok(
        "a report after a request",
        dut.log_report(SOUND, PAGE, &mut [0; 4])?,
    )?;
    log_stop(dut)
}

fn closed(dut: &mut Dut) -> Check {
    log_start(dut, PAGE, &[SOUND])?;
    dut.reopen()?;
    expect_fault(
        "a report after close and open",
        dut.log_report(SOUND, PAGE, &mut [0; 4])?,
        Fault::NotLogging,
    )?;
    log_start(dut, PAGE, &[SOUND])?;
    log_stop(dut)
}
