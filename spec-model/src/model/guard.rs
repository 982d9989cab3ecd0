//! What released user space was seen to do, and what no trace of it may show.

use crate::expr::Expr;
use crate::source::{FileId, Spanned};

/// A file `traces/*.trace` beside SUMMARY.md.
#[derive(Clone, Debug)]
pub struct TraceFile {
    /// Path relative to the folder of SUMMARY.md, with forward slashes: `traces/save.trace`.
    pub path: String,
    /// The text.
    pub file: FileId,
}

/// A row of a `guardrails` table:
/// `| Trace | VMM | Version | Scenario | Source | Breaks | Why it stays |`.
#[derive(Clone, Debug)]
pub struct Guardrail {
    /// Path relative to the folder of SUMMARY.md; its span is the destination of the link.
    pub trace: Spanned<String>,
    /// `QEMU`
    pub vmm: Spanned<String>,
    /// `10.0.13`, `5.2 to 7.2`
    pub version: Spanned<String>,
    /// `save`
    pub scenario: Spanned<String>,
    /// Where the trace comes from.
    pub source: Provenance,
    /// The rules that the trace breaks, and goes on breaking; none: it is legal.
    pub breaks: Vec<Spanned<String>>,
    /// Markdown: why it stays although it breaks them. Filled exactly if `breaks` is.
    pub why: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// The `Source` column of a `guardrails` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// `recorded`: in a kernel, while the VMM ran.
    Recorded,
    /// `transcribed`: from the VMM's source.
    Transcribed,
}

/// A row of a `breaches` table: `| When | Breaks | By | Meaning |`: what no trace may show.
///
/// The predicate speaks of one event of a trace. Names of the register speak of the state of the
/// device after it, with `was_` in front of the state before; with `other_`, of some other device.
/// Names of errors hold where the event failed with it, names of conditions while the trace shows
/// them, and those of [`Observation`] as said there.
#[derive(Clone, Debug)]
pub struct Breach {
    /// Over the names above.
    pub when: Spanned<Expr>,
    /// The rule that is broken.
    pub breaks: Spanned<String>,
    /// Who breaks it.
    pub by: Party,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// The `By` column of a `breaches` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// `VMM`: user space.
    Vmm,
    /// `driver`: the kernel.
    Driver,
}

impl Party {
    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vmm => "VMM",
            Self::Driver => "driver",
        }
    }
}

/// What a row of a `breaches` table can ask of an event beside states, errors and conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Observation {
    /// `opened`: the event is that the process found the device in this state.
    Opened,
    /// `used`: since it was opened or reset, the device was brought to its initial state, or the vCPUs
    /// ran; or it was found in another state. Takes `other_`.
    Used,
    /// `shares_p2p`: this and the other device can do peer-to-peer DMA with each other.
    SharesP2p,
    /// `empty_read`: a read with room for at least one byte gave none, and no error.
    EmptyRead,
    /// `too_much`: more bytes were moved than there was room for.
    TooMuch,
    /// `finds_data`: the event shows that there is something to read.
    FindsData,
    /// `found_data`: so did the last event that could, since the state changed.
    FoundData,
    /// `found_nothing`: the last event that could, since the state changed, showed that there is nothing.
    FoundNothing,
    /// `unread`: the event ends a segment that was not read whole.
    Unread,
    /// `by_itself`: the state that is read is not the one that the events led to.
    ByItself,
}

impl Observation {
    /// Every observation.
    pub const ALL: [Self; 10] = [
        Self::Opened,
        Self::Used,
        Self::SharesP2p,
        Self::EmptyRead,
        Self::TooMuch,
        Self::FindsData,
        Self::FoundData,
        Self::FoundNothing,
        Self::Unread,
        Self::ByItself,
    ];

    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Used => "used",
            Self::SharesP2p => "shares_p2p",
            Self::EmptyRead => "empty_read",
            Self::TooMuch => "too_much",
            Self::FindsData => "finds_data",
            Self::FoundData => "found_data",
            Self::FoundNothing => "found_nothing",
            Self::Unread => "unread",
            Self::ByItself => "by_itself",
        }
    }

    /// The observation of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}
