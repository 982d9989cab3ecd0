//! `gen`: the model in other languages.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use spec_model::analysis::register;
use spec_model::model::Book;

use crate::locate::Location;
use crate::output::{Outcome, Stop, print};
use crate::reader;

/// Write the book in another language
///
/// json: everything that the book says, for tools in any language; a format number goes with it.
/// rust: the constants, states, tables and the driver trait as one stand-alone module, without
/// dependencies: what a driver vendors. It is what the `spec!` macro expands to.
/// c: the same numbers, structures and tables as one stand-alone header of C89, for kernels too.
/// dot: the states as diagrams for Graphviz, a graph for each edition: arcs, or writes of one bit.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Which language
    #[arg(value_enum, value_name = "LANGUAGE")]
    language: Language,
    /// dot: the only edition to draw; by default each that has states
    edition: Option<String>,
    /// The file to write; standard output by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec gen rust -o drivers/vfio_migration.rs
  vfio-spec gen c -o include/vfio_migration.h
  vfio-spec gen dot v2 | dot -Tsvg > v2.svg
  vfio-spec gen json | jq '.editions[0].flows[].name'";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// The whole model
    Json,
    /// A module of the uAPI
    Rust,
    /// A header of the uAPI
    C,
    /// Diagrams of the states
    Dot,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    if args.edition.is_some() && !matches!(args.language, Language::Dot) {
        return Err(Stop::trouble(
            "only `gen dot` takes an edition: the other languages hold all of them",
        ));
    }
    let book = reader::read(&Location::find(book)?)?;
    let text = match args.language {
        Language::Json => spec_gen::json::text(&book),
        Language::Rust => spec_gen::pretty::rust(&book),
        Language::C => spec_gen::c::text(&book),
        Language::Dot => dot(&book, args.edition.as_deref())?,
    };
    match &args.output {
        None => print(&text),
        Some(file) => std::fs::write(file, text)
            .map_err(|error| Stop::trouble(format!("cannot write `{}`: {error}", file.display()))),
    }
}

fn dot(book: &Book, name: Option<&str>) -> Outcome<String> {
    let edition = name.map(|name| super::edition(book, name)).transpose()?;
    if let Some(edition) = edition.filter(|edition| register(edition).is_none()) {
        let name = &edition.name.value;
        return Err(Stop::trouble(format!(
            "the edition `{name}` has no register of states: there is nothing to draw"
        )));
    }
    Ok(spec_gen::dot::text(book, edition))
}
