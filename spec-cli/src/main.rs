//! `vfio-spec`: checks the specification, makes its views, and answers questions about it.
//!
//! One file a command, under [`command`]; a new one is a file there and a variant of its `Command`.

mod command;
mod coverage;
mod links;
mod locate;
mod output;
mod reader;
mod serve;
mod site;
mod versions;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = command::Cli::parse();
    output::exit_code(command::run(&cli))
}
