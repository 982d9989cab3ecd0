//! What the book means: names resolved, numbers read, predicates parsed.
//!
//! [`Book`] is the whole; an [`Edition`] is one protocol. Every type says in its first line which
//! table or directive it comes from; `book/authoring.md` describes their columns.

mod changes;
mod descriptor;
mod device;
mod flow;
mod fsm;
mod guard;
mod mapping;
mod register;
mod system;
mod table;
mod text;

pub use changes::{
    ChangeKind, Class, ClassRow, Judgement, OTHER_PARTS, Version, VersionNumber, classed_parts,
};
pub use descriptor::{FdProtocol, FdRow, Ioctl, Operation};
pub use device::{
    Action, ActionTable, Behaviour, Bit, BitField, Capability, Consequence, Domain, Event, Fault,
    FaultAfter, Layout, OrderStatus, Place, Predicate, Property, PropertyType, Refusal,
    WindowEffect,
};
pub use flow::{Condition, Devices, Flow, Injection, Side, Step, Target, Work};
pub use fsm::{Fsm, FsmArc, PathRule, Session, SessionEffect, State};
pub use guard::{Breach, Guardrail, Observation, Party, Provenance, TraceFile};
pub use mapping::{Mapping, MappingRow};
pub use register::{
    Access, Constant, ConstantGroup, Direction, Field, FieldAccess, Phase, Protocol, Struct,
    Transition,
};
pub use system::{
    ABSENT, Change, Claim, Definition, DeviceKind, Invariant, MOST_DEVICES, Move, MoveAfter, Mover,
    Observable, PREFIXES, REACHES, STREAM_LOST, Scope, System, Variant,
};
pub use table::{Table, TableColumn, TableRow};
pub use text::{
    Chapter, Demand, Heading, Level, Link, LinkForm, Rule, Show, Subject, Term, TermUse,
};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span, Spanned};

/// Everything that the chapters say.
#[derive(Clone, Debug)]
pub struct Book {
    /// The files, SUMMARY.md first.
    pub sources: SourceMap,
    /// Chapters in the order of SUMMARY.md, which is the order of everything generated.
    pub chapters: Vec<Chapter>,
    /// Normative rules in the order of the book.
    pub rules: Vec<Rule>,
    /// Constants that belong to no edition (errno values).
    pub constants: Vec<ConstantGroup>,
    /// The protocols.
    pub editions: Vec<Edition>,
    /// `mapping` tables: what became of one edition in another.
    pub mappings: Vec<Mapping>,
    /// Names that the book uses and does not define (`VFIO_DEVICE_RESET`), and the glossary.
    pub terms: Vec<Term>,
    /// Where prose uses the words of the glossary, by place.
    pub term_uses: Vec<TermUse>,
    /// What the people who argued for the protocol asked of it.
    pub demands: Vec<Demand>,
    /// `classes` tables: how much a change of each part of the book weighs.
    pub classes: Vec<ClassRow>,
    /// The `versions` table, the newest first.
    pub versions: Vec<Version>,
    /// Places where the site puts something generated.
    pub shows: Vec<Show>,
    /// The files `traces/*.trace` beside SUMMARY.md, sorted by path.
    pub traces: Vec<TraceFile>,
    /// Every link to a rule, in the order of the book; each rule exists.
    pub links: Vec<Link>,
    /// Every machine-read table, in the order of the book: where it stands and what it is.
    pub tables: Vec<Table>,
    /// Places that the site leaves out: directives and rule marks. Sorted, per file.
    pub hidden: Vec<Span>,
    /// What is probably not meant, yet does not stop the build.
    pub warnings: Vec<Diagnostic>,
}

/// `<!-- spec: edition v1 title="…" -->`: one protocol, from all chapters that carry its directive.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Short name, also the name of the generated module: `v1`.
    pub name: Spanned<String>,
    /// For people: `The migration region`.
    pub title: String,
    /// `constants` tables.
    pub constants: Vec<ConstantGroup>,
    /// `struct` tables.
    pub structs: Vec<Struct>,
    /// `ioctl` tables.
    pub ioctls: Vec<Ioctl>,
    /// The `bits` table, with its predicates, behaviours, actions and refusals.
    pub bits: Option<BitField>,
    /// The `states` table, with its arcs, paths, predicates, behaviours and refusals. An edition has
    /// either this or [`Edition::bits`].
    pub fsm: Option<Fsm>,
    /// `capabilities` tables.
    pub capabilities: Vec<Capability>,
    /// `protocol` tables with `of`: over the registers of a struct.
    pub protocols: Vec<Protocol>,
    /// `protocol` tables without `of`: over the data fd.
    pub fd_protocols: Vec<FdProtocol>,
    /// `errors` tables.
    pub faults: Vec<Fault>,
    /// `events` tables.
    pub events: Vec<Event>,
    /// `description` tables: what a device says of itself before it is used.
    pub properties: Vec<Property>,
    /// `consequences` tables: what such a description forces on the VMM.
    pub consequences: Vec<Consequence>,
    /// `domains` tables: where such a device sits, and what it can reach there.
    pub domains: Vec<Domain>,
    /// `conditions` tables: what a VMM controls beside the device.
    pub conditions: Vec<Condition>,
    /// `work` tables: what a VMM does in a step.
    pub work: Vec<Work>,
    /// `failures` tables: what can go wrong in a step.
    pub injections: Vec<Injection>,
    /// `flow` tables.
    pub flows: Vec<Flow>,
    /// `breaches` tables: what no trace may show.
    pub breaches: Vec<Breach>,
    /// `guardrails` tables: traces of released user space.
    pub guardrails: Vec<Guardrail>,
    /// The tables of the system around the devices.
    pub system: System,
}

impl Book {
    /// The edition of this name.
    pub fn edition(&self, name: &str) -> Option<&Edition> {
        self.editions.iter().find(|e| e.name.value == name)
    }

    /// The version that the book says it has.
    pub fn version(&self) -> Option<VersionNumber> {
        self.versions.first().map(|version| version.number.value)
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|r| r.id.value == id)
    }
}
