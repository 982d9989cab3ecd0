//! `check`: what is wrong with the book.

pub(super) mod format;

use std::path::Path;

use clap::ValueEnum;
use spec_model::diagnostic::Diagnostic;
use spec_model::model::{Book, Rule};
use spec_model::source::SourceMap;

use crate::coverage::Coverage;
use crate::locate::Location;
use crate::output::{Outcome, Stop, count, error, note, print};
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
    /// List the rules that no test of this repository names; exit 1 if there are any
    #[arg(long)]
    coverage: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec check
  vfio-spec check --coverage            which rules does no test name?
  vfio-spec check --format json | jq '.diagnostics[].title'
  vfio-spec check --format github

Exit codes: 0 no errors (warnings are allowed); 1 errors, or with --coverage untested rules;
2 trouble.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Github,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let at = Location::find(book)?;
    at.html()?;
    match reader::load(&at)? {
        Ok(book) => sound(args, &at, &book),
        Err(rejected) => {
            report(args.format, &rejected.sources, &rejected.diagnostics, None)?;
            error(&reader::verdict(&rejected.diagnostics));
            Err(Stop::Found)
        }
    }
}

fn sound(args: &Args, at: &Location, book: &Book) -> Outcome {
    let coverage = Coverage::read(at, book)?;
    report(
        args.format,
        &book.sources,
        &book.warnings,
        coverage.as_ref(),
    )?;
    if args.format == Format::Text {
        print(&format!("{}\n", summary(book)))?;
        if let Some(coverage) = &coverage {
            print(&format!("{}\n", tested(coverage)))?;
        }
    }
    match coverage {
        Some(coverage) if args.coverage && !coverage.is_complete() => {
            list(args.format, book, &coverage)?;
            Err(Stop::Found)
        }
        None if args.coverage => Err(Stop::trouble(
            "there are no tests beside the book: no `src` and no `tests` with Rust",
        )),
        _ => Ok(()),
    }
}

fn report(
    format: Format,
    sources: &SourceMap,
    diagnostics: &[Diagnostic],
    coverage: Option<&Coverage<'_>>,
) -> Outcome {
    match format {
        Format::Text => {
            reader::show_all(sources, diagnostics);
            Ok(())
        }
        Format::Json => print(&format::json(sources, diagnostics, coverage)),
        Format::Github => print(&format::github(sources, diagnostics)),
    }
}

/// `the book is sound: 14 chapters, 1 edition, 120 rules, 40 tables, 0 warnings`.
fn summary(book: &Book) -> String {
    let parts = [
        count(book.chapters.len(), "chapter"),
        count(book.editions.len(), "edition"),
        count(book.rules.len(), "rule"),
        count(book.tables.len(), "table"),
        count(book.warnings.len(), "warning"),
    ];
    format!("the book is sound: {}", parts.join(", "))
}

/// `120 rules: 110 tested, 8 untestable, 2 named by no test (--coverage lists them)`.
fn tested(coverage: &Coverage<'_>) -> String {
    let hint = if coverage.is_complete() {
        ""
    } else {
        " (--coverage lists them)"
    };
    format!(
        "{}: {} tested, {} untestable, {} named by no test{hint}",
        count(coverage.rules, "rule"),
        coverage.tested(),
        coverage.untestable,
        coverage.uncovered.len()
    )
}

/// One line a rule that is not as it should be. JSON has them already.
fn list(format: Format, book: &Book, coverage: &Coverage<'_>) -> Outcome {
    let uncovered = coverage
        .uncovered
        .iter()
        .map(|rule| (*rule, "no test names it"));
    let contradicted = coverage.contradicted.iter();
    let contradicted =
        contradicted.map(|rule| (*rule, "it claims to be untestable, yet a test names it"));
    for (rule, what) in uncovered.chain(contradicted) {
        match format {
            Format::Text => note(&line(book, rule, what)),
            Format::Json => {}
            Format::Github => print(&format::rule(&book.sources, rule, what))?,
        }
    }
    Ok(())
}

fn line(book: &Book, rule: &Rule, what: &str) -> String {
    format!(
        "{}: rule {}: {what}",
        book.sources.place(rule.id.span),
        rule.id.value
    )
}
