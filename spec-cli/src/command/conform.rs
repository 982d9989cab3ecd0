//! `conform`: the book against a device. The work is another program's, `vfio-conform`, which is compiled with the book.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::locate::Location;
use crate::output::{Outcome, Stop};

/// Run the book against a device: rule by rule, whether it does what the specification says
///
/// Starts `vfio-conform` with these arguments: the one beside this program, or the one of this
/// checkout, built first.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, disable_help_flag = true, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// What `vfio-conform` is told; `--help` prints what it understands
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGS"
    )]
    arguments: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec conform --driver buffering --format human
  vfio-spec conform --list";

/// Ends only where the other program cannot be started; its exit code is this one's.
pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let (mut command, name) = program(book)?;
    let error = command.args(&args.arguments).exec();
    Err(Stop::trouble(format!("cannot start {name}: {error}")))
}

/// The program, and what to call it.
fn program(book: Option<&Path>) -> Outcome<(Command, String)> {
    let checkout = checkout(book);
    // Under cargo, whoever edits a chapter expects the suite of that chapter, not of the last build.
    let cargo = env::var_os("CARGO");
    let sibling = env::current_exe()
        .ok()
        .map(|own| own.with_file_name("vfio-conform"));
    let sibling = sibling.filter(|file| file.is_file());
    match (checkout, sibling) {
        (Some(manifest), None) => Ok(built(cargo, &manifest)),
        (Some(manifest), Some(_)) if cargo.is_some() => Ok(built(cargo, &manifest)),
        (_, Some(file)) => Ok((Command::new(&file), file.display().to_string())),
        (None, None) => Err(Stop::trouble(
            "there is no vfio-conform beside this program, and this is no checkout to build it from",
        )),
    }
}

/// `Cargo.toml` of the checkout that the book is in.
fn checkout(book: Option<&Path>) -> Option<PathBuf> {
    let location = Location::find(book).ok()?;
    let manifest = location.directory().join("Cargo.toml");
    let suite = location.directory().join("spec-conform/Cargo.toml");
    (manifest.is_file() && suite.is_file()).then_some(manifest)
}

fn built(cargo: Option<OsString>, manifest: &Path) -> (Command, String) {
    let mut command = Command::new(cargo.unwrap_or_else(|| "cargo".into()));
    command.args([
        "run",
        "--quiet",
        "--package",
        "spec-conform",
        "--manifest-path",
    ]);
    command.arg(manifest).arg("--");
    (command, "cargo".to_owned())
}
