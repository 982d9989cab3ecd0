//! A report for people.

use std::fmt::Write as _;

use spec_model::model::Book;
use spec_system::{Broken, Counterexample, EditionReport, Report, Size, Verdict};

use crate::output::count;

/// Editions one after the other; what goes wrong in a variant only where that was asked.
pub(super) fn report(book: &Book, report: &Report, explain: bool) -> String {
    let mut text = String::new();
    let asked = |it: &&EditionReport| !it.verdicts.is_empty() || !it.variants.is_empty();
    for edition in report.editions.iter().filter(asked) {
        let title = book
            .edition(&edition.name)
            .map_or("", |it| it.title.as_str());
        let _ = writeln!(text, "{}: {title}", edition.name);
        system(&mut text, edition);
        variants(&mut text, edition, explain);
    }
    let _ = writeln!(text, "{}", verdict(report));
    text
}

fn system(text: &mut String, edition: &EditionReport) {
    if !edition.sizes.is_empty() {
        text.push_str(
            "\n  devices  machines     states  transitions  depth  bytes a state   seconds\n",
        );
    }
    for size in &edition.sizes {
        let _ = writeln!(text, "  {}", cost(size));
    }
    if !edition.verdicts.is_empty() {
        text.push_str("\n  invariants\n");
    }
    let width = width(edition.verdicts.iter().map(|row| row.invariant.as_str()));
    for row in &edition.verdicts {
        let Verdict {
            invariant,
            rule,
            counterexample,
        } = row;
        let holds = if counterexample.is_none() {
            "holds "
        } else {
            "BROKEN"
        };
        let _ = writeln!(text, "    {holds}  {invariant:width$}  {rule}");
        if let Some(counterexample) = counterexample {
            shown(text, counterexample);
        }
    }
}

fn cost(size: &Size) -> String {
    let bytes = size.bytes.checked_div(size.largest).unwrap_or(0);
    format!(
        "{:>7}  {:>8}  {:>9}  {:>11}  {:>5}  {bytes:>13}  {:>8.2}",
        size.devices,
        size.machines,
        size.progress.states,
        size.progress.transitions,
        size.progress.depth,
        size.time.as_secs_f64(),
    )
}

fn variants(text: &mut String, edition: &EditionReport, explain: bool) {
    if !edition.variants.is_empty() {
        text.push_str("\n  broken on purpose\n");
    }
    let width = width(edition.variants.iter().map(|row| row.variant.as_str()));
    for Broken {
        variant,
        invariant,
        counterexample,
        ..
    } in &edition.variants
    {
        match counterexample {
            Some(counterexample) => {
                let steps = count(counterexample.steps.len(), "step");
                let _ = writeln!(
                    text,
                    "    found   {variant:width$}  breaks {invariant}, in {steps}"
                );
                if explain {
                    shown(text, counterexample);
                }
            }
            None => {
                let _ = writeln!(
                    text,
                    "    MISSED  {variant:width$}  does not break {invariant}"
                );
            }
        }
    }
    text.push('\n');
}

fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0)
}

fn shown(text: &mut String, counterexample: &Counterexample) {
    let _ = writeln!(
        text,
        "\n      {} ({})",
        counterexample.meaning, counterexample.rule
    );
    for line in counterexample.to_string().lines() {
        let _ = writeln!(text, "      {line}");
    }
    text.push('\n');
}

fn verdict(report: &Report) -> String {
    let editions = || report.editions.iter();
    let verdicts = editions().flat_map(|it| &it.verdicts);
    let broken = verdicts
        .clone()
        .filter(|row| row.counterexample.is_some())
        .count();
    let variants = editions().flat_map(|it| &it.variants);
    let missed = variants
        .clone()
        .filter(|row| row.counterexample.is_none())
        .count();
    format!(
        "{}, {broken} broken; {}, {missed} missed",
        count(verdicts.count(), "invariant"),
        count(variants.count(), "broken system"),
    )
}
