//! One rule of the book after another, a file for each chapter: what the machine and the drivers do, seen through
//! the region.

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod actions;
mod behaviour;
mod discovery;
mod errors;
mod fake;
mod multi;
mod region;
mod resume;
mod rig;
mod state;
mod stream;
mod system;
mod vmm;
mod window;
