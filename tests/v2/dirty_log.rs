//! `dirty-log.md`: start, report, stop, and the bitmap.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::machine::v2::{LogRange, MigrationDevice};
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::discovery::control;
use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Ram, Rig, every, feature, simple};

pub(crate) const START: u32 = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START;
const STOP: u32 = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP;
pub(crate) const REPORT: u32 = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
pub(crate) const PAGE: u64 = 4096;

/// Page size, ranges, and why they are refused.
type Case<'a> = (u64, &'a [(u64, u64)], Fault);

/// User space's memory with this array of ranges at its beginning.
pub(crate) fn array(ranges: &[(u64, u64)]) -> Ram {
    let words = ranges.iter().flat_map(|(iova, length)| [*iova, *length]);
    let mut bytes: Vec<u8> = words.flat_map(u64::to_ne_bytes).collect();
    bytes.resize(bytes.len().max(8192), 0);
    Ram(bytes)
}

pub(crate) fn start(
    device: &mut MigrationDevice<Fake>,
    page: u64,
    ranges: &[(u64, u64)],
) -> Result<u64, Fault> {
    let payload = control(page, ranges.len() as u32, 0);
    let (result, back) = feature(device, START, &payload, &mut array(ranges));
    result.map(|()| u64::from_ne_bytes(*back.first_chunk().expect("a page size")))
}

pub(crate) fn report_payload(iova: u64, length: u64, page: u64) -> Vec<u8> {
    [iova, length, page, 0]
        .into_iter()
        .flat_map(u64::to_ne_bytes)
        .collect()
}

/// A report into an array of zeros; its words.
pub(crate) fn report(
    device: &mut MigrationDevice<Fake>,
    iova: u64,
    length: u64,
    page: u64,
) -> Result<Vec<u64>, Fault> {
    let mut ram = Ram(vec![0; 4096]);
    let (result, _) = feature(
        device,
        REPORT,
        &report_payload(iova, length, page),
        &mut ram,
    );
    result.map(|()| words(&ram))
}

pub(crate) fn words(ram: &Ram) -> Vec<u64> {
    let (words, _) = ram.0.as_chunks::<8>();
    words.iter().map(|word| u64::from_ne_bytes(*word)).collect()
}

/// The numbers of the bits that are set.
pub(crate) fn bits(words: &[u64]) -> Vec<usize> {
    (0..words.len() * 64)
        .filter(|bit| words[bit / 64] & 1 << (bit % 64) != 0)
        .collect()
}

#[test]
fn a_start_is_refused_for_the_first_reason() {
    covers![V2_LOG_START_REFUSED, V2_LOG_REPORT_REFUSED];
    let long: Vec<_> = (0..257).map(|n| (n * 2 * PAGE, PAGE)).collect();
    let top = u64::MAX - PAGE + 1;
    let cases: [Case<'_>; 13] = [
        (3, &[], Fault::NoRanges),
        (3, &long, Fault::TooManyRanges),
        (0, &[(0, 0)], Fault::BadPageSize),
        (3, &[(1, 1)], Fault::BadPageSize),
        (PAGE, &[(1, PAGE)], Fault::MisalignedRange),
        (PAGE, &[(PAGE, PAGE + 1)], Fault::MisalignedRange),
        (PAGE, &[(top, PAGE)], Fault::RangeOverflow),
        (PAGE, &[(top, 2 * PAGE), (1, 1)], Fault::RangeOverflow),
        (PAGE, &[(0, PAGE), (1, 1)], Fault::MisalignedRange),
        (
            PAGE,
            &[(0, 2 * PAGE), (PAGE, PAGE)],
            Fault::OverlappingRanges,
        ),
        (
            PAGE,
            &[(PAGE, PAGE), (0, 4 * PAGE)],
            Fault::OverlappingRanges,
        ),
        (
            PAGE,
            &[(0, PAGE), (PAGE, PAGE), (0, PAGE)],
            Fault::OverlappingRanges,
        ),
        (PAGE, &[(0, PAGE), (top, PAGE)], Fault::RangeOverflow),
    ];
    for running in [false, true] {
        for (page, ranges, fault) in cases {
            let mut device = Fake::device(Capabilities::ALL);
            if running {
                start(&mut device, PAGE, &[(0, PAGE)]).expect("a log");
            }
            calls(&mut device);
            assert_eq!(
                start(&mut device, page, ranges),
                Err(fault),
                "{page} {ranges:?}"
            );
            assert_eq!((device.logging(), calls(&mut device)), (running, vec![]));
        }
    }
    let mut device = Fake::device(Capabilities::ALL);
    start(&mut device, PAGE, &[(0, PAGE)]).expect("a log");
    assert_eq!(
        start(&mut device, PAGE, &[(0, PAGE)]),
        Err(Fault::AlreadyLogging)
    );
    // A page full of ranges, also side by side, also of length 0.
    let mut device = Fake::device(Capabilities::ALL);
    assert_eq!(start(&mut device, PAGE, &long[..256]), Ok(PAGE));
    assert_eq!(device.driver().watched.len(), 256);
    assert_eq!(
        device.driver().watched[3],
        LogRange {
            iova: 6 * PAGE,
            length: PAGE
        }
    );
    let mut device = Fake::device(Capabilities::ALL);
    assert_eq!(
        start(&mut device, PAGE, &[(0, PAGE), (PAGE, PAGE), (PAGE, 0)]),
        Ok(PAGE)
    );
}

