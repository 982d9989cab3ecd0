//! The second edition: its rules one after another, a file for each chapter, and its flows with every driver that they
//! are meant for. What is seen is seen through the ioctl and the data fd.

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod arcs;
mod behaviour;
mod bindings;
mod dirty_log;
mod dirty_report;
mod discovery;
mod errors;
mod examples;
mod fake;
mod flows;
mod loading;
mod migrate;
mod pre_copy;
mod reading;
mod requests;
mod rig;
mod second_version;
mod sequences;
mod several;
mod states;
mod stream;
mod uapi;
mod verdict;
mod vmm;
