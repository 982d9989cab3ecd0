//! The second edition: its rules one after another, a file for each chapter, and its flows with every driver that they
//! are meant for. What is seen is seen through the ioctl and the data fd.

mod arcs;
mod behaviour;
mod bindings;
mod bitmap;
mod dirty_log;
mod discovery;
mod errors;
mod examples;
mod fake;
mod flows;
mod migrate;
mod precopy;
mod requests;
mod rig;
mod sequences;
mod several;
mod states;
mod stream;
mod uapi;
mod verdict;
mod vmm;