#[test]
fn the_device_says_in_which_pages_it_logs() {
    covers![V2_LOG_PAGE_SIZE];
    for wish in [1, 512, 1024, 4096, 1 << 20] {
        let mut rig = Rig::new(Model::Buffering);
        let mut ram = array(&[(0, 1 << 20)]);
        let (result, back) = feature(&mut rig.device, START, &control(wish, 1, 0), &mut ram);
        result.expect("a log");
        let taken = u64::from_ne_bytes(*back.first_chunk().expect("a page size"));
        assert_eq!(taken, wish.clamp(1024, 65536));
        assert!(taken.is_power_of_two());
    }
}

#[test]
fn a_report_is_refused_for_the_first_reason() {
    covers![V2_LOG_REPORT_REFUSED];
    let cases = [
        (0, 0, 0, Fault::BadPageSize),
        (0, PAGE, 2048, Fault::BadPageSize),
        (u64::MAX, PAGE, PAGE + 1, Fault::BadPageSize),
        (u64::MAX, 1, PAGE, Fault::RangeOverflow),
        (u64::MAX - PAGE + 1, PAGE, PAGE, Fault::RangeOverflow),
    ];
    for running in [false, true] {
        let mut device = Fake::device(Capabilities::ALL);
        if running {
            start(&mut device, PAGE, &[(0, PAGE)]).expect("a log");
            device.driver_mut().logged.push(0..1);
        }
        for (iova, length, page, fault) in cases {
            let mut ram = Ram(vec![0x11; 64]);
            let (result, _) = feature(
                &mut device,
                REPORT,
                &report_payload(iova, length, page),
                &mut ram,
            );
            assert_eq!(result, Err(fault));
            assert!(
                ram.0.iter().all(|byte| *byte == 0x11),
                "the bitmap is left alone"
            );
        }
        if running {
            assert_eq!(
                report(&mut device, 0, PAGE, PAGE).map(|words| words[0]),
                Ok(1),
                "and so is the log"
            );
        } else {
            assert_eq!(report(&mut device, 0, PAGE, PAGE), Err(Fault::NotLogging));
        }
    }
    // Any other page size is accepted, whatever the device logs in.
    for page in (12..63).map(|shift| 1_u64 << shift) {
        let mut device = Fake::device(Capabilities::ALL);
        start(&mut device, 1 << 16, &[(0, 1 << 20)]).expect("a log");
        device.driver_mut().logged.push(0..1);
        assert_eq!(
            report(&mut device, 0, 1 << 20, page).map(|words| words[0] & 1),
            Ok(1)
        );
    }
}

#[test]
fn a_stop_forgets() {
    covers![V2_LOG_STOP];
    let mut device = Fake::device(Capabilities::ALL);
    assert_eq!(
        simple(&mut device, STOP, &[]).0,
        Ok(()),
        "without a log it succeeds"
    );
    assert!(calls(&mut device).is_empty(), "and does nothing");
    let mut rig = logging(Model::Buffering);
    rig.use_device();
    assert_eq!(simple(&mut rig.device, STOP, &[]).0, Ok(()));
    assert_eq!(reported(&mut rig, 0, 3 * PAGE).0, Err(Fault::NotLogging));
    start_rig(&mut rig);
    assert_eq!(
        bits(&reported(&mut rig, 0, 3 * PAGE).1),
        [0; 0],
        "nothing of before"
    );
}

