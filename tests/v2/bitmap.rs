//! `dirty-log.md`, The bitmap: which bits a report sets, and which it leaves alone.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::Capabilities;

use crate::dirty_log::{
    PAGE, REPORT, START, array, bits, report, report_payload, reported, start, words,
};
use crate::discovery::control;
use crate::fake::Fake;
use crate::rig::{Ram, Rig, feature};

/// A device that logged these bytes, reported over a range.
fn bitmap(logged: &[std::ops::Range<u64>], iova: u64, length: u64, page: u64) -> Vec<u64> {
    let mut device = Fake::device(Capabilities::ALL);
    start(&mut device, PAGE, &[(0, 1 << 30)]).expect("a log");
    device.driver_mut().logged = logged.to_vec();
    report(&mut device, iova, length, page).expect("a report")
}

#[test]
fn bits_stand_for_pages_from_iova_on() {
    covers![V2_LOG_BITMAP];
    // The example of the chapter.
    let write = |at: u64| at..at + 1;
    let found = bitmap(&[write(0x12000), write(0x60000)], 0x10000, 0x100000, 0x1000);
    assert_eq!((found[0], found[1]), (1 << 2, 1 << 16));
    assert_eq!(bits(&found), [2, 80]);
    // Runs over words and pages, ends inside pages, and what lies outside the report.
    let found = bitmap(
        &[PAGE - 1..PAGE + 1, 60 * PAGE..130 * PAGE],
        0,
        1 << 20,
        PAGE,
    );
    assert_eq!(
        bits(&found),
        [0, 1].into_iter().chain(60..130).collect::<Vec<_>>()
    );
    let found = bitmap(
        std::slice::from_ref(&(0..1 << 30)),
        7 * PAGE,
        3 * PAGE,
        PAGE,
    );
    assert_eq!(bits(&found), [0, 1, 2]);
    // A beginning that is no multiple of the page.
    let found = bitmap(&[write(0x1800), write(0x2000)], 0x1800, 0x1000, 0x1000);
    assert_eq!(bits(&found), [0]);
}

#[test]
fn what_is_outside_the_ranges_is_not_logged() {
    covers![V2_LOG_BITMAP, V2_LOG_COMPLETE];
    let mut rig = Rig::new(Model::Buffering);
    let mut ram = array(&[(2 * PAGE, PAGE)]);
    feature(&mut rig.device, START, &control(PAGE, 1, 0), &mut ram)
        .0
        .expect("a log");
    rig.use_device();
    assert_eq!(bits(&reported(&mut rig, 0, 3 * PAGE).1), [2]);
}

#[test]
fn a_report_only_sets_bits_and_only_its_own() {
    covers![V2_LOG_BITMAP_ONLY_SETS, V2_LOG_BITMAP_LENGTH];
    for pages in [1, 63, 64, 65, 128] {
        let mut device = Fake::device(Capabilities::ALL);
        start(&mut device, PAGE, &[(0, 1 << 30)]).expect("a log");
        device.driver_mut().logged = vec![0..1, 0..1 << 30];
        let old = [0xa5_u8; 64];
        let mut ram = Ram(old.to_vec());
        // A last page that is begun only counts as well.
        let length = pages * PAGE - 1;
        feature(
            &mut device,
            REPORT,
            &report_payload(0, length, PAGE),
            &mut ram,
        )
        .0
        .expect("a report");
        let before = words(&Ram(old.to_vec()));
        for (number, (word, before)) in words(&ram).iter().zip(&before).enumerate() {
            let touched = (number as u64) < pages.div_ceil(64);
            assert_eq!(word & before, *before, "no bit is cleared");
            assert!(touched || word == before, "{pages} pages: word {number}");
        }
        let all = (0..pages as usize).all(|bit| words(&ram)[bit / 64] & 1 << (bit % 64) != 0);
        assert!(all, "{pages} pages");
    }
    // An empty report touches nothing, wherever its array is.
    let mut device = Fake::device(Capabilities::ALL);
    start(&mut device, PAGE, &[(0, 1 << 30)]).expect("a log");
    device.driver_mut().logged.push(0..1 << 30);
    let (result, _) = feature(
        &mut device,
        REPORT,
        &report_payload(0, 0, PAGE),
        &mut Ram(Vec::new()),
    );
    assert_eq!(result, Ok(()));
}

#[test]
fn pages_of_other_sizes_are_replicated_or_merged() {
    covers![V2_LOG_REPLICATE];
    for (logs_in, reports_in, expected) in [
        (1 << 16, 4096_u64, (0..16).collect::<Vec<_>>()),
        (1024, 4096, vec![0, 2]),
        (4096, 8192, vec![0, 1]),
    ] {
        let mut rig = Rig::new(Model::Buffering);
        let mut ram = array(&[(0, 1 << 16)]);
        feature(&mut rig.device, START, &control(logs_in, 1, 0), &mut ram)
            .0
            .expect("a log");
        rig.use_device();
        let mut ram = Ram(vec![0; 4096]);
        feature(
            &mut rig.device,
            REPORT,
            &report_payload(0, 1 << 16, reports_in),
            &mut ram,
        )
        .0
        .expect("a report");
        assert_eq!(bits(&words(&ram)), expected, "{logs_in} in {reports_in}");
    }
}
