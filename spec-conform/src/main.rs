//! `vfio-conform`: whether a device keeps to the book.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use spec_conform::cli::{Cli, run};

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(lines) => {
            let mut out = io::stderr().lock();
            for line in lines {
                // If nobody can read that, there is nobody to tell.
                let _ = writeln!(out, "error: {line}");
            }
            ExitCode::from(2)
        }
    }
}
