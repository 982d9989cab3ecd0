//! `path`: what one write or request makes a driver do.

mod answer;
mod requests;
mod writes;

use std::path::Path;

use spec_model::analysis::{Register, register};
use spec_model::model::Edition;

use super::{edition, read_or_trouble, unknown};
use crate::output::{Outcome, Stop};

/// Print what one write of the device state makes a driver do
///
/// In an edition whose register holds bits, a write may change several at once. The book's order
/// table says which actions it triggers and in which order; this prints them one a line, each as the
/// group of bits that becomes true. In an edition whose register holds one state, a request leads
/// along a path; this prints its arcs one a line. No line means that the driver has nothing to do.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = AFTER_HELP,
    override_usage = "vfio-spec path [OPTIONS] <EDITION> <OLD> <NEW>\n       vfio-spec path [OPTIONS] <EDITION> --all"
)]
pub(crate) struct Args {
    /// Which protocol: the name of an edition in the book, such as v1
    edition: String,
    /// The state before
    #[arg(required_unless_present = "all", requires = "new")]
    old: Option<String>,
    /// The value written, or the state requested
    #[arg(required_unless_present = "all")]
    new: Option<String>,
    /// What the device announces: names joined by commas, or `none`; by default everything
    #[arg(long, value_name = "NAMES")]
    caps: Option<String>,
    /// Whose order of actions; by default the one that the book adopts
    #[arg(long, value_name = "NAME")]
    order: Option<String>,
    /// Everything, as CSV. Bits: each pair of valid states, as old,new,old_name,new_name,actions.
    /// States: each pair for each set of capabilities, as capabilities,current,requested,next,path
    #[arg(long, conflicts_with_all = ["old", "new"], verbatim_doc_comment)]
    all: bool,
}

const AFTER_HELP: &str = "\
A state is written by its name, or as a number (`0x3`, `3`). Bits are joined in any order
(`RUNNING|SAVING`), none is `0`, and `ERROR` is the error state. Mind the shell: quote the `|`.

Examples:
  vfio-spec path v1 RUNNING 'SAVING|RUNNING'     the step into pre-copy
  vfio-spec path v1 0x1 0x4                      straight into resuming, as QEMU does
  vfio-spec path v1 RESUMING SAVING --order rfc_v3
  vfio-spec path v1 RUNNING NDMA --caps none     refused, exit 1: the device has no NDMA
  vfio-spec path v1 --all > writes.csv           all of them; actions are joined by ` ; `
  vfio-spec path v2 --caps stop_copy,p2p RUNNING STOP
  vfio-spec path v2 --all > requests.csv         all of them; states are joined by ` > `

Exit codes: 0 it is legal; 1 it is refused; 2 wrong usage, or a book with mistakes.";

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let book = read_or_trouble(book)?;
    let edition = edition(&book, &args.edition)?;
    match register(edition) {
        Some(Register::Bits(field)) => writes::answer(&book, edition, field, args),
        Some(Register::Fsm(fsm)) => requests::answer(&book, edition, fsm, args),
        None => Err(Stop::trouble(format!(
            "the edition `{}` has no register of states",
            args.edition
        ))),
    }
}

/// The capabilities that `--caps` names.
fn capabilities<'a>(edition: &'a Edition, list: Option<&str>) -> Outcome<Vec<&'a str>> {
    let known = edition
        .capabilities
        .iter()
        .map(|capability| capability.name.value.as_str());
    let names: Vec<&str> = match list {
        None => return Ok(known.collect()),
        Some("none") => return Ok(Vec::new()),
        Some(list) => list.split(',').map(str::trim).collect(),
    };
    let find = |name: &str| {
        let found = known.clone().find(|known| *known == name);
        found.ok_or_else(|| unknown("capability", name, known.clone()))
    };
    names.into_iter().map(find).collect()
}
