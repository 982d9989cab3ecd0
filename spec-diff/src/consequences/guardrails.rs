//! What released user space was seen to do, and may do no more.

use std::collections::BTreeSet;

use spec_model::source::{FileId, SourceMap};
use spec_trace::{TraceReport, Violation};

use super::{Outcome, judged};
use crate::change::{Consequence, What};
use crate::sides::Sides;

/// Replays the guardrails of the old version against the new one: a change cannot excuse itself by another
/// trace.
pub(crate) fn find(sides: &Sides<'_>, found: &mut Vec<Consequence>) {
    let old = spec_trace::check(sides.base);
    let mut sources = sides.head.sources.clone();
    let files: Vec<FileId> = old
        .iter()
        .map(|report| sources.add(&report.path, renamed(sides, report)))
        .collect();
    for (before, file) in old.iter().zip(files) {
        let after = spec_trace::check_file(sides.head, &sources, file);
        found.extend(one(sides, before, &after, &sources));
    }
}

/// The trace in the names of the new version.
fn renamed(sides: &Sides<'_>, report: &TraceReport) -> String {
    let text = &sides.base.sources.file(report.file).text;
    sides.renames.text(Some(&report.edition), text)
}

fn one(
    sides: &Sides<'_>,
    before: &TraceReport,
    after: &TraceReport,
    sources: &SourceMap,
) -> Option<Consequence> {
    let broken = |report: &TraceReport, name: &dyn Fn(&str) -> String| -> BTreeSet<String> {
        let rules = report.violations.iter().map(|it| name(it.rule_name()));
        rules.collect()
    };
    let old = broken(before, &|rule| sides.renames.name(None, rule));
    let new = broken(after, &str::to_owned);
    let unreadable = before.problems.is_empty() && !after.problems.is_empty();
    let what = if unreadable || !new.is_subset(&old) {
        What::Removed
    } else if !old.is_subset(&new) {
        What::Added
    } else {
        return None;
    };
    let outcome = Outcome {
        subject: format!("{}: {}", before.vmm, before.scenario),
        before: says(before, &sides.base.sources, &new),
        after: says(after, sources, &old),
        devices: Vec::new(),
        on: None,
    };
    let edition = Some(before.edition.as_str());
    Some(judged(
        sides,
        edition,
        ("guardrail", "verdict"),
        what,
        outcome,
    ))
}

/// The most that is said of one trace.
const MOST: usize = 3;

/// What a replay found that the other one did not.
fn says(report: &TraceReport, sources: &SourceMap, known: &BTreeSet<String>) -> Vec<String> {
    if let Some(problem) = report.problems.first() {
        let place = sources.place(problem.span);
        return vec![format!("{place}: cannot be read: {}", problem.title)];
    }
    let is_new = |it: &&Violation| !known.contains(it.rule_name());
    let news: Vec<&Violation> = report.violations.iter().filter(is_new).collect();
    if news.is_empty() {
        return vec!["legal".to_owned()];
    }
    let line = |it: &&Violation| {
        let states = it.situation();
        let states = if states.is_empty() {
            states
        } else {
            format!(" ({states})")
        };
        format!("{}{states}", it.line(sources))
    };
    let mut lines: Vec<String> = news.iter().take(MOST).map(line).collect();
    if news.len() > MOST {
        lines.push(format!("and {} more", news.len() - MOST));
    }
    lines
}
