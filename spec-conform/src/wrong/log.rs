//! Bugs of the dirty log.

use vfio_migration::machine::v2::LogRange;
use vfio_migration::v2::Fault;

use super::{Bug, Wrong, fail};
use crate::endpoint::{Endpoint, Failure, Outcome};

impl Wrong {
    pub(super) fn wrong_start(&mut self, page_size: u64, ranges: &[LogRange]) -> Outcome<u64> {
        let everything = [LogRange {
            iova: 0,
            length: 1 << 40,
        }];
        match self.bug {
            Bug::FewRanges if ranges.len() > 64 => return fail(Fault::TooManyRanges),
            Bug::RangesIgnored if !ranges.is_empty() && page_size.is_power_of_two() => {
                // Wrong ranges are still found out.
                self.inner.log_start(page_size, ranges)?;
                self.stop_log()?;
                return self.inner.log_start(page_size, &everything);
            }
            _ => {}
        }
        let outcome = self.inner.log_start(page_size, ranges);
        match (self.bug, &outcome) {
            (Bug::StartUnchecked, Err(_)) if !self.inner.logging() => {
                self.inner.log_start(4096, &everything)
            }
            (Bug::StartTwice, Err(_)) if self.inner.logging() => Ok(4096),
            (Bug::PageSizeEchoed, Ok(size)) => Ok(size - 1),
            _ => outcome,
        }
    }

    pub(super) fn wrong_report(
        &mut self,
        range: LogRange,
        page_size: u64,
        bitmap: &mut [u64],
    ) -> Outcome {
        let before = bitmap.to_vec();
        let pages = range.length.div_ceil(page_size.max(1));
        let page_size = match self.bug {
            Bug::PageSizeIgnored if page_size.is_power_of_two() && page_size >= 4096 => 4096,
            _ => page_size,
        };
        let outcome = self.inner.log_report(range, page_size, bitmap);
        if let Err(failure) = outcome {
            return self.refused_report(failure, bitmap);
        }
        let bit = |number: u64| ((number / 64) as usize, 1_u64 << (number % 64));
        let new: Vec<u64> = (0..bitmap.len() as u64 * 64)
            .filter(|number| {
                let (word, mask) = bit(*number);
                bitmap[word] & !before[word] & mask != 0
            })
            .collect();
        match self.bug {
            Bug::AlwaysClean => bitmap.copy_from_slice(&before),
            Bug::BitmapClears => bitmap
                .iter_mut()
                .zip(&before)
                .for_each(|(after, before)| *after &= !before),
            Bug::BitmapBase => {
                bitmap.copy_from_slice(&before);
                for number in new {
                    let (word, mask) = bit(number + range.iova / page_size);
                    if let Some(word) = bitmap.get_mut(word) {
                        *word |= mask;
                    }
                }
            }
            Bug::BitmapOverruns => {
                let (word, mask) = bit(pages);
                if let Some(word) = bitmap.get_mut(word) {
                    *word |= mask;
                }
            }
            Bug::LastPageLost => {
                if let Some(last) = new.last() {
                    let (word, mask) = bit(*last);
                    bitmap[word] &= !mask;
                }
            }
            Bug::UnalignedLost if !range.iova.is_multiple_of(page_size) => {
                if let Some(first) = new.first() {
                    let (word, mask) = bit(*first);
                    bitmap[word] &= !mask;
                }
            }
            Bug::NotCleared => {
                for number in new {
                    self.memory.pages.insert(range.iova + number * page_size);
                }
                let end = range.iova.saturating_add(range.length);
                for page in self.memory.pages.range(range.iova..end) {
                    let (word, mask) = bit((page - range.iova) / page_size);
                    bitmap[word] |= mask;
                }
            }
            Bug::AllCleared => {
                let all = LogRange {
                    iova: 0,
                    length: 1 << 24,
                };
                self.inner.log_report(all, 4096, &mut [0; 64])?;
            }
            _ => {}
        }
        Ok(())
    }

    fn refused_report(&mut self, failure: Failure, bitmap: &mut [u64]) -> Outcome {
        let not_logging = Failure::from(Fault::NotLogging);
        match self.bug {
            Bug::ReportWithoutLog if failure == not_logging && !self.inner.logging() => Ok(()),
            Bug::ReportTouches => {
                bitmap.fill(0);
                Err(failure)
            }
            _ => Err(failure),
        }
    }
}
