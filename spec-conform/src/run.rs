//! Runs tests: each in a child process of its own ([`parent`], [`child`]), or here ([`here`]) where nothing can hang.

pub mod child;
pub mod here;
pub mod parent;
pub mod schedule;

use crate::dut::End;

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The device does what the book says.
    Passed,
    /// It does something else.
    Differs(String),
    /// The device or the endpoint lacks something that the test needs.
    Skipped(String),
    /// No answer came in time.
    TimedOut(String),
    /// The process that tested it died.
    Crashed(String),
    /// The endpoint broke: nothing can be said.
    Broken(String),
    /// It was not run, since an earlier test hung or crashed.
    NotRun(String),
}

impl Verdict {
    /// Whether the device does not keep to the book.
    pub fn is_finding(&self) -> bool {
        matches!(
            self,
            Self::Differs(_) | Self::TimedOut(_) | Self::Crashed(_)
        )
    }

    /// `passed`, and so on.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Differs(_) => "differs",
            Self::Skipped(_) => "skipped",
            Self::TimedOut(_) => "timed_out",
            Self::Crashed(_) => "crashed",
            Self::Broken(_) => "broken",
            Self::NotRun(_) => "not_run",
        }
    }

    /// The reason, in one line; empty for what passed.
    pub fn why(&self) -> &str {
        match self {
            Self::Passed => "",
            Self::Differs(why)
            | Self::Skipped(why)
            | Self::TimedOut(why)
            | Self::Crashed(why)
            | Self::Broken(why)
            | Self::NotRun(why) => why,
        }
    }

    /// Whether nothing more should be asked of the device.
    pub fn stops_the_run(&self) -> bool {
        matches!(self, Self::TimedOut(_) | Self::Crashed(_))
    }
}

impl From<Result<(), End>> for Verdict {
    fn from(result: Result<(), End>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(End::Differs(why)) => Self::Differs(why),
            Err(End::Skipped(why)) => Self::Skipped(why),
            Err(End::Broken(why)) => Self::Broken(why),
        }
    }
}
