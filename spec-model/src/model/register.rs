//! Numbers that both sides share: constants, structures, and who may access what when.

use crate::expr::Expr;
use crate::source::{Span, Spanned};

/// `<!-- spec: constants NAME type=u32 -->`: `| Name | Value | Linux | Meaning |`.
#[derive(Clone, Debug)]
pub struct ConstantGroup {
    /// `region`, `errno`
    pub name: Spanned<String>,
    /// `u32`
    pub ty: String,
    /// The table.
    pub span: Span,
    /// Rows.
    pub constants: Vec<Constant>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `constants` table.
#[derive(Clone, Debug)]
pub struct Constant {
    /// `VFIO_REGION_TYPE_MIGRATION`
    pub name: Spanned<String>,
    /// The number.
    pub value: Spanned<u64>,
    /// How today's `<linux/vfio.h>` spells it; `None` where the number exists only here.
    pub linux: Option<Spanned<String>>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// `<!-- spec: struct NAME size=32 -->`: `| Offset | Field | Type | Access | Meaning |`.
#[derive(Clone, Debug)]
pub struct Struct {
    /// `vfio_device_migration_info`
    pub name: Spanned<String>,
    /// Bytes.
    pub size: Spanned<u64>,
    /// The table.
    pub span: Span,
    /// Rows, by offset, without holes.
    pub fields: Vec<Field>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `struct` table.
#[derive(Clone, Debug)]
pub struct Field {
    /// Bytes from the start.
    pub offset: Spanned<u64>,
    /// `pending_bytes`
    pub name: Spanned<String>,
    /// `u8`, `u16`, `u32`, `u64`, `i32`, …
    pub ty: Spanned<String>,
    /// Bytes.
    pub width: u64,
    /// Who may do what.
    pub access: FieldAccess,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// The `Access` column of a `struct` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldAccess {
    /// `reserved`: reads 0, writes are ignored.
    Reserved,
    /// `read`
    Read,
    /// `write`
    Write,
    /// `read/write`
    ReadWrite,
}

/// Read or write, as user space sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `read`
    Read,
    /// `write`
    Write,
}

/// An access that a `protocol` table speaks of: `read pending_bytes`, `write data`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Access {
    /// Read or write.
    pub direction: Direction,
    /// A field of the protocol's struct, or `data`: the bytes of the segment.
    pub register: String,
}

/// `<!-- spec: protocol NAME of=STRUCT else=ERROR -->`:
/// `| Access | While | Phase | Then | Callback | Effect |`.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// `window`
    pub name: Spanned<String>,
    /// The struct whose fields are accessed.
    pub of: Spanned<String>,
    /// The error that an access gets which no row allows.
    pub refused: Spanned<String>,
    /// The table.
    pub span: Span,
    /// Every phase, in the order of first mention; the first is where a device begins.
    pub phases: Vec<Phase>,
    /// Rows.
    pub transitions: Vec<Transition>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A phase of a `protocol`: what user space has done so far in this round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// `committed`
    pub name: String,
    /// Where it is first named.
    pub span: Span,
}

/// A row of a `protocol` table.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The access.
    pub access: Spanned<Access>,
    /// A predicate over the bits: when the row applies.
    pub when: Spanned<Expr>,
    /// Index into [`Protocol::phases`].
    pub from: usize,
    /// Index into [`Protocol::phases`].
    pub to: usize,
    /// The driver's callback (`next_segment`); `None` where the common machine answers alone.
    pub callback: Option<Spanned<String>>,
    /// Markdown.
    pub effect: Spanned<String>,
}
