//! What released user space was seen to do, replayed against the book.
//!
//! A trace (`traces/*.trace` beside SUMMARY.md; the book's chapter on traces describes the format) is
//! read by `read`, then replayed by `replay` event by event: each request legal, each arc the one that
//! the path demands, each access allowed by a row of a protocol, and nothing that a row of a `breaches`
//! table forbids. All of it is decided by interpreting the [`Book`], so that a changed book gives other
//! verdicts on the same traces.
//!
//! [`check`] replays every guardrail of a book and holds the verdicts against its tables;
//! [`check_file`] replays one file.
//!
//! ```no_run
//! let book = spec_model::load("book/SUMMARY.md".as_ref()).expect("the book is sound");
//! for report in spec_trace::check(&book) {
//!     if !report.is_as_listed() {
//!         println!("{} would break", report.vmm);
//!         print!("{}", report.render(&book, &book.sources));
//!     }
//! }
//! ```

mod guardrails;
mod read;
mod replay;
mod report;
mod trace;

use spec_model::analysis;
use spec_model::model::{Book, Edition};
use spec_model::source::{FileId, SourceMap};

pub use report::{TraceReport, Verdict, Violation};

/// Replays every guardrail of the book, in the order of its tables. Each report says by
/// [`TraceReport::is_as_listed`] whether the trace does exactly what its row promises.
pub fn check(book: &Book) -> Vec<TraceReport> {
    guardrails::check(book)
}

/// Replays a file that was added to `sources`, which begins with the files of the book
/// (`book.sources.clone()`). Its edition is what its header says, or the one whose names it uses.
pub fn check_file(book: &Book, sources: &SourceMap, file: FileId) -> TraceReport {
    guardrails::check_file(book, sources, file)
}

/// The ids of the rules that traces of an edition are held against, each once, in the order of first
/// use: those of its refusals, paths, arcs and protocols, and those of its `breaches` tables.
pub fn rules(edition: &Edition) -> Vec<&str> {
    let fault = |name: &str| edition.faults.iter().find(|row| row.name.value == name);
    let refusals = analysis::register(edition)
        .into_iter()
        .flat_map(|register| register.refusals())
        .filter_map(|row| Some(fault(&row.fault.value)?.rule.value.as_str()));
    let fsm = edition.fsm.iter();
    let tables = fsm.flat_map(|fsm| {
        let arcs = fsm.arcs.iter().filter_map(|row| row.rule.as_deref());
        let paths = fsm.paths.iter().filter_map(|row| row.rule.as_deref());
        paths.chain(arcs)
    });
    let protocols = edition.protocols.iter().map(|it| (&it.rule, &it.refused));
    let protocols = protocols.chain(
        edition
            .fd_protocols
            .iter()
            .map(|it| (&it.rule, &it.refused)),
    );
    let protocols = protocols.flat_map(|(rule, refused)| {
        let refused = fault(&refused.value).map(|row| row.rule.value.as_str());
        rule.as_deref().into_iter().chain(refused)
    });
    let breaches = edition.breaches.iter().map(|row| row.breaks.value.as_str());
    let mut rules: Vec<&str> = Vec::new();
    for rule in refusals.chain(tables).chain(protocols).chain(breaches) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}
