//! `gen`: the model in other languages.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::locate::Location;
use crate::output::{Outcome, Stop, print};
use crate::reader;

/// Write the book in another language
///
/// json: everything that the book says, for tools in any language; a format number goes with it.
/// rust: the constants, states, tables and the driver trait as one stand-alone module, without
/// dependencies: what a driver vendors. It is what the `spec!` macro expands to.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Which language
    #[arg(value_enum, value_name = "LANGUAGE")]
    language: Language,
    /// The file to write; standard output by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec gen rust -o drivers/vfio_migration.rs
  vfio-spec gen json | jq '.editions[0].flows[].name'";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// The whole model
    Json,
    /// A module of the uAPI
    Rust,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let book = reader::read(&Location::find(book)?)?;
    let text = match args.language {
        Language::Json => spec_gen::json::text(&book),
        Language::Rust => spec_gen::pretty::rust(&book),
    };
    match &args.output {
        None => print(&text),
        Some(file) => std::fs::write(file, text)
            .map_err(|error| Stop::trouble(format!("cannot write `{}`: {error}", file.display()))),
    }
}
