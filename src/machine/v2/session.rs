//! The life of sessions: at most one is open.

/// Which way the bytes of a session go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// They are read: the device is saved.
    Saving,
    /// They are written: the device is loaded.
    Resuming,
}

/// A data fd, by a number that no other session of the device has. It can outlive its session.
///
/// The numbers begin anew after 2^30 sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataFd(i32);

impl DataFd {
    /// What stands in `data_fd` where there is none.
    pub const NONE: i32 = -1;

    /// The fd of this number; `None` for a number that no fd has.
    pub const fn from_number(number: i32) -> Option<Self> {
        if number >= 0 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number, never negative.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Which way it goes, for life: the number tells.
    pub const fn direction(self) -> Direction {
        if self.0 & 1 == 0 {
            Direction::Saving
        } else {
            Direction::Resuming
        }
    }
}

/// What is known of the stream that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be good.
    Open,
    /// It is longer than the driver takes.
    TooLong,
    /// It is wrong.
    Wrong,
}

/// The sessions of one device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sessions {
    open: Option<DataFd>,
    /// How many there have been, modulo 2^30.
    count: i32,
    /// Of the open resuming session.
    pub(super) verdict: Verdict,
    /// The final end was read.
    pub(super) finished: bool,
    /// The last answer for `initial_bytes`.
    pub(super) initial: u64,
}

impl Sessions {
    pub(super) const NONE: Self = Self {
        open: None,
        count: 0,
        verdict: Verdict::Open,
        finished: false,
        initial: u64::MAX,
    };

    pub(super) const fn open(&self) -> Option<DataFd> {
        self.open
    }

    pub(super) fn begin(&mut self, direction: Direction) -> DataFd {
        let way = match direction {
            Direction::Saving => 0,
            Direction::Resuming => 1,
        };
        let fd = DataFd(self.count << 1 | way);
        *self = Self {
            open: Some(fd),
            count: (self.count + 1) & (i32::MAX >> 1),
            ..Self::NONE
        };
        fd
    }

    pub(super) fn end(&mut self) {
        self.open = None;
    }
}
