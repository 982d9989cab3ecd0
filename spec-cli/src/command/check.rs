//! `check`: what is wrong with the book.

mod format;

use std::path::Path;

use clap::ValueEnum;
use spec_model::diagnostic::Diagnostic;
use spec_model::source::SourceMap;

use crate::locate::Location;
use crate::output::{Outcome, Stop, count, error, print};
use crate::reader;

/// Find mistakes in the chapters
///
/// Reads every chapter that SUMMARY.md lists and reports all mistakes of a phase at once, in the
/// words of the compiler: `book/chapter.md:12:5: what is wrong`, the line, what to do.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// How to print: for people, as JSON, or as annotations of a GitHub workflow
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec check
  vfio-spec check --format json | jq '.diagnostics[].title'
  vfio-spec check --format github

Exit codes: 0 no errors (warnings are allowed); 1 errors; 2 trouble.";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Github,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let at = Location::find(book)?;
    at.html()?;
    match reader::load(&at)? {
        Ok(book) => {
            report(args.format, &book.sources, &book.warnings)?;
            finish(args.format, &summary(&book))
        }
        Err(rejected) => {
            report(args.format, &rejected.sources, &rejected.diagnostics)?;
            error(&reader::verdict(&rejected.diagnostics));
            Err(Stop::Found)
        }
    }
}

fn report(format: Format, sources: &SourceMap, diagnostics: &[Diagnostic]) -> Outcome {
    match format {
        Format::Text => {
            reader::show_all(sources, diagnostics);
            Ok(())
        }
        Format::Json => print(&format::json(sources, diagnostics)),
        Format::Github => print(&format::github(sources, diagnostics)),
    }
}

/// The good news is for people only.
fn finish(format: Format, line: &str) -> Outcome {
    match format {
        Format::Text => print(&format!("{line}\n")),
        Format::Json | Format::Github => Ok(()),
    }
}

/// `the book is sound: 14 chapters, 1 edition, 120 rules, 40 tables, no warnings`.
fn summary(book: &spec_model::model::Book) -> String {
    let parts = [
        count(book.chapters.len(), "chapter"),
        count(book.editions.len(), "edition"),
        count(book.rules.len(), "rule"),
        count(book.tables.len(), "table"),
        count(book.warnings.len(), "warning"),
    ];
    format!("the book is sound: {}", parts.join(", "))
}
