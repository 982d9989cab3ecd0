//! The commands, one file each.

mod build;
mod changelog;
mod check;
mod conform;
mod diff;
mod generate;
mod links;
mod path;
mod preprocess;
mod serve;
mod trace;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use spec_model::model::{Book, Edition};

use crate::locate::Location;
use crate::output::{Outcome, Stop};
use crate::reader;

/// Check, build and question the specification of VFIO device migration.
///
/// The book (Markdown chapters with machine-read tables) is the only source: every command reads it
/// afresh. Run from anywhere inside the repository, or name the book with --book.
#[derive(Debug, Parser)]
#[command(name = "vfio-spec", version, verbatim_doc_comment, after_help = AFTER_HELP, infer_subcommands = true)]
pub(crate) struct Cli {
    /// The folder of book.toml; by default the nearest, from the current folder upwards
    #[arg(long, global = true, value_name = "PATH")]
    book: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec serve --open                read the book, with live reload
  vfio-spec check                       find mistakes in the chapters
  vfio-spec path v1 RUNNING RESUMING    which actions does this write trigger, in which order?
  vfio-spec verify                      can a hostile guest break a migration of several devices?

Exit codes:
  0  done, nothing found
  1  something was found: mistakes in the book, a write that is refused, a broken link
  2  the command could not do its work: wrong usage, no book, a file that cannot be read";

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Build(build::Args),
    Serve(serve::Args),
    Path(path::Args),
    Verify(verify::Args),
    Gen(generate::Args),
    Diff(diff::Args),
    Changelog(changelog::Args),
    Preprocess(preprocess::Args),
    Trace(trace::Args),
    Links(links::Args),
    Conform(conform::Args),
}

/// Runs what the command line asks for.
pub(crate) fn run(cli: &Cli) -> Outcome {
    let book = cli.book.as_deref();
    match &cli.command {
        Command::Check(args) => check::run(args, book),
        Command::Build(args) => build::run(args, book),
        Command::Serve(args) => serve::run(args, book),
        Command::Path(args) => path::run(args, book),
        Command::Verify(args) => verify::run(args, book),
        Command::Gen(args) => generate::run(args, book),
        Command::Diff(args) => diff::run(args, book),
        Command::Changelog(args) => changelog::run(args, book),
        Command::Preprocess(args) => preprocess::run(args, book),
        Command::Trace(args) => trace::run(args, book),
        Command::Links(args) => links::run(args),
        Command::Conform(args) => conform::run(args, book),
    }
}

/// The book, for a command that asks it something: a broken book is no answer, so it is not exit 1.
fn read_or_trouble(book: Option<&Path>) -> Outcome<Book> {
    reader::read(&Location::find(book)?).map_err(|stop| match stop {
        Stop::Found => Stop::trouble("there is no answer until the book is mended"),
        other => other,
    })
}

/// The edition that a command line names.
fn edition<'a>(book: &'a Book, name: &str) -> Outcome<&'a Edition> {
    let known = || book.editions.iter().map(|edition| &edition.name.value);
    book.edition(name)
        .ok_or_else(|| unknown("edition", name, known()))
}

/// A name that the book does not have, with those that it has.
fn unknown(kind: &str, name: &str, known: impl Iterator<Item = impl AsRef<str>>) -> Stop {
    let known: Vec<_> = known.map(|name| format!("`{}`", name.as_ref())).collect();
    let known = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    };
    Stop::trouble(format!("there is no {kind} `{name}`; the book has {known}"))
}
