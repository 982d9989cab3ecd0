//! The book against a device: rule by rule, whether a driver does what the specification says.
//!
//! An [`endpoint::Endpoint`] carries requests to a device, a [`dut::Dut`] notes them, a [`test::Test`] makes them and
//! judges, [`suite::all`] are the tests.

pub mod bytes;
pub mod cli;
pub mod dut;
pub mod endpoint;
pub mod expected;
pub mod names;
mod progress;
pub mod report;
pub mod run;
pub mod select;
pub mod suite;
pub mod target;
pub mod test;
pub mod wrong;
