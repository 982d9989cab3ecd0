//! The hardware's log of its own DMA writes: what it wrote into the ranges that it was told to watch.

use std::ops::Range;
use std::vec::Vec;

use super::Device;

/// Runs of pages, apart from each other, in no order.
#[derive(Clone, Debug)]
pub(super) struct DmaLog {
    watched: Vec<Range<u64>>,
    page: u64,
    runs: Vec<Range<u64>>,
}

impl DmaLog {
    fn note(&mut self, address: u64, len: usize) {
        let end = address.saturating_add(len as u64);
        if address == end {
            return;
        }
        let start = address & !(self.page - 1);
        let end = end.checked_next_multiple_of(self.page).unwrap_or(u64::MAX);
        for watched in &self.watched {
            let mut run = start.max(watched.start)..end.min(watched.end);
            if run.is_empty() {
                continue;
            }
            self.runs.retain(|other| {
                let apart = other.end < run.start || run.end < other.start;
                if !apart {
                    run = run.start.min(other.start)..run.end.max(other.end);
                }
                apart
            });
            self.runs.push(run);
        }
    }

    fn take(&mut self, addresses: &Range<u64>) -> Vec<Range<u64>> {
        let mut taken = Vec::new();
        for run in std::mem::take(&mut self.runs) {
            let inside = run.start.max(addresses.start)..run.end.min(addresses.end);
            if inside.is_empty() {
                self.runs.push(run);
                continue;
            }
            let rest = [run.start..inside.start, inside.end..run.end];
            self.runs
                .extend(rest.into_iter().filter(|rest| !rest.is_empty()));
            taken.push(inside);
        }
        taken
    }
}

impl Device {
    /// The smallest page that it can log in.
    pub const MIN_LOG_PAGE: u64 = 1024;
    /// The largest.
    pub const MAX_LOG_PAGE: u64 = 65536;

    /// Begins to log DMA writes into these addresses, in pages as near to the wish as it can. Gives their size.
    pub fn start_dma_log(&mut self, watched: impl Iterator<Item = Range<u64>>, wish: u64) -> u64 {
        let page = wish.clamp(Self::MIN_LOG_PAGE, Self::MAX_LOG_PAGE);
        self.dma_log = Some(DmaLog {
            watched: watched.collect(),
            page,
            runs: Vec::new(),
        });
        page
    }

    /// Reads and clears the log of these addresses.
    pub fn take_dma_log(&mut self, addresses: &Range<u64>) -> Vec<Range<u64>> {
        self.dma_log
            .as_mut()
            .map(|log| log.take(addresses))
            .unwrap_or_default()
    }

    /// Ends logging.
    pub fn stop_dma_log(&mut self) {
        self.dma_log = None;
    }

    /// A DMA write: everything that the device writes goes through here.
    pub(super) fn write_memory(&mut self, address: u64, from: &[u8]) -> bool {
        let written = self.bus.write(address, from);
        if let Some(log) = self.dma_log.as_mut().filter(|_| written) {
            log.note(address, from.len());
        }
        written
    }
}
