//! What is known of one device.

use spec_model::model::Session;
use spec_model::source::Span;

/// A device in the middle of a trace.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) state: u32,
    /// Whether the guest may have used it since it was opened or reset.
    pub(super) used: bool,
    /// A write failed in a way that may have left it in the error state; a read of the state tells.
    pub(super) may_be_broken: bool,
    /// The last session, and whether it is open.
    pub(super) session: Option<(Session, bool)>,
    /// The request under way.
    pub(super) request: Option<Request>,
    /// Since the state changed: whether the last event that could tell showed data, or none.
    pub(super) found: Option<bool>,
    /// Where each `protocol` over registers is: the number of its phase.
    pub(super) phases: Vec<usize>,
    /// The segment under way.
    pub(super) segment: Option<Segment>,
}

/// A request whose arcs are awaited.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The line.
    pub(super) span: Span,
    /// What was requested.
    pub(super) to: u32,
    /// The states still to be reached, in order; `None` where the book refuses the request.
    pub(super) path: Option<Vec<u32>>,
    /// Whether something was wrong already, so that no more is said.
    pub(super) wrong: bool,
}

/// A segment of a data window that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    /// Where it begins, in the region.
    pub(super) at: u64,
    /// How long it is, once that was asked.
    pub(super) size: Option<u64>,
    /// The bytes that were read: ranges relative to its beginning.
    read: Vec<(u64, u64)>,
}

impl Segment {
    pub(super) fn new(at: u64) -> Self {
        Self {
            at,
            ..Self::default()
        }
    }

    /// Notes that these bytes of the region were read.
    pub(super) fn note(&mut self, at: u64, length: u64) {
        let start = at.saturating_sub(self.at);
        self.read.push((start, start.saturating_add(length)));
    }

    /// Whether an access lies inside; while the size is not known, nothing but its beginning counts.
    pub(super) fn holds(&self, at: u64, length: u64) -> bool {
        let start = at.checked_sub(self.at);
        let end = start.and_then(|start| start.checked_add(length));
        end.is_some_and(|end| self.size.is_none_or(|size| end <= size))
    }

    /// Whether every byte was read; if its size was never asked, no byte is known to be missing.
    pub(super) fn is_read(&self) -> bool {
        let mut ranges = self.read.clone();
        ranges.sort_unstable();
        let reached = ranges.iter().fold(0, |reached: u64, &(start, end)| {
            if start <= reached {
                reached.max(end)
            } else {
                reached
            }
        });
        self.size.is_none_or(|size| reached >= size)
    }
}

impl Device {
    /// A device that was just found in a state. In the initial one, it was not used yet.
    pub(super) fn found(state: u32, initial: u32) -> Self {
        Self {
            state,
            used: state != initial,
            may_be_broken: false,
            session: None,
            request: None,
            found: None,
            phases: Vec::new(),
            segment: None,
        }
    }

    /// Comes to a state; what was found in the one before does not count any more.
    pub(super) fn arrive(&mut self, state: u32) {
        if self.state != state {
            self.found = None;
        }
        self.state = state;
    }

    pub(super) fn end_session(&mut self) {
        if let Some((_, open)) = &mut self.session {
            *open = false;
        }
    }
}
