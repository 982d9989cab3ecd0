//! The system around the devices: what can happen in it, what must never happen, and which
//! protections the book demands.

use crate::expr::Expr;
use crate::source::{Span, Spanned};

/// The most devices of a machine that is tried out.
pub const MOST_DEVICES: usize = 3;
/// Holds of a device that is not plugged in, of which nothing else is said then.
pub const ABSENT: &str = "absent";
/// Holds in the step of a write one of whose actions destroyed what was received, where one buffer
/// serves both directions.
pub const STREAM_LOST: &str = "stream_lost";
/// Of a pair: the IOMMU domain of the first device maps the MMIO of the second. Where an edition has no
/// `domains` table, it always holds.
pub const REACHES: &str = "reaches";
/// In front of a name: of the other device, of some device, of every device.
pub const PREFIXES: [&str; 3] = ["peer_", "any_", "every_"];

/// A row of a `devices` table: `| Device | Has | Meaning |`: a kind of device that a machine may have.
#[derive(Clone, Debug)]
pub struct DeviceKind {
    /// `full`
    pub name: Spanned<String>,
    /// The capabilities and the yes/no properties that it has; it has no others.
    pub has: Vec<Spanned<String>>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// Of what something is said: the `Of` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `device`: of each device.
    Device,
    /// `pair`: of each device and another one. Names with `peer_` in front speak of the other.
    Pair,
    /// `machine`: of the machine. Names with `any_` or `every_` in front speak of its devices.
    Machine,
}

impl Scope {
    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Pair => "pair",
            Self::Machine => "machine",
        }
    }
}

/// The `Lasts` and `Holds while` columns of an `observables` table.
#[derive(Clone, Debug)]
pub enum Definition {
    /// `until cleared`: a move sets it, and it stays until another clears it.
    Kept,
    /// `a moment`: it holds in the step of the move that sets it.
    Moment,
    /// Neither: it holds while this does.
    Derived(Spanned<Expr>),
}

/// A row of an `observables` table: `| Observable | Of | Lasts | Holds while | Meaning |`.
#[derive(Clone, Debug)]
pub struct Observable {
    /// `dma_to_peer`
    pub name: Spanned<String>,
    /// Of what it is said.
    pub scope: Scope,
    /// What makes it hold.
    pub definition: Definition,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// The `By` column of a `moves` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mover {
    /// `guest`: whenever it likes; it may be hostile.
    Guest,
    /// `operator`: whoever runs the machine, whenever he likes.
    Operator,
    /// `device`: on its own.
    Device,
    /// `driver`: as a part of the action, arc or event of this name.
    Driver,
    /// `VMM`: as a part of the work of this name, or when the condition of this name comes to hold.
    Vmm,
}

impl Mover {
    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Operator => "operator",
            Self::Device => "device",
            Self::Driver => "driver",
            Self::Vmm => "VMM",
        }
    }
}

/// The `State after` column of a `moves` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MoveAfter {
    /// `absent`: the device is gone.
    Absent,
    /// The value of the register.
    State(u32),
}

/// A row of a `moves` table:
/// `| Move | By | Of | Possible while | Sets | Clears | State after | What happens |`.
#[derive(Clone, Debug)]
pub struct Move {
    /// `start_dma`
    pub name: Spanned<String>,
    /// Who makes it.
    pub by: Mover,
    /// Of what.
    pub scope: Scope,
    /// When it can be made. An empty cell: always, `Expr::Const(true)`.
    pub when: Spanned<Expr>,
    /// Observables that hold afterwards, as predicates name them.
    pub sets: Vec<Spanned<String>>,
    /// Observables that do not hold afterwards.
    pub clears: Vec<Spanned<String>>,
    /// The state of the device afterwards; `None`: as before.
    pub after: Option<Spanned<MoveAfter>>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// The `Claim` column of an `invariants` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Claim {
    /// `never`: the predicate holds in no state that can be reached.
    Never,
    /// `can`: from every state, the VMM, the drivers and the devices alone can come to one in which the
    /// predicate holds.
    Can,
    /// `can with the guest`: the same with the help of the guest.
    CanWithGuest,
}

impl Claim {
    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Can => "can",
            Self::CanWithGuest => "can with the guest",
        }
    }
}

/// A row of an `invariants` table: `| Invariant | Of | Claim | Predicate | Rule | Meaning |`.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// `quiet_mmio`
    pub name: Spanned<String>,
    /// Of what it is claimed.
    pub scope: Scope,
    /// What is claimed.
    pub claim: Claim,
    /// Of what.
    pub predicate: Spanned<Expr>,
    /// The rule that it protects.
    pub rule: Spanned<String>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The row.
    pub span: Span,
}

/// The `Changes` column of a `variants` table: which protection is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The derived observable, or the consequence, of this name holds while [`Variant::to`] does.
    Holds(String),
    /// The move of this name is possible while [`Variant::to`] holds.
    Move(String),
    /// `work NAME`: the work of this name is legal while [`Variant::to`] holds, and is done as early as
    /// that.
    Work(String),
    /// The condition of this name never changes.
    Condition {
        /// `VCPU_RUNNING`
        name: String,
        /// The value that it keeps.
        always: bool,
    },
    /// `barriers`: the VMM does not wait for all devices.
    Barriers,
    /// `instead`: a device without what a state needs stays where it is, instead of going to a state in
    /// its place.
    Fold,
    /// `flow 3`: the VMM leaves out a step.
    Step {
        /// The flow.
        flow: String,
        /// The number of the step.
        number: u32,
        /// The drivers take the actions of a write in the order of this name, not the adopted one.
        order: Option<String>,
    },
}

/// A row of a `variants` table: `| Variant | Changes | To | Breaks | Devices | Meaning |`: a system in
/// which one protection is broken on purpose.
#[derive(Clone, Debug)]
pub struct Variant {
    /// `no_barriers`
    pub name: Spanned<String>,
    /// What is broken.
    pub change: Spanned<Change>,
    /// What takes its place, where that is a predicate.
    pub to: Option<Spanned<Expr>>,
    /// The invariant that does not hold then.
    pub breaks: Spanned<String>,
    /// The devices of the machine in which that shows.
    pub devices: Vec<Spanned<String>>,
    /// Markdown.
    pub meaning: Spanned<String>,
    /// The row.
    pub span: Span,
    /// The table.
    pub table: Span,
}

/// What an edition says of the system around its devices.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// `devices` tables.
    pub devices: Vec<DeviceKind>,
    /// `observables` tables.
    pub observables: Vec<Observable>,
    /// `moves` tables.
    pub moves: Vec<Move>,
    /// `invariants` tables.
    pub invariants: Vec<Invariant>,
    /// `variants` tables.
    pub variants: Vec<Variant>,
}

impl System {
    /// The observable of this name.
    pub fn observable(&self, name: &str) -> Option<&Observable> {
        self.observables.iter().find(|row| row.name.value == name)
    }

    /// The invariant of this name.
    pub fn invariant(&self, name: &str) -> Option<&Invariant> {
        self.invariants.iter().find(|row| row.name.value == name)
    }

    /// The variant of this name.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|row| row.name.value == name)
    }

    /// Whether the edition describes a system at all.
    pub fn is_empty(&self) -> bool {
        self.devices.is_empty() || self.moves.is_empty()
    }
}
