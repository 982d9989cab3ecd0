//! `dirty-log.md`: the log of the device's own DMA writes, its start and its end.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::machine::v2::{LogRange, MigrationDevice, Services};
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{Capabilities, DeviceState, Driver, Fault};
use vfio_migration::vmm::Guest;

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Ram, Rig, feature, simple};

const START: u32 = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START;
const STOP: u32 = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP;
const REPORT: u32 = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
pub(crate) const PAGE: u64 = 4096;
/// The memory that the guest's driver uses.
pub(crate) const GUEST: u64 = Guest::PAGES as u64 * PAGE;
/// Where arrays lie in user space's memory: a page boundary is not needed.
const ARRAY: u64 = 24;

/// The payload of a start for an array of `count` ranges at [`ARRAY`].
fn control(page_size: u64, count: u32) -> Vec<u8> {
    let words = [page_size, count.into(), ARRAY];
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// User space's memory with these ranges at [`ARRAY`].
fn array(ranges: &[(u64, u64)]) -> Ram {
    let words = ranges.iter().flat_map(|(iova, length)| [*iova, *length]);
    let mut bytes = vec![0xee; ARRAY as usize];
    bytes.extend(words.flat_map(u64::to_ne_bytes));
    Ram(bytes)
}

/// Starts the log; gives the page size that the device took.
pub(crate) fn start<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    page_size: u64,
    ranges: &[(u64, u64)],
) -> Result<u64, Fault> {
    let payload = control(page_size, ranges.len() as u32);
    let (result, back) = feature(device, START, &payload, &mut array(ranges));
    if result.is_err() {
        assert_eq!(back, payload, "a refused start changes nothing");
    }
    assert_eq!(back[8..], payload[8..]);
    result.map(|()| u64::from_ne_bytes(back[..8].try_into().expect("eight bytes")))
}

fn stop<D: Driver + Services + ?Sized>(device: &mut MigrationDevice<D>) -> Result<(), Fault> {
    simple(device, STOP, &[]).0
}

/// Words that hold the bits of a range.
pub(crate) fn words(length: u64, page_size: u64) -> usize {
    length.div_ceil(page_size).div_ceil(64) as usize
}

/// Reports into a bitmap that holds this already. Its memory ends where the bitmap does: a touch beyond is a panic.
pub(crate) fn report_into<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    (iova, length): (u64, u64),
    page_size: u64,
    bitmap: &mut [u64],
) -> Result<(), Fault> {
    let words = [iova, length, page_size, ARRAY];
    let payload: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let mut user = Ram(vec![0xee; ARRAY as usize]);
    user.0
        .extend(bitmap.iter().flat_map(|word| word.to_ne_bytes()));
    let (result, back) = feature(device, REPORT, &payload, &mut user);
    assert_eq!(back, payload, "the answer is in the bitmap alone");
    assert_eq!(user.0[..ARRAY as usize], [0xee; ARRAY as usize]);
    for (word, bytes) in bitmap.iter_mut().zip(user.0[ARRAY as usize..].chunks(8)) {
        *word = u64::from_ne_bytes(bytes.try_into().expect("eight bytes"));
    }
    result
}

/// The numbers of the bits that a report sets.
pub(crate) fn report<D: Driver + Services + ?Sized>(
    device: &mut MigrationDevice<D>,
    range: (u64, u64),
    page_size: u64,
) -> Result<Vec<u64>, Fault> {
    let mut bitmap = vec![0; words(range.1, page_size)];
    report_into(device, range, page_size, &mut bitmap)?;
    Ok(bits(&bitmap))
}

fn bits(bitmap: &[u64]) -> Vec<u64> {
    let all = 0..64 * bitmap.len() as u64;
    all.filter(|bit| bitmap[*bit as usize / 64] >> (bit % 64) & 1 != 0)
        .collect()
}

/// The only reference driver that logs.
pub(crate) fn logger() -> Rig {
    let mut rig = Rig::new(Model::Buffering);
    rig.use_device();
    rig
}

#[test]
fn a_device_that_does_not_log_says_so() {
    covers![V2_LOG_OPTIONAL];
    for model in Model::ALL {
        let mut rig = Rig::new(model);
        let logs = model == Model::Buffering;
        let expected = if logs {
            Ok(())
        } else {
            Err(Fault::NotSupported)
        };
        for flags in [START, STOP, REPORT] {
            let probe = flags | VFIO_DEVICE_FEATURE_PROBE;
            assert_eq!(simple(&mut rig.device, probe, &[]).0, expected, "{model:?}");
        }
        let started = start(&mut rig.device, PAGE, &[(0, GUEST)]);
        assert_eq!(started.map(|_| ()), expected);
        let reported = report(&mut rig.device, (0, GUEST), PAGE);
        assert_eq!(reported.map(|_| ()), expected);
        assert_eq!(stop(&mut rig.device), expected);
    }
}

