//! `trace`: what released user space was seen to do, against the book.

mod format;

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use spec_model::model::Book;
use spec_model::source::{FileId, SourceMap};
use spec_trace::{TraceReport, Verdict};

use super::read_or_trouble;
use crate::output::{Outcome, Stop, count, error, note, print, say};

/// Replay traces of user space against the book
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(Check),
}

/// Tell whether traces break rules of the book
///
/// Each event is held against the tables of its edition: requests, paths, arcs, sessions, the data
/// window, and what several devices must not do together. Of each trace, the first rule that is
/// broken is drawn with the states of all devices, further ones have a line each. A trace that the
/// book lists as a guardrail may break the rules that its row names, and has to.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
struct Check {
    /// The traces; by default all guardrails of the book
    files: Vec<PathBuf>,
    /// How to print: for people, as JSON, or as annotations of a GitHub workflow
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

const AFTER_HELP: &str = "\
The format of traces is described in the book, in the chapter `Traces`.

Examples:
  vfio-spec trace check                          does the book still allow what released VMMs do?
  vfio-spec trace check my.trace
  vfio-spec trace check --format json | jq '.traces[] | select(.as_listed | not) | .vmm'

Exit codes: 0 every trace is legal, or breaks what the book lists; 1 a rule is broken; 2 a trace
cannot be read, wrong usage, or a book with mistakes.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Github,
}

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    match &args.command {
        Command::Check(args) => check(args, book),
    }
}

fn check(args: &Check, book: Option<&Path>) -> Outcome {
    let book = read_or_trouble(book)?;
    let mut sources = book.sources.clone();
    let reports = if args.files.is_empty() {
        spec_trace::check(&book)
    } else {
        let files = add(&book, &mut sources, &args.files)?;
        let report = |file: &FileId| spec_trace::check_file(&book, &sources, *file);
        files.iter().map(report).collect()
    };
    match args.format {
        Format::Human => human(&book, &sources, &reports)?,
        Format::Json => print(&format::json(&sources, &reports))?,
        Format::Github => print(&format::github(&sources, &reports))?,
    }
    outcome(&reports)
}

/// Reads the files; one that is a guardrail of the book has its place there.
fn add(book: &Book, sources: &mut SourceMap, paths: &[PathBuf]) -> Outcome<Vec<FileId>> {
    let same = |path: &Path, file: FileId| {
        let known = std::fs::canonicalize(&book.sources.file(file).path);
        known.is_ok_and(|known| std::fs::canonicalize(path).is_ok_and(|path| path == known))
    };
    let mut files = Vec::new();
    let mut unreadable = 0;
    for path in paths {
        if let Some(trace) = book.traces.iter().find(|it| same(path, it.file)) {
            files.push(trace.file);
            continue;
        }
        let bytes = std::fs::read(path).map_err(|wrong| wrong.to_string());
        let text = bytes.and_then(|bytes| {
            String::from_utf8(bytes).map_err(|wrong| {
                format!(
                    "it is not UTF-8 at byte {}",
                    wrong.utf8_error().valid_up_to()
                )
            })
        });
        match text {
            Ok(text) => files.push(sources.add(path, text)),
            Err(wrong) => {
                unreadable += 1;
                error(&format!("cannot read {}: {wrong}", path.display()));
            }
        }
    }
    match unreadable {
        0 => Ok(files),
        n => Err(Stop::trouble(format!(
            "{} cannot be read",
            count(n, "trace")
        ))),
    }
}

fn human(book: &Book, sources: &SourceMap, reports: &[TraceReport]) -> Outcome {
    for report in reports {
        for problem in report.problems.iter().chain(&report.contradictions) {
            draw(problem, sources);
        }
        for (n, violation) in report.unexcused().enumerate() {
            match n {
                0 => draw(&violation.diagnostic(book), sources),
                _ => note(&violation.line(sources)),
            }
        }
        if !report.is_as_listed() {
            error(&verdict(report));
        }
    }
    print(&format!("{}\n", summary(reports)))
}

fn draw(diagnostic: &spec_model::diagnostic::Diagnostic, sources: &SourceMap) {
    let line = |text: String| text.trim_end().to_owned();
    say(&line(diagnostic.render(sources)), || {
        line(diagnostic.render_styled(sources))
    });
}

/// One line on a trace that is not as it should be, with the name of the VMM.
fn verdict(report: &TraceReport) -> String {
    let of = if report.vmm.is_empty() {
        report.path.clone()
    } else {
        format!("{}: {}", report.path, report.vmm)
    };
    let mut rules: Vec<&str> = Vec::new();
    for violation in report.unexcused() {
        let rule = violation.rule_name();
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    match (report.verdict(), rules.is_empty()) {
        (Verdict::Unreadable, _) => format!("{}: cannot be read as a trace", report.path),
        (_, false) => format!("{of} breaks {}", rules.join(", ")),
        (_, true) => format!("{of} does not do what the book lists"),
    }
}

/// `30 traces: 20 legal, 10 that break what the book lists`
fn summary(reports: &[TraceReport]) -> String {
    let of = |verdict: Verdict| reports.iter().filter(move |it| it.verdict() == verdict);
    let listed = of(Verdict::Illegal).filter(|it| it.is_as_listed()).count();
    let parts = [
        (of(Verdict::Legal).count(), "legal"),
        (listed, "illegal as the book lists them"),
        (of(Verdict::Illegal).count() - listed, "illegal"),
        (of(Verdict::Unreadable).count(), "unreadable"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    let total = count(reports.len(), "trace");
    if parts.is_empty() {
        total
    } else {
        format!("{total}: {}", parts.join(", "))
    }
}

fn outcome(reports: &[TraceReport]) -> Outcome {
    let unreadable = reports
        .iter()
        .filter(|it| it.verdict() == Verdict::Unreadable);
    match unreadable.count() {
        0 if reports.iter().all(TraceReport::is_as_listed) => Ok(()),
        0 => Err(Stop::Found),
        n => Err(Stop::trouble(format!(
            "{} cannot be read",
            count(n, "trace")
        ))),
    }
}
