//! `links`: the last check of a built site.

use std::path::PathBuf;

use crate::links;
use crate::output::{Outcome, Stop, count, error, note, print};

/// Check the links of a built site
///
/// Every link inside the site leads to a file and an id that exist, no id is given twice, and no
/// page loads anything from another server. Links that a reader may follow elsewhere are allowed.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Example:\n  vfio-spec build && vfio-spec links target/book"
)]
pub(crate) struct Args {
    /// The folder of the site
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let shown = args.dir.display();
    let report = links::check(&args.dir)
        .map_err(|error| Stop::trouble(format!("cannot read `{shown}`: {error}")))?;
    if report.pages == 0 {
        return Err(Stop::trouble(format!("there is no page in `{shown}`")));
    }
    for problem in &report.problems {
        let file = args.dir.join(&problem.file);
        note(&format!(
            "{}:{}: {}",
            file.display(),
            problem.line,
            problem.what
        ));
    }
    let looked = format!(
        "{}, {}",
        count(report.pages, "page"),
        count(report.references, "reference")
    );
    if report.problems.is_empty() {
        return print(&format!("all links lead somewhere: {looked}\n"));
    }
    error(&format!(
        "{} in {looked}",
        count(report.problems.len(), "problem")
    ));
    Err(Stop::Found)
}
