//! What user space reaches through file descriptors: ioctls, and operations on the data fd.

use super::Phase;
use crate::expr::Expr;
use crate::source::{Span, Spanned};

/// A row of an `ioctl` table: `| Ioctl | Type | Number | Argument | Meaning |`.
#[derive(Clone, Debug)]
pub struct Ioctl {
    /// `VFIO_DEVICE_FEATURE`
    pub name: Spanned<String>,
    /// `0x3b`: the driver family, eight bits.
    pub ty: Spanned<u64>,
    /// `100 + 17`: eight bits.
    pub number: Spanned<u64>,
    /// The struct that the argument points to.
    pub argument: Spanned<String>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

impl Ioctl {
    /// The request number: neither size nor direction is in it.
    pub fn request(&self) -> u32 {
        ((self.ty.value as u32) << 8) | self.number.value as u32
    }
}

/// An operation on the data fd that a `protocol` table without `of` speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `read`
    Read,
    /// `write`
    Write,
    /// `poll`
    Poll,
    /// `seek`
    Seek,
    /// `precopy_info`: the ioctl that estimates how much there is to read.
    PrecopyInfo,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Write,
        Self::Poll,
        Self::Seek,
        Self::PrecopyInfo,
    ];

    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Poll => "poll",
            Self::Seek => "seek",
            Self::PrecopyInfo => "precopy_info",
        }
    }

    /// The operation of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// `<!-- spec: protocol NAME else=ERROR -->`, without `of`:
/// `| Access | While | Phase | Then | Callback | Error | Effect |`: who may do what with the data fd.
#[derive(Clone, Debug)]
pub struct FdProtocol {
    /// `data_fd`
    pub name: Spanned<String>,
    /// The error that an operation gets which no row speaks of.
    pub refused: Spanned<String>,
    /// The table.
    pub span: Span,
    /// Every phase, in the order of first mention; the first is where a session begins.
    pub phases: Vec<Phase>,
    /// Rows, one for each phase that the row speaks of.
    pub rows: Vec<FdRow>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `protocol` table without `of`. At most one answers an operation.
#[derive(Clone, Debug)]
pub struct FdRow {
    /// The operation.
    pub operation: Spanned<Operation>,
    /// A predicate over the state: when the row applies.
    pub when: Spanned<Expr>,
    /// Index into [`FdProtocol::phases`].
    pub from: usize,
    /// Index into [`FdProtocol::phases`].
    pub to: usize,
    /// The driver's callback (`read_stream`); `None` where the common machine answers alone.
    pub callback: Option<Spanned<String>>,
    /// The row of the `errors` table that answers; `None`: the operation is legal.
    pub fault: Option<Spanned<String>>,
    /// Markdown.
    pub effect: Spanned<String>,
}
