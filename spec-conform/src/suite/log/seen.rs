//! What the log holds, for devices whose writes can be caused and seen.

use vfio_migration::machine::v2::LogRange;

use super::super::steps::*;
use super::{PAGE, log_start, log_stop, range};
use crate::dut::{Check, Dut, End, expect};

/// Pages that a report names, by address.
fn reported(dut: &mut Dut, of: LogRange, page: u64) -> Check<Vec<u64>> {
    let mut bitmap = vec![0; of.length.div_ceil(page).div_ceil(64) as usize];
    expect_ok("a report", dut.log_report(of, page, &mut bitmap)?)?;
    let bits = (0..bitmap.len() as u64 * 64)
        .filter(|bit| bitmap[*bit as usize / 64] >> (bit % 64) & 1 == 1);
    Ok(bits.map(|bit| of.iova + bit * page).collect())
}

/// Lets the device write, and gives the pages that it wrote.
fn written(dut: &mut Dut) -> Check<Vec<u64>> {
    dut.traffic()?;
    dut.work()?;
    let written = dut.traffic()?.written;
    match written.is_empty() {
        true => Err(End::Skipped(
            "the device writes no memory when it works".to_owned(),
        )),
        false => Ok(written),
    }
}

/// A range around these pages, aligned so that it can be logged in pages of 64 KiB.
fn around(pages: &[u64]) -> LogRange {
    let unit = 1 << 16;
    let first = pages.iter().min().map_or(0, |page| page / unit * unit);
    let end = pages
        .iter()
        .max()
        .map_or(unit, |page| (page / unit + 1) * unit);
    range(first, end - first)
}

fn hexed(pages: &[u64]) -> String {
    let pages: Vec<_> = pages.iter().map(|page| format!("{page:#x}")).collect();
    format!("[{}]", pages.join(", "))
}

fn expect_pages(what: &str, came: &[u64], expected: &[u64]) -> Check {
    expect(came == expected, || {
        format!(
            "{what}: reported {}, written {}",
            hexed(came),
            hexed(expected)
        )
    })
}

pub(super) fn complete(dut: &mut Dut) -> Check {
    let all = around(&written(dut)?);
    log_start(dut, PAGE, &[all])?;
    for _ in 0..3 {
        let written = written(dut)?;
        let came = reported(dut, all, PAGE)?;
        expect_pages("pages in the log", &came, &written)?;
    }
    log_stop(dut)
}

pub(super) fn read_and_clear(dut: &mut Dut) -> Check {
    let all = around(&written(dut)?);
    log_start(dut, PAGE, &[all])?;
    let written = written(dut)?;
    let (first, rest) = (written[0], &written[1..]);
    let came = reported(dut, range(first, PAGE), PAGE)?;
    expect_pages("a report of one page", &came, &[first])?;
    let came = reported(dut, all, PAGE)?;
    expect_pages("a report of all, after one of a page", &came, rest)?;
    let came = reported(dut, all, PAGE)?;
    expect_pages("a report of all, after one of all", &came, &[])?;
    log_stop(dut)
}

/// Only what the start named is logged.
pub(super) fn only_the_ranges(dut: &mut Dut) -> Check {
    let pages = written(dut)?;
    let all = around(&pages);
    for watched in &pages {
        log_start(dut, PAGE, &[range(*watched, PAGE)])?;
        written(dut)?;
        let came = reported(dut, all, PAGE)?;
        expect_pages("with one page watched, a report of all", &came, &[*watched])?;
        log_stop(dut)?;
    }
    Ok(())
}

/// Bit 0 is the first page of the report, wherever the log began.
pub(super) fn parts(dut: &mut Dut) -> Check {
    let pages = written(dut)?;
    let all = around(&pages);
    for base in &pages {
        log_start(dut, PAGE, &[all])?;
        let written = written(dut)?;
        let part = range(*base, all.iova + all.length - base);
        let came = reported(dut, part, PAGE)?;
        let expected: Vec<_> = written.into_iter().filter(|page| page >= base).collect();
        expect_pages(&format!("a report from {base:#x} on"), &came, &expected)?;
        log_stop(dut)?;
    }
    Ok(())
}

/// Pages of a report count from where it begins, also where the log's own pages begin elsewhere.
pub(super) fn unaligned(dut: &mut Dut) -> Check {
    let all = around(&written(dut)?);
    log_start(dut, PAGE, &[all])?;
    let written = written(dut)?;
    let part = range(all.iova + PAGE / 2, all.length - PAGE);
    let end = part.iova + part.length;
    let mut expected = Vec::new();
    for page in (part.iova..end).step_by(PAGE as usize) {
        // A write was seen as the whole page that it was in.
        let touched = |at: &u64| *at < (page + PAGE).min(end) && page < at + PAGE;
        if written.iter().any(touched) {
            expected.push(page);
        }
    }
    let came = reported(dut, part, PAGE)?;
    expect_pages("a report from the middle of a page on", &came, &expected)?;
    log_stop(dut)
}

/// A page of a report is dirty where anything in it is.
pub(super) fn larger_pages(dut: &mut Dut) -> Check {
    let pages = written(dut)?;
    let all = around(&pages);
    for (log, report) in [(PAGE, 4 * PAGE), (4 * PAGE, PAGE), (16 * PAGE, 2 * PAGE)] {
        let taken = log_start(dut, log, &[all])?;
        let written = written(dut)?;
        let came = reported(dut, all, report)?;
        for page in &written {
            let at = page / report * report;
            expect(came.contains(&at), || {
                format!(
                    "a write at {page:#x} is not in a report in pages of {report:#x}: {}",
                    hexed(&came)
                )
            })?;
        }
        let unit = taken.max(report);
        let near = |at: &u64| written.iter().any(|page| page / unit == at / unit);
        expect(came.iter().all(near), || {
            format!(
                "a report in pages of {report:#x}, of a log in pages of {taken:#x}, names pages that were not written: {} for {}",
                hexed(&came),
                hexed(&written)
            )
        })?;
        log_stop(dut)?;
    }
    Ok(())
}

/// What the device wrote before it was reset is in memory, and has to be sent.
pub(super) fn through_resets(dut: &mut Dut) -> Check {
    let all = around(&written(dut)?);
    log_start(dut, PAGE, &[all])?;
    let written = written(dut)?;
    dut.reset()?;
    let came = reported(dut, all, PAGE)?;
    expect_pages("a report after a reset", &came, &written)?;
    log_stop(dut)
}
