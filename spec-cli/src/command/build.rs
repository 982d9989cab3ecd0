//! `build`: the site, once.

use std::path::{Path, PathBuf};

use crate::locate::Location;
use crate::output::{Outcome, note, print};
use crate::site::{self, Plan};

/// Build the site
///
/// Checks the book, makes the pages in a second folder and swaps that in: a build that fails leaves
/// the last good site as it was. The pages need no server and no network.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Where the site goes; by default the build-dir of book.toml
    #[arg(long, value_name = "DIR")]
    dest: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec build                     then open target/book/index.html
  vfio-spec build --dest /tmp/site    somewhere else

An output folder that overlaps the sources is refused, as is one that holds anything but a site.
`mdbook build` makes the same pages where mdBook is installed.

Exit codes: 0 built; 1 mistakes in the book; 2 trouble.";

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let at = Location::find(book)?;
    let plan = Plan::keep(&at, args.dest.as_deref());
    note(&format!("building the site from {}", at.source().display()));
    site::build(&at, &plan)?;
    print(&format!(
        "the site: {}\n",
        plan.dest.join("index.html").display()
    ))
}
