//! What a device is: its bits, what it does when they change and while they hold, how it fails.

use crate::expr::Expr;
use crate::source::{Span, Spanned};

/// `<!-- spec: bits NAME width=32 initial=RUNNING -->`: `| Bit | Name | Needs | Linux | Meaning |`,
/// with the `predicates`, `behaviours`, `actions` and `refused` tables of the same register.
#[derive(Clone, Debug)]
pub struct BitField {
    /// `device_state`
    pub name: Spanned<String>,
    /// Bits in the register.
    pub width: u32,
    /// The value that a freshly opened or reset device has.
    pub initial: Spanned<u32>,
    /// The table.
    pub span: Span,
    /// Rows by bit number.
    pub bits: Vec<Bit>,
    /// `predicates`: among them `valid` and `error`.
    pub predicates: Vec<Predicate>,
    /// `behaviours`.
    pub behaviours: Vec<Behaviour>,
    /// `refused` rows, the first that holds answers.
    pub refusals: Vec<Refusal>,
    /// `actions` tables; exactly one is adopted.
    pub actions: Vec<ActionTable>,
    /// `layout`: where diagrams put each state.
    pub layout: Option<Layout>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `bits` table.
#[derive(Clone, Debug)]
pub struct Bit {
    /// Bit number.
    pub number: Spanned<u32>,
    /// `SAVING`
    pub name: Spanned<String>,
    /// The capability without which the bit cannot be set.
    pub needs: Option<Spanned<String>>,
    /// How today's `<linux/vfio.h>` spells it.
    pub linux: Option<Spanned<String>>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// A row of a `predicates` table: `| Name | Holds when | Meaning |`, over the bits and earlier rows.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// `valid`
    pub name: Spanned<String>,
    /// Over bits and earlier predicates.
    pub holds: Spanned<Expr>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `behaviours` table: `| Aspect | Name | Holds while | The device |`.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// `DMA`, `MMIO`, …: groups rows for readers.
    pub aspect: Spanned<String>,
    /// `may_dma`
    pub name: Spanned<String>,
    /// Over bits and predicates.
    pub holds: Spanned<Expr>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `refused` table: `| Refused when | Error | Meaning |`. The expression speaks of the
/// value to be written; predicates with the prefix `was_` speak of the value before. Two names are
/// built in: `reserved` (a reserved bit would change) and `unsupported` (a bit needs a capability
/// that the device lacks). In a [`super::Fsm`] the prefix goes before states too, and `unknown` (the
/// value is no state) takes the place of `reserved`.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// When.
    pub when: Spanned<Expr>,
    /// The row of the `errors` table that answers.
    pub fault: Spanned<String>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// Whether an order of actions is the book's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// The generated code follows it.
    Adopted,
    /// Somebody proposed it; the tools compare it.
    Proposed,
}

/// `<!-- spec: actions NAME of=device_state status=adopted title="…" -->`:
/// `| Becomes true | Action | Window | The driver |`, in the order of acting.
#[derive(Clone, Debug)]
pub struct ActionTable {
    /// `rfc_v2`
    pub name: Spanned<String>,
    /// For people: `RFC v2 (adopted)`.
    pub title: String,
    /// Whether the generated code follows it.
    pub status: OrderStatus,
    /// The table.
    pub span: Span,
    /// Rows in order.
    pub actions: Vec<Action>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of an `actions` table.
#[derive(Clone, Debug)]
pub struct Action {
    /// The action is taken when this is true after the write and was not before.
    pub group: Spanned<Expr>,
    /// How the RFC spells the group: `SAVING|!RUNNING`.
    pub spelling: String,
    /// `capture`: the callback.
    pub name: Spanned<String>,
    /// What happens to the data window.
    pub window: WindowEffect,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// The `Window` column of an `actions` table: what happens to a buffer that saving and resuming share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowEffect {
    /// Empty cell: nothing.
    None,
    /// `outgoing`: cleared, then filled with the stream that user space will read.
    Outgoing,
    /// `incoming`: cleared, then open for what user space will write.
    Incoming,
    /// `load`: what user space wrote goes into the device.
    Load,
}

/// A row of a `capabilities` table: `| Capability | Announced by | Meaning | Without it |`, and where
/// devices announce it by a flag `| Flag | Required | Linux |`.
#[derive(Clone, Debug)]
pub struct Capability {
    /// `ndma`
    pub name: Spanned<String>,
    /// Its bit among the flags that a device announces.
    pub flag: Option<Spanned<u64>>,
    /// Whether every device has it.
    pub required: bool,
    /// How today's `<linux/vfio.h>` spells the flag.
    pub linux: Option<Spanned<String>>,
    /// Markdown: how user space finds it.
    pub announced: Spanned<String>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// Markdown: what a device without it does. Never empty.
    pub without: Spanned<String>,
}

/// A row of an `errors` table: `| Error | Operation | When | Errno | State after | Rule |`.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `invalid_state`
    pub name: Spanned<String>,
    /// Markdown: which operation fails.
    pub operation: Spanned<String>,
    /// Markdown.
    pub when: Spanned<String>,
    /// A constant of the `errno` group: `EINVAL`.
    pub errno: Spanned<String>,
    /// What `device_state` reads afterwards.
    pub after: FaultAfter,
    /// The rule that it enforces.
    pub rule: Spanned<String>,
}

/// The `State after` column of an `errors` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultAfter {
    /// `unchanged`
    Unchanged,
    /// `error`
    Error,
    /// `on the path`: where a request led along several arcs, the state that the failing arc left
    /// from; it is the old state or one along the path.
    OnThePath,
}

/// A row of an `events` table: `| Event | When | State after | The driver |`. Each is a callback that
/// is told the state in force afterwards.
#[derive(Clone, Debug)]
pub struct Event {
    /// `reset`
    pub name: Spanned<String>,
    /// Markdown.
    pub when: Spanned<String>,
    /// The value of the register afterwards; `None` (an empty cell): whatever was written.
    pub after: Option<Spanned<u32>>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// A row of a `description` table: `| Property | Type | Meaning |`.
#[derive(Clone, Debug)]
pub struct Property {
    /// `quiet_mmio`
    pub name: Spanned<String>,
    /// What values it takes.
    pub ty: PropertyType,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// The `Type` column of a `description` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PropertyType {
    /// `yes/no`
    Flag,
    /// `number`: u64
    Number,
}

/// A row of a `consequences` table: `| Consequence | Holds when | The VMM |`, over the properties
/// of type `yes/no`.
#[derive(Clone, Debug)]
pub struct Consequence {
    /// `keep_out_of_p2p`
    pub name: Spanned<String>,
    /// Over properties and earlier consequences.
    pub holds: Spanned<Expr>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// A row of a `domains` table: `| Domain | Devices | Maps MMIO of | Meaning |`, over the properties of
/// type `yes/no` and the consequences.
#[derive(Clone, Debug)]
pub struct Domain {
    /// `with_p2p`
    pub name: Spanned<String>,
    /// The devices that sit in it. Every description is in exactly one domain.
    pub devices: Spanned<Expr>,
    /// The devices whose MMIO it maps, wherever they sit.
    pub mmio: Spanned<Expr>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// `<!-- spec: layout device_state -->`: `| State | Column | Row |`.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The table.
    pub span: Span,
    /// One place a state.
    pub places: Vec<Place>,
}

/// A row of a `layout` table.
#[derive(Clone, Debug)]
pub struct Place {
    /// The register's value.
    pub state: Spanned<u32>,
    /// From 0, left to right.
    pub column: u32,
    /// From 0, top to bottom.
    pub row: u32,
}
