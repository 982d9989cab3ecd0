//! The device under test as tests see it: every exchange is noted, so that a report can show what led to a finding.

mod data;
mod device;
mod world;

use std::fmt;

use vfio_migration::v2::Capabilities;

use crate::endpoint::{Ability, Endpoint, Errno, Failure};

pub use device::Set;

/// How a test ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The device does something else than the book says: what was expected, and what came.
    Differs(String),
    /// The device or the endpoint lacks something that the test needs.
    Skipped(String),
    /// Nothing can be said: the endpoint broke.
    Broken(String),
}

/// What a test gives, and each step of it.
pub type Check<T = ()> = Result<T, End>;

/// What is heard of a test while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The device is asked this. If nothing follows, it never answered.
    Asked(&'a str),
    /// What came.
    Came(&'a str),
}

/// Hears every exchange with the device, as it happens.
pub type Listener = Box<dyn FnMut(Event<'_>)>;

/// An open device and whoever listens.
pub struct Dut {
    endpoint: Box<dyn Endpoint>,
    listener: Listener,
    capabilities: Option<Capabilities>,
}

impl Dut {
    /// Tests this device.
    pub fn new(endpoint: Box<dyn Endpoint>, listener: Listener) -> Self {
        Self {
            endpoint,
            listener,
            capabilities: None,
        }
    }

    /// The endpoint, for what needs no note.
    pub fn endpoint(&mut self) -> &mut dyn Endpoint {
        &mut *self.endpoint
    }

    /// Whether the endpoint can express this.
    pub fn able(&self, ability: Ability) -> bool {
        self.endpoint.abilities().contains(&ability)
    }

    /// Asks the endpoint for something, and notes before and afterwards.
    fn ask<T>(
        &mut self,
        asked: impl fmt::Display,
        ask: impl FnOnce(&mut dyn Endpoint) -> Result<T, Failure>,
        shown: impl FnOnce(&T) -> String,
    ) -> Result<T, Failure> {
        (self.listener)(Event::Asked(&asked.to_string()));
        let result = ask(&mut *self.endpoint);
        let came = match &result {
            Ok(value) => shown(value),
            Err(failure) => failure.to_string(),
        };
        (self.listener)(Event::Came(&came));
        result
    }
}

/// Splits off the answer of the device: an error number is one; what the endpoint cannot do or what broke ends the test.
pub fn answered<T>(result: Result<T, Failure>) -> Check<Result<T, Errno>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Errno(errno)) => Ok(Err(errno)),
        Err(other) => Err(other.into()),
    }
}

/// Ends the test with a difference unless this holds.
pub fn expect(holds: bool, differs: impl FnOnce() -> String) -> Check {
    if holds {
        Ok(())
    } else {
        Err(End::Differs(differs()))
    }
}

/// Ends the test with a difference unless both are equal.
pub fn expect_eq<T: PartialEq + fmt::Debug>(what: &str, came: T, expected: T) -> Check {
    expect(came == expected, || {
        format!("{what}: expected {expected:?}, got {came:?}")
    })
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Errno(errno) => Self::Differs(format!("failed with {errno}")),
            Failure::Cannot(ability) => {
                Self::Skipped(format!("this endpoint cannot {}", ability.what()))
            }
            Failure::Broken(why) => Self::Broken(why),
        }
    }
}

/// `ok`, for what gives nothing else.
fn ok<T>(_: &T) -> String {
    "ok".to_owned()
}
