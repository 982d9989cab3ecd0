//! `dirty-log.md`: reports, and the bitmap that they fill.

use vfio_migration::covers;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::dirty_log::{GUEST, PAGE, logger, report, report_into, start, words};
use crate::fake::{Fake, calls};

/// What the device writes is seen by the memory's own log too: both are the same.
#[test]
fn every_write_is_in_the_log() {
    covers![V2_LOG_COMPLETE, V2_LOG_BITMAP];
    let mut seen = 0;
    for end in [
        DeviceState::RUNNING,
        DeviceState::RUNNING_P2P,
        DeviceState::STOP,
        DeviceState::STOP_COPY,
    ] {
        for moments in 0..14 {
            let mut rig = logger();
            start(&mut rig.device, PAGE, &[(0, GUEST)]).expect("a log");
            for _ in 0..3 {
                rig.must_set(DeviceState::RUNNING);
                rig.ask(2);
                rig.memory.track(true);
                rig.moments(moments);
                // DMA in flight may end in an arc.
                rig.must_set(end);
                let written: Vec<_> = rig
                    .memory
                    .take_dirty()
                    .iter()
                    .map(|page| *page as u64)
                    .collect();
                seen += written.len();
                assert_eq!(
                    report(&mut rig.device, (0, GUEST), PAGE),
                    Ok(written),
                    "{end} {moments}"
                );
            }
        }
    }
    assert!(seen > 100);
}

#[test]
fn only_what_is_watched_is_logged() {
    covers![V2_LOG_BITMAP];
    for watched in 0..3_u64 {
        let mut rig = logger();
        start(&mut rig.device, PAGE, &[(watched * PAGE, PAGE)]).expect("a log");
        let before = rig.port.traffic().dma;
        rig.use_device();
        assert!(rig.port.traffic().dma > before + 8);
        // The device reads from page 1, and writes to the others.
        let expected = if watched == 1 { vec![] } else { vec![watched] };
        assert_eq!(report(&mut rig.device, (0, GUEST), PAGE), Ok(expected));
    }
}

#[test]
fn a_report_clears_its_range_and_no_other() {
    covers![V2_LOG_READ_AND_CLEAR];
    for wish in [1024, PAGE, 8192, 65536] {
        let mut rig = logger();
        start(&mut rig.device, wish, &[(0, 1 << 20)]).expect("a log");
        rig.use_device();
        let mut whole = logger();
        start(&mut whole.device, wish, &[(0, 1 << 20)]).expect("a log");
        whole.use_device();
        let all = report(&mut whole.device, (0, 1 << 20), PAGE).expect("a report");
        // The same log, page by page, is the same.
        let mut found = Vec::new();
        for page in (0..256).rev() {
            let bits = report(&mut rig.device, (page * PAGE, PAGE), PAGE).expect("a report");
            found.extend(bits.iter().map(|bit| bit + page));
            let again = report(&mut rig.device, (page * PAGE, PAGE), PAGE);
            assert_eq!(again, Ok(vec![]), "{wish}: reported once");
        }
        found.sort_unstable();
        assert_eq!(found, all, "{wish}");
        rig.use_device();
        assert_eq!(
            report(&mut rig.device, (0, 1 << 20), PAGE),
            Ok(all),
            "{wish}: written again"
        );
    }
}

#[test]
fn the_first_reason_refuses_a_report() {
    covers![V2_LOG_REPORT_REFUSED];
    let sizes = [0, 1, 512, 2048, PAGE - 1, PAGE + 1, 3 * PAGE, u64::MAX];
    let overflowing = [(u64::MAX, 1), (1, u64::MAX), (u64::MAX - PAGE + 1, PAGE)];
    for logging in [false, true] {
        let mut device = Fake::device(Capabilities::ALL);
        if logging {
            start(&mut device, PAGE, &[(0, PAGE)]).expect("a log");
            device.driver_mut().logged.push(0..1);
            calls(&mut device);
        }
        for size in sizes {
            for range in overflowing.into_iter().chain([(0, PAGE)]) {
                let refused = report_into(&mut device, range, size, &mut []);
                assert_eq!(refused, Err(Fault::BadPageSize), "{size}");
            }
        }
        for range in overflowing {
            let refused = report_into(&mut device, range, PAGE, &mut []);
            assert_eq!(refused, Err(Fault::RangeOverflow), "{range:?}");
        }
        if !logging {
            let refused = report_into(&mut device, (0, PAGE), PAGE, &mut []);
            assert_eq!(refused, Err(Fault::NotLogging));
        }
        assert!(calls(&mut device).is_empty(), "nobody looks into the log");
        if logging {
            assert_eq!(report(&mut device, (0, PAGE), PAGE), Ok(vec![0]));
        }
    }
    let mut rig = logger();
    start(&mut rig.device, 1024, &[(0, GUEST)]).expect("a log");
    for shift in 12..64 {
        rig.use_device();
        let bits = report(&mut rig.device, (0, GUEST), 1 << shift);
        let expected = if shift == 12 { vec![0, 2] } else { vec![0, 1] };
        let expected = if shift > 13 { vec![0] } else { expected };
        assert_eq!(bits, Ok(expected), "{shift}");
    }
}

