//! The system around the device as the book describes it, and an explorer that tries everything.
//!
//! A machine has a VMM, up to three devices of the book's kinds, two IOMMU domains and a hostile guest.
//! Nothing of it stands in this crate: what the VMM does comes from the book's flows, what a device does
//! from its actions or arcs and its behaviours, what the guest can do from the table of moves, and what
//! must never happen from the table of invariants. [`verify`] visits every state that can be reached;
//! [`counterexamples`] finds, for each system that the book breaks on purpose, the shortest way to what
//! goes wrong then.
//!
//! Inside: `formula` (predicates over 128 bits) and `layout` (what they mean), `words` (names to
//! formulas), `effect` and `request` (what moves and devices do), `flows` and `program` (what the VMM
//! does), `machine` (all of it as guarded commands), `lanes`, `flat` and `watch` (the same, laid out for
//! speed), `table`, `symmetry`, `explore`, `live`, `trace`.

mod effect;
mod explore;
mod flat;
mod flows;
mod formula;
#[cfg(feature = "json")]
pub mod json;
mod lanes;
mod layout;
mod live;
mod log;
mod machine;
pub mod peer;
mod program;
mod request;
mod symmetry;
mod table;
mod total;
mod trace;
mod verify;
mod view;
mod watch;
mod words;

pub use explore::Progress;
pub use spec_model::model::MOST_DEVICES;
pub use trace::{Actor, Arrow, Column, Counterexample, Step, letter};
pub use verify::{
    Broken, EditionReport, Options, Report, Shown, Size, Verdict, counterexample, counterexamples,
    verify,
};
