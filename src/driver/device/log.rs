//! The hardware's log of changes in its own memory.

use std::ops::Range;
use std::vec;
use std::vec::Vec;

/// One flag a block.
#[derive(Clone, Debug)]
pub(super) struct DirtyLog {
    len: usize,
    dirty: Vec<bool>,
    count: usize,
    /// No block before this one changed.
    first: usize,
}

impl DirtyLog {
    /// Bytes that one flag stands for.
    pub(super) const BLOCK: usize = 256;

    /// Of `len` bytes, all changed.
    pub(super) fn all(len: usize) -> Self {
        let blocks = len.div_ceil(Self::BLOCK);
        Self {
            len,
            dirty: vec![true; blocks],
            count: blocks,
            first: 0,
        }
    }

    /// Of `len` bytes, none changed.
    pub(super) fn none(len: usize) -> Self {
        let blocks = len.div_ceil(Self::BLOCK);
        Self {
            len,
            dirty: vec![false; blocks],
            count: 0,
            first: blocks,
        }
    }

    /// Notes that these bytes changed.
    pub(super) fn mark(&mut self, bytes: Range<usize>) {
        if bytes.is_empty() {
            return;
        }
        self.first = self.first.min(bytes.start / Self::BLOCK);
        for flag in &mut self.dirty[bytes.start / Self::BLOCK..bytes.end.div_ceil(Self::BLOCK)] {
            self.count += usize::from(!*flag);
            *flag = true;
        }
    }

    /// An upper bound of the bytes that changed.
    pub(super) fn bytes(&self) -> usize {
        (self.count * Self::BLOCK).min(self.len)
    }

    /// Removes changed blocks, lowest first, until `limit` bytes are reached. Neighbours are joined.
    pub(super) fn take(&mut self, limit: usize) -> Vec<Range<usize>> {
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut bytes = 0;
        for block in self.first..self.dirty.len() {
            self.first = block;
            let range = block * Self::BLOCK..self.len.min((block + 1) * Self::BLOCK);
            if !self.dirty[block] {
                continue;
            }
            if bytes + range.len() > limit {
                break;
            }
            bytes += range.len();
            self.dirty[block] = false;
            self.count -= 1;
            match taken.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => taken.push(range),
            }
        }
        taken
    }
}
