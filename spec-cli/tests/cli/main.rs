//! Runs the built `vfio-spec` as a user does: one file a command, on a small book and on the real one.

mod build;
mod check;
mod common;
mod conform;
mod diff;
mod generate;
mod help;
mod links;
mod path;
mod preprocess;
mod requests;
mod serve;
mod trace;
mod verify;
