//! What goes from one host to the other.

use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

use super::Guest;

/// Everything that was sent.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Pages of guest memory, the newest of each.
    pub pages: BTreeMap<usize, Vec<u8>>,
    /// Each device's segments.
    pub streams: Vec<Stream>,
    /// The guest's CPUs, and the software that runs on them.
    pub guest: Guest,
    /// What the host had set up for each device's interrupts: no stream carries that.
    pub interrupts: Vec<bool>,
    /// Not sent: what each device's state was when its stream ended. What is loaded must equal it.
    pub images: Vec<Vec<u8>>,
}

/// The segments that a VMM read from one device.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    segments: Vec<Vec<u8>>,
    begin: usize,
    /// What arrives of it, once, if not what was sent.
    instead: Option<Vec<Vec<u8>>>,
}

impl Stream {
    /// Everything that was read.
    pub fn everything(&self) -> &[Vec<u8>] {
        &self.segments
    }

    /// The segments from the last write on that set `SAVING`.
    pub fn last(&self) -> &[Vec<u8>] {
        &self.segments[self.begin..]
    }

    /// How many bytes these are.
    pub fn bytes(&self) -> u64 {
        self.last().iter().map(|segment| segment.len() as u64).sum()
    }

    /// The same, to be changed.
    pub fn last_mut(&mut self) -> &mut [Vec<u8>] {
        &mut self.segments[self.begin..]
    }

    /// Replaces everything by these segments.
    pub fn replace(&mut self, segments: Vec<Vec<u8>>) {
        *self = Self {
            segments,
            ..Self::default()
        };
    }

    /// What arrives of the stream that began last.
    pub(super) fn arriving(&mut self) -> Vec<Vec<u8>> {
        self.instead.take().unwrap_or_else(|| self.last().to_vec())
    }

    pub(super) fn begin(&mut self) {
        self.begin = self.segments.len();
    }

    pub(super) fn push(&mut self, segment: Vec<u8>) {
        self.segments.push(segment);
    }
}

impl Transfer {
    /// Nothing yet.
    pub(super) fn new(devices: usize) -> Self {
        Self {
            pages: BTreeMap::new(),
            streams: vec![Stream::default(); devices],
            guest: Guest::new(devices),
            interrupts: vec![true; devices],
            images: vec![Vec::new(); devices],
        }
    }
}

impl Transfer {
    /// The last segment of a device does not arrive.
    pub(super) fn cut_last_segment(&mut self, device: usize) {
        let mut segments = self.streams[device].last().to_vec();
        segments.pop();
        self.streams[device].replace(segments);
    }

    /// One bit in the middle of a device's stream arrives flipped.
    pub(super) fn flip_bit(&mut self, device: usize) {
        let segments = self.streams[device].last_mut();
        let middle = segments.len() / 2;
        if let Some(segment) = segments.get_mut(middle) {
            let byte = segment.len() / 2;
            segment[byte] ^= 0x10;
        }
    }

    /// The next time a device's stream arrives, it arrives like this.
    pub(super) fn spoil(&mut self, device: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let stream = &mut self.streams[device];
        let mut bytes = stream.last().concat();
        change(&mut bytes);
        stream.instead = Some(vec![bytes]);
    }
}
