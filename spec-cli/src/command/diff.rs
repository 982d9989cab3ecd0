//! `diff`: what a change of the book does to the contract.

use std::io::IsTerminal;
use std::path::Path;

use clap::ValueEnum;
use spec_diff::render::{self, Names};
use spec_model::model::Class;

use crate::output::{Outcome, Stop, allows_colour, print};
use crate::versions::Versions;

/// Tell what a change of the book does to the contract
///
/// Reads two versions of the book, compares them as tools read them, runs both, and reports every change with
/// its class: breaking, compatible or editorial, by the rules of the book's chapter "Changing the contract".
/// BASE and HEAD are git revisions or folders with a book. Nothing is checked out.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The old version; by default where this branch left the main one
    base: Option<String>,
    /// The new version; by default the working tree
    head: Option<String>,
    /// How to print: for a terminal, as a comment on a pull request, as JSON, or as annotations
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Exit 1 if a change, or what follows from it, weighs this much
    #[arg(long, value_enum, value_name = "CLASS", default_value = "breaking")]
    fail_on: FailOn,
    /// When to use colours, in text
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec diff                        this branch and what is not committed, against main
  vfio-spec diff HEAD                   what is not committed
  vfio-spec diff v1.0.0 v1.1.0          two tags
  vfio-spec diff ../old .               two folders
  vfio-spec diff --format json | jq '.changes[] | select(.class == \"breaking\").id'

Exit codes: 0 nothing that weighs as much as --fail-on says; 1 something does; 2 trouble: no such revision,
no book in it, or a version that has mistakes (they are shown).";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Breaking,
    Compatible,
    Editorial,
    None,
}

impl FailOn {
    fn class(self) -> Option<Class> {
        match self {
            Self::Breaking => Some(Class::Breaking),
            Self::Compatible => Some(Class::Compatible),
            Self::Editorial => Some(Class::Editorial),
            Self::None => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let versions = Versions::find(args.base.as_deref(), args.head.as_deref(), book)?;
    let (base, head, tests) = versions.read_with_tests()?;
    let diff = spec_diff::compare(&base, &head, tests.as_ref());
    let names = Names {
        base: versions.base.name,
        head: versions.head.name,
    };
    print(&match args.format {
        Format::Text => render::text(&diff, &names, colour(args.color)),
        Format::Markdown => render::markdown(&diff, &names, Some((&base, &head))),
        Format::Json => render::json(&diff, &names),
        Format::Github => render::github(&diff),
    })?;
    match (diff.class(), args.fail_on.class()) {
        (Some(found), Some(limit)) if found >= limit => Err(Stop::Found),
        _ => Ok(()),
    }
}

fn colour(when: Colour) -> bool {
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => std::io::stdout().is_terminal() && allows_colour(),
    }
}
