//! `verify`: tries everything that can happen around the devices.

mod human;
mod progress;

use std::path::Path;

use clap::ValueEnum;
use spec_model::model::{Book, System};
use spec_system::Options;

use super::{edition, unknown};
use crate::locate::Location;
use crate::output::{Outcome, Stop, print};
use crate::reader;

/// Try everything that can happen to a machine with several devices, and find what must not
///
/// The book says what a VMM, devices and a hostile guest can do, what must never happen, and which
/// protections are needed for that. This visits every state that can be reached, with every mix of
/// devices, and prints the shortest way to whatever is broken. Then it breaks each protection on
/// purpose, and looks whether that is found out.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Only this edition, such as v1
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,
    /// The most devices of a machine
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3))]
    devices: u8,
    /// Only this invariant
    #[arg(long, value_name = "NAME")]
    invariant: Option<String>,
    /// Only the system with this protection broken; prints what goes wrong
    #[arg(long, value_name = "NAME", conflicts_with = "all_variants")]
    variant: Option<String>,
    /// Only the systems with a protection broken; prints what goes wrong in each
    #[arg(long)]
    all_variants: bool,
    /// How to print: for people, or as JSON
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec verify                          everything, with machines of up to three devices
  vfio-spec verify --devices 2              the same with up to two, in less time
  vfio-spec verify --variant no_barriers    what happens if a VMM does not wait?
  vfio-spec verify --edition v2 --invariant mmio_is_quiet
  vfio-spec verify --format json | jq '.editions[].invariants[]'

Exit codes: 0 every invariant holds and every broken protection is found out; 1 not so; 2 trouble.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let book = read_or_trouble(book)?;
    if let Some(name) = &args.edition {
        edition(&book, name)?;
    }
    known(&book, args)?;
    let only: Option<Vec<String>> = args.variant.clone().map(|name| vec![name]);
    let system = only.is_none() && !args.all_variants;
    let options = Options {
        edition: args.edition.as_deref(),
        devices: usize::from(args.devices),
        invariant: args.invariant.as_deref(),
        variants: only.as_deref(),
        system,
        ..Options::default()
    };
    let line = progress::Line::new();
    let report = spec_system::verify(&book, &options, &|progress| line.show(progress));
    line.clear();
    match args.format {
        Format::Human => print(&human::report(&book, &report, !system))?,
        Format::Json => print(&format!("{:#}\n", spec_system::json::report(&report)))?,
    }
    if report.holds() {
        Ok(())
    } else {
        Err(Stop::Found)
    }
}

/// The names on the command line are in the book, and there is something to verify.
fn known(book: &Book, args: &Args) -> Outcome {
    let wanted = |name: &str| args.edition.as_deref().is_none_or(|only| only == name);
    let editions = book.editions.iter();
    let systems: Vec<&System> = editions
        .filter(|edition| wanted(&edition.name.value) && !edition.system.is_empty())
        .map(|edition| &edition.system)
        .collect();
    if systems.is_empty() {
        return Err(Stop::trouble(
            "the book describes no system: no edition has tables of `devices` and `moves`",
        ));
    }
    let variants = systems
        .iter()
        .flat_map(|system| &system.variants)
        .map(|row| &row.name.value);
    let invariants = systems
        .iter()
        .flat_map(|system| &system.invariants)
        .map(|row| &row.name.value);
    if let Some(name) = &args.variant
        && !variants.clone().any(|known| known == name)
    {
        return Err(unknown("variant", name, variants));
    }
    if let Some(name) = &args.invariant
        && !invariants.clone().any(|known| known == name)
    {
        return Err(unknown("invariant", name, invariants));
    }
    Ok(())
}

/// A broken book describes no system that could be verified, so it is not exit 1 here.
fn read_or_trouble(book: Option<&Path>) -> Outcome<Book> {
    reader::read(&Location::find(book)?).map_err(|stop| match stop {
        Stop::Found => Stop::trouble("there is nothing to verify until the book is mended"),
        other => other,
    })
}
