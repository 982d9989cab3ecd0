//! The state machine of v2 in three crates for state machines. `build.rs` writes the declarations from the book.

use statig::blocking::{IntoStateMachineExt as _, StateMachine};

#[allow(
    clippy::all,
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    reason = "what the crates' macros make"
)]
mod declared {
    include!(concat!(env!("OUT_DIR"), "/machines.rs"));
}

use declared::{by_rust_fsm, by_smlang, by_statig};

/// A machine that takes requests for states.
pub(crate) trait Machine {
    type Event;

    /// In the initial state.
    fn new() -> Self;

    /// The request for the state of this number.
    fn event(number: u32) -> Self::Event;

    /// Takes the first arc towards a state, or stays where the request is refused.
    fn step(&mut self, event: &Self::Event);

    /// The number of the state that it is in.
    fn state(&self) -> u32;
}

pub(crate) struct RustFsm(by_rust_fsm::device::StateMachine);

impl Machine for RustFsm {
    type Event = by_rust_fsm::device::Input;

    fn new() -> Self {
        Self(by_rust_fsm::device::StateMachine::new())
    }

    fn event(number: u32) -> Self::Event {
        by_rust_fsm::event(number)
    }

    fn step(&mut self, event: &Self::Event) {
        let _ = self.0.consume(event);
    }

    fn state(&self) -> u32 {
        by_rust_fsm::number(self.0.state())
    }
}

pub(crate) struct Smlang(by_smlang::StateMachine<by_smlang::Context>);

impl Machine for Smlang {
    type Event = by_smlang::Events;

    fn new() -> Self {
        Self(by_smlang::StateMachine::new(by_smlang::Context))
    }

    fn event(number: u32) -> Self::Event {
        by_smlang::event(number)
    }

    fn step(&mut self, event: &Self::Event) {
        let _ = self.0.process_event(*event);
    }

    fn state(&self) -> u32 {
        by_smlang::number(self.0.state())
    }
}

pub(crate) struct Statig(StateMachine<by_statig::Device>);

impl Machine for Statig {
    type Event = by_statig::Event;

    fn new() -> Self {
        Self(by_statig::Device.state_machine())
    }

    fn event(number: u32) -> Self::Event {
        by_statig::event(number)
    }

    fn step(&mut self, event: &Self::Event) {
        self.0.handle(event);
    }

    fn state(&self) -> u32 {
        by_statig::number(self.0.state())
    }
}
