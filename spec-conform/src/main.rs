//! `vfio-conform`: whether a device keeps to the book.

use std::process::ExitCode;

use clap::Parser;
use spec_conform::dut::Dut;
use spec_conform::run::{Verdict, here};
use spec_conform::suite;
use spec_conform::target::Named;

/// Run the book against a device
#[derive(Debug, Parser)]
#[command(name = "vfio-conform", version)]
struct Cli {
    #[command(flatten)]
    named: Named,
}

fn main() -> ExitCode {
    let target = Cli::parse().named.target();
    let mut ok = true;
    for test in suite::all() {
        let endpoint = match target.open() {
            Ok(endpoint) => endpoint,
            Err(failure) => {
                eprintln!("error: {failure}");
                return ExitCode::from(2);
            }
        };
        let mut dut = Dut::new(endpoint, Box::new(|_| {}));
        let verdict = here::run(&test, &mut dut);
        ok &= !verdict.is_finding();
        if verdict != Verdict::Passed {
            println!("{} {verdict:?}", test.name());
        }
    }
    println!("{} tests", suite::all().len());
    if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}