/// The same calls with the same results, whatever the state.
#[test]
fn the_log_is_bound_to_no_state() {
    covers![V2_LOG_INDEPENDENT];
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            let session = device.session();
            assert_eq!(
                start(&mut device, PAGE, &[(0, 8 * PAGE)]),
                Ok(PAGE),
                "{state}"
            );
            device.driver_mut().logged.push(PAGE..2 * PAGE);
            assert_eq!(
                report(&mut device, (0, 8 * PAGE), PAGE),
                Ok(vec![1]),
                "{state}"
            );
            assert_eq!(stop(&mut device), Ok(()), "{state}");
            assert_eq!(calls(&mut device), ["start_log", "take_log", "stop_log"]);
            assert_eq!((device.state(), device.session()), (state, session));
        }
        for from in states(capabilities) {
            for to in DeviceState::ALL {
                let mut device = in_state(capabilities, from);
                start(&mut device, PAGE, &[(0, PAGE)]).expect("a log");
                let _ = device.request(to);
                assert!(device.logging(), "{from} to {to}");
                device.reset();
                assert!(device.logging(), "a reset in {to}");
                let calls = calls(&mut device);
                assert!(!calls.contains(&"stop_log"), "{from} to {to}");
            }
        }
    }
}

#[test]
fn requests_failures_and_resets_keep_what_is_logged() {
    covers![V2_LOG_INDEPENDENT];
    for state in Rig::states(Model::Buffering) {
        let mut rig = logger();
        start(&mut rig.device, PAGE, &[(0, GUEST)]).expect("a log");
        rig.use_device();
        rig.must_set(state);
        assert_eq!(
            report(&mut rig.device, (0, PAGE), PAGE),
            Ok(vec![0]),
            "{state}"
        );

        rig.break_device();
        assert_eq!(report(&mut rig.device, (PAGE, PAGE), PAGE), Ok(vec![]));
        rig.reset();
        assert_eq!(
            report(&mut rig.device, (0, GUEST), PAGE),
            Ok(vec![2]),
            "{state}"
        );

        rig.use_device();
        assert_eq!(
            report(&mut rig.device, (0, GUEST), PAGE),
            Ok(vec![0, 2]),
            "goes on"
        );
        rig.break_device();
        assert_eq!(stop(&mut rig.device), Ok(()));
        assert_eq!(
            start(&mut rig.device, PAGE, &[(0, GUEST)]),
            Ok(PAGE),
            "in ERROR"
        );
    }
}

/// First address and length.
type LogEntry = (u64, u64);

const SOUND: LogEntry = (0, PAGE);
const OVERFLOWING: LogEntry = (u64::MAX - PAGE + 1, 2 * PAGE);

/// Page size, ranges, and the reason that comes first: each has its defect, and as many of later rows as go with it.
const REFUSED: [(u64, &[LogEntry], Fault); 18] = [
    (0, &[], Fault::NoRanges),
    (PAGE, &[], Fault::NoRanges),
    (0, &[(1, 1); 257], Fault::TooManyRanges),
    (PAGE, &[(1, 1); 257], Fault::TooManyRanges),
    (0, &[(1, 1), OVERFLOWING, SOUND, SOUND], Fault::BadPageSize),
    (PAGE + 1, &[SOUND], Fault::BadPageSize),
    (3 * PAGE, &[(0, 3 * PAGE)], Fault::BadPageSize),
    (u64::MAX, &[SOUND], Fault::BadPageSize),
    (PAGE, &[(1, u64::MAX)], Fault::MisalignedRange),
    (PAGE, &[(512, PAGE), SOUND], Fault::MisalignedRange),
    (PAGE, &[SOUND, (0, PAGE - 1)], Fault::MisalignedRange),
    (2 * PAGE, &[SOUND], Fault::MisalignedRange),
    (
        PAGE,
        &[OVERFLOWING, (1, 1), SOUND, SOUND],
        Fault::RangeOverflow,
    ),
    (
        PAGE,
        &[(2 * PAGE, PAGE), (u64::MAX - PAGE + 1, PAGE)],
        Fault::RangeOverflow,
    ),
    (
        PAGE,
        &[SOUND, SOUND, (1, 1), OVERFLOWING],
        Fault::OverlappingRanges,
    ),
    (
        PAGE,
        &[(8 * PAGE, 2 * PAGE), SOUND, (9 * PAGE, PAGE)],
        Fault::OverlappingRanges,
    ),
    (
        PAGE,
        &[(8 * PAGE, PAGE), (7 * PAGE, 8 * PAGE)],
        Fault::OverlappingRanges,
    ),
    (
        PAGE,
        &[(7 * PAGE, 8 * PAGE), (8 * PAGE, PAGE)],
        Fault::OverlappingRanges,
    ),
];

