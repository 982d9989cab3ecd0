//! A machine's whole life: started, stopped and continued, saved and resumed, cancelled, failed, changed.
//!
//! What is done in which order, the book's flows say: [`VirtualMachine::save`] and its like choose the flow
//! that uses most of what the devices have, and follow it. Whatever goes wrong on the way, the machine is
//! taken [back](VirtualMachine::go_back), so that the guest goes on.

mod converge;
mod drive;
mod plan;
mod plug;

use std::fmt;
use std::string::String;

pub use converge::{Convergence, Left, Otherwise};
pub use plan::{Plan, Purpose};

/// What a VMM decides for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether devices may reach each other at all: `enable_p2p`. Off, only the domain without MMIO is built.
    pub p2p: bool,
    /// Whether the machine has a vIOMMU that lets devices ask the guest for pages. Those that may are set up for it
    /// when the machine starts, or a device comes. v2 has no state in which such requests could be settled: there,
    /// a machine with such a device is not migrated.
    pub page_requests: bool,
    /// Refuse to migrate several devices of which one cannot be quieted.
    pub refuse_mixes: bool,
    /// When pre-copy has done enough.
    pub convergence: Convergence,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            p2p: true,
            page_requests: false,
            refuse_mixes: false,
            convergence: Convergence::default(),
        }
    }
}

/// How a run ended that could end in more than one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reached its end.
    Done,
    /// It did not; the machine is where it was before, with devices reset that had broken. Why.
    WentBack(String),
}

/// Why a VMM does not even begin. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its policy does not take this mix: the device of this slot cannot be quieted.
    Mix(usize),
    /// The device of this slot may wait for pages that a vCPU must bring, and no state lets vCPUs bring them while
    /// devices are quiet.
    PageRequests(usize),
    /// No flow of the book fits the devices.
    NoFlow,
    /// Devices come and go only while the vCPUs run; none comes or is reset once page requests were settled.
    NotNow,
    /// There is no such slot.
    NoSlot,
    /// The guest does not run here.
    Stopped,
    /// The guest runs here already.
    Running,
    /// What arrived is for another number of devices.
    Streams,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mix(slot) => write!(
                f,
                "the policy refuses several devices of which one, in slot {slot}, cannot be quieted"
            ),
            Self::PageRequests(slot) => write!(
                f,
                "the device in slot {slot} is set up for page requests, and no state lets vCPUs complete them"
            ),
            Self::NoFlow => f.write_str("no flow of the book fits these devices"),
            Self::NotNow => f.write_str(
                "devices come, go and are reset only while the vCPUs run, and page requests are not yet settled",
            ),
            Self::NoSlot => f.write_str("there is no such slot"),
            Self::Stopped => f.write_str("the guest does not run here: start it, or go back, first"),
            Self::Running => f.write_str("the guest runs here already"),
            Self::Streams => f.write_str("what arrived is for another number of devices"),
        }
    }
}

impl std::error::Error for Refused {}

/// What somebody else wants after a step: an operator who cancels, a destination that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// On.
    On,
    /// Back.
    Back,
}
