//! The device's own dirty log: range checks, and the bitmap of a report.

use core::mem::{offset_of, size_of};
use core::ops::Range;

use super::bytes::get_u64;
use super::services::{LogRange, Services, User};
use super::{MigrationDevice, bytes};
use crate::v2::{Driver, Fault};
use crate::v2::{
    vfio_device_feature_dma_logging_control as Control,
    vfio_device_feature_dma_logging_range as RangeEntry,
    vfio_device_feature_dma_logging_report as Report,
};

/// Ranges that fit into one page.
const MAX_RANGES: usize = 4096 / size_of::<RangeEntry>();
/// The smallest page that a report can have.
const MIN_REPORT_PAGE: u64 = 4096;

impl<D: Driver + Services + ?Sized> MigrationDevice<D> {
    /// Whether the device's own dirty log runs.
    pub const fn logging(&self) -> bool {
        self.logging
    }

    /// `payload` is a control structure; its page size becomes the one that the device took.
    pub(super) fn log_start(
        &mut self,
        payload: &mut [u8],
        user: &mut dyn User,
    ) -> Result<(), Fault> {
        let page_size = get_u64(payload, offset_of!(Control, page_size));
        let count = bytes::get_u32(payload, offset_of!(Control, num_ranges)) as usize;
        let address = get_u64(payload, offset_of!(Control, ranges));
        if count == 0 {
            return Err(Fault::NoRanges);
        }
        // A copy: what user space writes meanwhile must not get past the checks.
        let mut copy = [LogRange::default(); MAX_RANGES];
        let ranges = copy.get_mut(..count).ok_or(Fault::TooManyRanges)?;
        if !page_size.is_power_of_two() {
            return Err(Fault::BadPageSize);
        }
        for at in 0..count {
            ranges[at] = read_range(user, address, at);
            check_range(&ranges[..=at], page_size)?;
        }
        if self.logging {
            return Err(Fault::AlreadyLogging);
        }
        let taken = self.driver.start_log(ranges, page_size);
        let taken = taken.map_err(|fault| self.fail(fault))?;
        self.logging = true;
        bytes::put_u64(payload, offset_of!(Control, page_size), taken);
        Ok(())
    }

    pub(super) fn log_stop(&mut self) {
        if self.logging {
            self.logging = false;
            self.driver.stop_log();
        }
    }

    pub(super) fn log_report(&mut self, payload: &[u8], user: &mut dyn User) -> Result<(), Fault> {
        let iova = get_u64(payload, offset_of!(Report, iova));
        let length = get_u64(payload, offset_of!(Report, length));
        let page_size = get_u64(payload, offset_of!(Report, page_size));
        let address = get_u64(payload, offset_of!(Report, bitmap));
        if page_size < MIN_REPORT_PAGE || !page_size.is_power_of_two() {
            return Err(Fault::BadPageSize);
        }
        let end = iova.checked_add(length).ok_or(Fault::RangeOverflow)?;
        if !self.logging {
            return Err(Fault::NotLogging);
        }
        let mut mark = |run: Range<u64>| {
            let run = run.start.max(iova)..run.end.min(end);
            if !run.is_empty() {
                let first = (run.start - iova) / page_size;
                let last = (run.end - 1 - iova) / page_size;
                set_bits(user, address, first, last);
            }
        };
        let taken = self.driver.take_log(iova..end, &mut mark);
        taken.map_err(|fault| self.fail(fault))
    }
}

fn read_range(user: &dyn User, address: u64, at: usize) -> LogRange {
    const SIZE: usize = size_of::<RangeEntry>();
    let mut entry = [0; SIZE];
    user.read(address.wrapping_add((at * SIZE) as u64), &mut entry);
    LogRange {
        iova: get_u64(&entry, offset_of!(RangeEntry, iova)),
        length: get_u64(&entry, offset_of!(RangeEntry, length)),
    }
}

/// Whether the last of these ranges is sound, and apart from those before it.
fn check_range(ranges: &[LogRange], page_size: u64) -> Result<(), Fault> {
    let Some((range, before)) = ranges.split_last() else {
        return Ok(());
    };
    let whole = |value: u64| value & (page_size - 1) == 0;
    if !whole(range.iova) || !whole(range.length) {
        return Err(Fault::MisalignedRange);
    }
    let end = range
        .iova
        .checked_add(range.length)
        .ok_or(Fault::RangeOverflow)?;
    // Those before it were checked: their ends fit.
    let overlaps = |other: &LogRange| range.iova < other.iova + other.length && other.iova < end;
    if before.iter().any(overlaps) {
        return Err(Fault::OverlappingRanges);
    }
    Ok(())
}

/// Sets the bits from `first` to `last` in an array of words; leaves all others alone.
fn set_bits(user: &mut dyn User, address: u64, first: u64, last: u64) {
    for word in first / 64..=last / 64 {
        let from = first.max(word * 64) % 64;
        let to = if last / 64 == word { last % 64 } else { 63 };
        let mask = (u64::MAX >> (63 - to)) & (u64::MAX << from);
        let place = address.wrapping_add(word * 8);
        let mut bytes = [0; 8];
        user.read(place, &mut bytes);
        let value = u64::from_ne_bytes(bytes) | mask;
        user.write(place, &value.to_ne_bytes());
    }
}
