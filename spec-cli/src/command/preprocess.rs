//! `preprocess`: our part of the site as an mdBook plug-in.

use std::io;
use std::path::Path;

use mdbook_preprocessor::{MDBOOK_VERSION, Preprocessor, parse_input};
use spec_book::Spec;

use crate::output::{Outcome, Stop, print, warning};

/// Serve stock mdBook as its preprocessor
///
/// mdBook starts this by itself: `[preprocessor.spec]` in book.toml names the command. It reads the
/// book as JSON on standard input and writes it back with rule anchors, diagrams and generated
/// tables. `build` and `serve` do the same in one process.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Option<Question>,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec preprocess supports html    exit 0: the renderer is supported
  mdbook build                          runs this command, where mdBook is installed";

#[derive(Debug, clap::Subcommand)]
enum Question {
    /// Exit 0 if this preprocessor works for the renderer, else 1
    Supports {
        /// The renderer's name, such as html
        renderer: String,
    },
}

pub(crate) fn run(args: &Args, _book: Option<&Path>) -> Outcome {
    let spec = Spec;
    match &args.question {
        Some(Question::Supports { renderer }) => match spec.supports_renderer(renderer) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Stop::Found),
        },
        None => transform(&spec),
    }
}

fn transform(spec: &Spec) -> Outcome {
    let input = parse_input(io::stdin().lock());
    let (context, book) = input.map_err(|error| {
        Stop::trouble(format!(
            "standard input is not what mdBook sends a preprocessor: {error:#}"
        ))
    })?;
    if context.mdbook_version != MDBOOK_VERSION {
        let theirs = &context.mdbook_version;
        warning(&format!(
            "made for mdBook {MDBOOK_VERSION}, called by mdBook {theirs}"
        ));
    }
    let book = spec
        .run(&context, book)
        .map_err(|error| Stop::trouble(format!("{error:#}")))?;
    let json = serde_json::to_string(&book)
        .map_err(|error| Stop::trouble(format!("the book cannot be written as JSON: {error}")))?;
    print(&json)
}