#[test]
fn the_first_reason_refuses_a_start() {
    covers![V2_LOG_START_REFUSED];
    for (page_size, ranges, fault) in REFUSED {
        let mut device = Fake::device(Capabilities::ALL);
        assert_eq!(
            start(&mut device, page_size, ranges),
            Err(fault),
            "{page_size} {ranges:?}"
        );
        assert!(!device.logging() && calls(&mut device).is_empty());
        assert_eq!(report(&mut device, SOUND, PAGE), Err(Fault::NotLogging));

        // With a log that runs, the same reasons come first; and it runs on.
        start(&mut device, PAGE, &[SOUND]).expect("a log");
        device.driver_mut().logged.push(0..1);
        assert_eq!(
            start(&mut device, page_size, ranges),
            Err(fault),
            "{page_size} {ranges:?}"
        );
        assert_eq!(
            start(&mut device, PAGE, &[(PAGE, PAGE)]),
            Err(Fault::AlreadyLogging)
        );
        assert_eq!(calls(&mut device), ["start_log"]);
        assert_eq!(report(&mut device, SOUND, PAGE), Ok(vec![0]));
    }
}

#[test]
fn a_count_beyond_all_memory_is_refused_unread() {
    covers![V2_LOG_START_REFUSED];
    let mut device = Fake::device(Capabilities::ALL);
    for count in [257, 1 << 16, u32::MAX] {
        // There is no memory at all: a look at any range is a panic.
        let (result, _) = simple(&mut device, START, &control(PAGE, count));
        assert_eq!(result, Err(Fault::TooManyRanges), "{count}");
    }
}

#[test]
fn sound_ranges_are_accepted() {
    covers![V2_LOG_START_REFUSED];
    let page_of_ranges: Vec<_> = (0..256).rev().map(|at| (at * 2 * PAGE, 2 * PAGE)).collect();
    let top = u64::MAX - PAGE + 1;
    let rows: [(u64, &[(u64, u64)]); 5] = [
        (PAGE, &page_of_ranges),
        (PAGE, &[(top - PAGE, PAGE)]),
        (1, &[(3, 5), (8, 1), (0, 3)]),
        (1 << 63, &[(0, 1 << 63)]),
        (
            PAGE,
            &[
                (2 * PAGE, PAGE),
                (0, PAGE),
                (PAGE, PAGE),
                (3 * PAGE, 9 * PAGE),
            ],
        ),
    ];
    for (page_size, ranges) in rows {
        let mut device = Fake::device(Capabilities::ALL);
        assert_eq!(
            start(&mut device, page_size, ranges),
            Ok(PAGE),
            "{page_size} {ranges:?}"
        );
        let expected = ranges
            .iter()
            .map(|&(iova, length)| LogRange { iova, length });
        assert!(
            device.driver().watched.iter().copied().eq(expected),
            "{ranges:?}"
        );
    }
}

#[test]
fn the_device_says_in_which_pages_it_logs() {
    covers![V2_LOG_PAGE_SIZE, V2_LOG_REPLICATE];
    let mut device = Fake::device(Capabilities::ALL);
    device.driver_mut().log_page = Some(1 << 21);
    assert_eq!(start(&mut device, PAGE, &[(0, PAGE)]), Ok(1 << 21));
    for shift in 0..21 {
        let mut rig = logger();
        let (wish, range) = (1 << shift, (0, 1 << 22));
        let taken = start(&mut rig.device, wish, &[range]).expect("a wish is no reason to fail");
        assert!(taken.is_power_of_two(), "{taken}");
        rig.use_device();
        // The guest's ring and its targets are written: pages 0 and 2, and all that the device cannot tell from them.
        let unit = taken.max(PAGE) / PAGE;
        let same = |page: u64| [0, 2].iter().any(|written| written / unit == page / unit);
        let expected = (0..1024).filter(|page| same(*page)).collect();
        assert_eq!(
            report(&mut rig.device, range, PAGE),
            Ok(expected),
            "{wish}: {taken}"
        );
    }
}

#[test]
fn stopping_forgets() {
    covers![V2_LOG_STOP];
    let mut rig = logger();
    for _ in 0..2 {
        assert_eq!(stop(&mut rig.device), Ok(()), "without a log");
    }
    let nothing = Err(Fault::NotLogging);
    assert_eq!(report(&mut rig.device, (0, GUEST), PAGE), nothing);
    start(&mut rig.device, PAGE, &[(0, GUEST)]).expect("a log");
    rig.use_device();
    assert_eq!(stop(&mut rig.device), Ok(()));
    assert_eq!(report(&mut rig.device, (0, GUEST), PAGE), nothing);
    rig.use_device();
    start(&mut rig.device, PAGE, &[(0, GUEST)]).expect("a log");
    assert_eq!(report(&mut rig.device, (0, GUEST), PAGE), Ok(vec![]));

    let mut device = Fake::device(Capabilities::ALL);
    stop(&mut device).expect("a stop");
    assert!(calls(&mut device).is_empty());
    start(&mut device, PAGE, &[(0, PAGE)]).expect("a log");
    stop(&mut device).expect("a stop");
    stop(&mut device).expect("a stop");
    assert_eq!(calls(&mut device), ["start_log", "stop_log"]);
}
