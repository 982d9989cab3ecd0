//! A trace as it was read: names are looked up, places kept.

use spec_model::model::{Access, Operation};
use spec_model::source::{Span, Spanned};

/// A whole trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace<'b> {
    /// `# vmm:`
    pub(crate) vmm: Option<Spanned<String>>,
    /// `# scenario:`
    pub(crate) scenario: Option<Spanned<String>>,
    /// In the order of `# devices:`.
    pub(crate) devices: Vec<Device<'b>>,
    /// In the order of the file.
    pub(crate) events: Vec<Event>,
}

/// A device, from the header.
#[derive(Clone, Debug)]
pub(crate) struct Device<'b> {
    pub(crate) name: String,
    /// Names of the book.
    pub(crate) capabilities: Vec<&'b str>,
    /// The state in which the process found it.
    pub(crate) initial: Spanned<u32>,
    /// Whether it can do peer-to-peer DMA with the others that can.
    pub(crate) p2p: bool,
}

/// A line.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The whole line.
    pub(crate) span: Span,
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// `vmm CONDITION WORD`: the VMM turned a condition on or off; its number in the table.
    Condition { number: usize, on: bool },
    /// Something about one device, by its number.
    Device { number: usize, act: Act },
}

/// The error of something that failed: the name of a constant.
pub(crate) type Errno = String;

/// What happened with a device.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// `set STATE`
    Set(u32),
    /// `arc FROM TO`
    Arc(u32, u32),
    /// `failed ERRNO`
    Failed(Errno),
    /// `get STATE`, `read device_state STATE`
    Get(u32),
    /// `write device_state OLD NEW`
    State {
        old: u32,
        new: u32,
        failed: Option<Errno>,
    },
    /// `read N M` and the other operations on the data fd: bytes asked for, bytes moved.
    Operation {
        operation: Operation,
        room: Option<u64>,
        result: Result<u64, Errno>,
    },
    /// `read REGISTER VALUE`, `write REGISTER VALUE`
    Register {
        access: Access,
        value: u64,
        failed: Option<Errno>,
    },
    /// `read data AT N`, `write data AT N`
    Data {
        access: Access,
        at: u64,
        length: u64,
        failed: Option<Errno>,
    },
    /// An event of the `events` table: the state after.
    Told(u32),
}