/// A rig whose device logs all of the guest's memory.
fn logging(model: Model) -> Rig {
    let mut rig = Rig::new(model);
    start_rig(&mut rig);
    rig
}

fn start_rig(rig: &mut Rig) {
    let mut ram = array(&[(0, 3 * PAGE)]);
    feature(&mut rig.device, START, &control(PAGE, 1, 0), &mut ram)
        .0
        .expect("a log");
}

pub(crate) fn reported(rig: &mut Rig, iova: u64, length: u64) -> (Result<(), Fault>, Vec<u64>) {
    let mut ram = Ram(vec![0; 4096]);
    let (result, _) = feature(
        &mut rig.device,
        REPORT,
        &report_payload(iova, length, PAGE),
        &mut ram,
    );
    (result, words(&ram))
}

#[test]
fn every_dma_write_is_logged_and_no_read() {
    covers![V2_LOG_COMPLETE, V2_LOG_READ_AND_CLEAR];
    let mut rig = logging(Model::Buffering);
    // The guest's ring (page 0) and its targets (page 2) are written, its sources (page 1) only read.
    rig.use_device();
    assert_eq!(bits(&reported(&mut rig, 0, 3 * PAGE).1), [0, 2]);
    assert_eq!(
        bits(&reported(&mut rig, 0, 3 * PAGE).1),
        [0; 0],
        "a report clears"
    );
    rig.use_device();
    assert_eq!(bits(&reported(&mut rig, 2 * PAGE, PAGE).1), [0]);
    assert_eq!(
        bits(&reported(&mut rig, 0, 3 * PAGE).1),
        [0],
        "the log of other ranges stays"
    );
}

/// One device page, reported in two halves: neither report loses what the other one tells.
#[test]
fn a_part_of_a_page_stays() {
    covers![V2_LOG_READ_AND_CLEAR];
    let mut rig = Rig::new(Model::Buffering);
    let mut ram = array(&[(0, 1 << 16)]);
    feature(&mut rig.device, START, &control(1 << 16, 1, 0), &mut ram)
        .0
        .expect("a log");
    rig.use_device();
    assert_eq!(bits(&reported(&mut rig, 0, PAGE).1), [0]);
    assert_eq!(bits(&reported(&mut rig, PAGE, 3 * PAGE).1), [0, 1, 2]);
}

#[test]
fn the_log_is_bound_to_no_state() {
    covers![V2_LOG_INDEPENDENT];
    for state in states(Capabilities::ALL) {
        let mut device = in_state(Capabilities::ALL, state);
        assert_eq!(
            start(&mut device, PAGE, &[(0, 1 << 20)]),
            Ok(PAGE),
            "{state}"
        );
        device.driver_mut().logged.push(5 * PAGE..5 * PAGE + 1);
        let found = report(&mut device, 0, 1 << 20, PAGE).expect("a report");
        assert_eq!(bits(&found), [5], "{state}");
        device.reset();
        assert!(device.logging());
        assert_eq!(simple(&mut device, STOP, &[]).0, Ok(()), "{state}");
    }
    // What was written before a request, a reset or an error is told after it.
    let ways: [fn(&mut Rig); 4] = [
        |rig| rig.must_set(DeviceState::STOP_COPY),
        |rig| rig.must_set(DeviceState::RESUMING),
        |rig| rig.reset(),
        |rig| rig.break_device(),
    ];
    for way in ways {
        let mut rig = logging(Model::Buffering);
        rig.use_device();
        way(&mut rig);
        assert_eq!(bits(&reported(&mut rig, 0, 3 * PAGE).1), [0, 2]);
    }
}

#[test]
fn devices_without_a_log_say_so() {
    covers![V2_LOG_OPTIONAL];
    every(|model| {
        let mut rig = Rig::new(model);
        let features = [(START, 24), (STOP, 0), (REPORT, 32)];
        for (flags, len) in features {
            let absent =
                simple(&mut rig.device, flags, &vec![0; len]).0 == Err(Fault::NotSupported);
            assert_eq!(absent, model != Model::Buffering, "{model:?}");
            let probe = flags | VFIO_DEVICE_FEATURE_PROBE;
            assert_eq!(simple(&mut rig.device, probe, &[]).0.is_err(), absent);
        }
    });
}
