//! The one buffer, and what is in it.

use std::collections::VecDeque;
use std::ops::Range;
use std::vec::Vec;

/// Whose data the buffer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing of use.
    #[default]
    Nothing,
    /// What was captured here.
    Outgoing,
    /// What user space wrote.
    Incoming,
}

/// Segments back to back.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    holds: Holds,
    bytes: Vec<u8>,
    /// Segments that user space has not asked for, or those that it has committed.
    segments: VecDeque<Range<usize>>,
    /// The segment in hand.
    current: Range<usize>,
}

impl Buffer {
    /// Empties it for a new use. The memory stays, for the next image is as long as the last.
    pub(super) fn clear(&mut self, holds: Holds) {
        self.holds = holds;
        self.bytes.clear();
        self.segments.clear();
        self.current = 0..0;
    }

    pub(super) fn holds(&self) -> Holds {
        self.holds
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a segment: `fill` appends it, and seals it where it stands.
    pub(super) fn push(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> usize) {
        let start = fill(&mut self.bytes);
        self.segments.push_back(start..self.bytes.len());
    }

    /// Bytes that user space has not asked for.
    pub(super) fn unread(&self) -> usize {
        self.segments.iter().map(Range::len).sum()
    }

    /// Takes the next segment in hand.
    pub(super) fn advance(&mut self) -> bool {
        let next = self.segments.pop_front();
        if let Some(range) = &next {
            self.current = range.clone();
        }
        next.is_some()
    }

    /// The segment in hand.
    pub(super) fn current(&self) -> &[u8] {
        &self.bytes[self.current.clone()]
    }

    /// Puts bytes into the segment that is being written; a hole before them is zero.
    pub(super) fn write(&mut self, at: usize, from: &[u8]) {
        let start = self.committed() + at;
        let end = start + from.len();
        if start == self.bytes.len() {
            self.bytes.extend_from_slice(from);
            return;
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[start..end].copy_from_slice(from);
    }

    /// Ends the segment that is being written: it has this length, whatever was written.
    pub(super) fn commit(&mut self, len: usize) {
        let start = self.committed();
        self.bytes.resize(start + len, 0);
        self.segments.push_back(start..start + len);
    }

    /// Bytes in committed segments.
    pub(super) fn committed(&self) -> usize {
        self.segments.back().map_or(0, |range| range.end)
    }

    /// The committed segments in order.
    pub(super) fn received(&self) -> impl Iterator<Item = &[u8]> {
        self.segments.iter().map(|range| &self.bytes[range.clone()])
    }
}