/// The chapter's example.
#[test]
fn the_example_is_right() {
    covers![V2_LOG_BITMAP];
    for (address, word, bit) in [(0x12000, 0, 2), (0x60000, 1, 16)] {
        let mut device = Fake::device(Capabilities::ALL);
        start(&mut device, PAGE, &[(0x10000, 0x100000)]).expect("a log");
        device.driver_mut().logged.push(address..address + 1);
        let mut bitmap = [0; 4];
        report_into(&mut device, (0x10000, 0x100000), 0x1000, &mut bitmap).expect("a report");
        let mut expected = [0; 4];
        expected[word] = 1 << bit;
        assert_eq!(bitmap, expected);
    }
}

/// Any log and any report: against a bitmap that is made page by page.
#[test]
fn a_bitmap_has_exactly_the_pages_that_were_written() {
    covers![
        V2_LOG_BITMAP,
        V2_LOG_BITMAP_ONLY_SETS,
        V2_LOG_BITMAP_LENGTH,
        V2_LOG_REPLICATE
    ];
    let mut seed = 1_u64;
    let mut random = |below: u64| {
        seed = seed
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (seed >> 33) % below
    };
    for round in 0..400 {
        let page_size = PAGE << random(4);
        let iova = random(64) * 1024;
        let length = [random(300 * PAGE), 64 * page_size, 1, 0, 65 * page_size][round % 5];
        let mut device = Fake::device(Capabilities::ALL);
        start(&mut device, PAGE, &[(0, 1 << 40)]).expect("a log");
        let runs: Vec<_> = (0..random(6))
            .map(|run| {
                (
                    random(400 * PAGE),
                    random([20, 200][run as usize % 2] * PAGE),
                )
            })
            .map(|(start, more)| start..start + 1 + more)
            .collect();
        device.driver_mut().logged.clone_from(&runs);

        let mut bitmap: Vec<u64> = vec![0; words(length, page_size)];
        bitmap
            .iter_mut()
            .for_each(|word| *word = random(1 << 20) << random(44));
        let mut expected = bitmap.clone();
        for page in 0..length.div_ceil(page_size) {
            let first = iova + page * page_size;
            let after = (first + page_size).min(iova + length);
            if runs.iter().any(|run| run.start < after && first < run.end) {
                expected[page as usize / 64] |= 1 << (page % 64);
            }
        }
        report_into(&mut device, (iova, length), page_size, &mut bitmap).expect("a report");
        assert_eq!(
            bitmap, expected,
            "{iova:#x} {length:#x} {page_size:#x} {runs:x?}"
        );
    }
}

#[test]
fn larger_pages_are_replicated_and_smaller_ones_joined() {
    covers![V2_LOG_REPLICATE];
    let rows: [(u64, u64, &[u64]); 5] = [
        (16384, PAGE, &[4, 5, 6, 7]),
        (65536, 8192, &[0, 1, 2, 3, 4, 5, 6, 7]),
        (1024, PAGE, &[5]),
        (PAGE, 16384, &[1]),
        (2048, 65536, &[0]),
    ];
    for (logs, page_size, expected) in rows {
        let mut device = Fake::device(Capabilities::ALL);
        device.driver_mut().log_page = Some(logs);
        start(&mut device, logs, &[(0, 65536)]).expect("a log");
        let written = (5 * PAGE) & !(logs - 1);
        device.driver_mut().logged.push(written..written + logs);
        let bits = report(&mut device, (0, 65536), page_size).expect("a report");
        assert_eq!(bits, expected, "{logs} as {page_size}");
    }
}
