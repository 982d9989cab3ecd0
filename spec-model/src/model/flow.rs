//! Reference flows: what a VMM does, step by step, with one or more devices.

use crate::expr::Expr;
use crate::source::{Span, Spanned};

/// A row of a `conditions` table: `| Condition | Column | On | Off | Meaning |`. Each condition is a
/// column of every flow.
#[derive(Clone, Debug)]
pub struct Condition {
    /// `VCPU_RUNNING`
    pub name: Spanned<String>,
    /// The flow column: `vCPUs`.
    pub column: Spanned<String>,
    /// The word for true: `run`.
    pub on: String,
    /// The word for false: `stopped`.
    pub off: String,
    /// The value that a VMM sets before it touches the devices in a step; the other one comes after.
    pub first: bool,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// A row of a `work` table: `| Work | Legal while | The VMM |`.
#[derive(Clone, Debug)]
pub struct Work {
    /// `drain`
    pub name: Spanned<String>,
    /// Over bits, predicates and conditions.
    pub legal: Spanned<Expr>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// A row of a `failures` table: `| Failure | What happens |`: something a flow step makes go wrong.
#[derive(Clone, Debug)]
pub struct Injection {
    /// `capture_fails`
    pub name: Spanned<String>,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// Where a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// `source`: the device that is left.
    Source,
    /// `destination`: the device that is entered.
    Destination,
}

/// With how many devices a flow is meant to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Devices {
    /// `one`
    One,
    /// `many`: any number, the barriers hold over all of them.
    Many,
}

/// `<!-- spec: flow NAME side=source devices=many needs=ndma lacks=… released="QEMU 5.2 to 7.2" -->`:
/// `| # | device_state | (a column for each condition) | Work | The VMM | Barrier | Failure | Result |`;
/// the last three columns may be left out.
#[derive(Clone, Debug)]
pub struct Flow {
    /// `save`
    pub name: Spanned<String>,
    /// The heading above it.
    pub title: String,
    /// Where it runs.
    pub side: Side,
    /// With how many devices.
    pub devices: Devices,
    /// Capabilities or properties that a device must have for this flow.
    pub needs: Vec<Spanned<String>>,
    /// Capabilities or properties that a device for this flow does not have.
    pub lacks: Vec<Spanned<String>>,
    /// `unless=NAME`: not for a machine of which this derived observable can hold.
    pub unless: Option<Spanned<String>>,
    /// `from=anywhere`: wherever a VMM is on this side, it may go on with the second row.
    pub from_anywhere: bool,
    /// The released user space that does exactly this: the flow stays legal for ever.
    pub released: Option<Spanned<String>>,
    /// The table.
    pub span: Span,
    /// Rows.
    pub steps: Vec<Step>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `flow` table.
#[derive(Clone, Debug)]
pub struct Step {
    /// From 1.
    pub number: Spanned<u32>,
    /// The state to be in: written to every device unless it is there already.
    pub target: Spanned<Target>,
    /// The value of each of [`super::Edition::conditions`], in their order.
    pub conditions: Vec<bool>,
    /// Names of `work` rows, in the order of doing.
    pub work: Vec<Spanned<String>>,
    /// Markdown: the work in words.
    pub text: Spanned<String>,
    /// All devices must have done this step before any begins the next; the name of the grace state.
    pub barrier: Option<Spanned<String>>,
    /// What goes wrong in this step.
    pub injection: Option<Spanned<String>>,
    /// The error that the write or the work gets; `None`: it succeeds.
    pub result: Option<Spanned<String>>,
}

/// The `device_state` column of a `flow` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `` `SAVING\|NDMA` ``, `` `0` ``: written unless the device is in it already.
    State(u32),
    /// `` write `SAVING` ``: written even if the device is in it already.
    Write(u32),
    /// `reset`: VFIO_DEVICE_RESET.
    Reset,
    /// `` reads `ERROR` `` (any value): nothing is written; the device reads back this value.
    Reads(u32),
}
