//! What was proved of the system around the devices, and does not hold any more.

use spec_model::model::Book;
use spec_system::{Counterexample, EditionReport, Options, verify};

use super::{Outcome, judged, touched};
use crate::change::{Consequence, What};
use crate::sides::Sides;

/// Machines of more devices take longer than a comparison should; `verify` tries them.
const DEVICES: usize = 2;

/// Explores the system of each edition that was changed, in both versions.
pub(crate) fn find(sides: &Sides<'_>, found: &mut Vec<Consequence>) {
    for new in &sides.head.editions {
        let name = new.name.value.as_str();
        if !touched::system(sides, name) || sides.base.edition(name).is_none() {
            continue;
        }
        let (before, after) = std::thread::scope(|scope| {
            let before = scope.spawn(|| explored(sides.base, name));
            let after = explored(sides.head, name);
            (before.join().ok().flatten(), after)
        });
        if let (Some(before), Some(after)) = (before, after) {
            invariants(sides, &before, &after, found);
            variants(sides, &before, &after, found);
        }
    }
}

fn explored(book: &Book, edition: &str) -> Option<EditionReport> {
    let options = Options {
        edition: Some(edition),
        devices: DEVICES,
        threads: 1,
        ..Options::default()
    };
    verify(book, &options, &|_| {}).editions.into_iter().next()
}

fn invariants(
    sides: &Sides<'_>,
    before: &EditionReport,
    after: &EditionReport,
    found: &mut Vec<Consequence>,
) {
    for old in &before.verdicts {
        let name = sides.renames.name(Some(&before.name), &old.invariant);
        let Some(new) = after.verdicts.iter().find(|new| new.invariant == name) else {
            continue;
        };
        let what = match (&old.counterexample, &new.counterexample) {
            (None, Some(_)) => What::Removed,
            (Some(_), None) => What::Added,
            _ => continue,
        };
        let outcome = Outcome {
            subject: format!("{name} (rule {})", new.rule),
            before: says(old.counterexample.as_ref(), "holds"),
            after: says(new.counterexample.as_ref(), "holds"),
            devices: Vec::new(),
            on: None,
        };
        let edition = Some(after.name.as_str());
        found.push(judged(
            sides,
            edition,
            ("invariant", "verdict"),
            what,
            outcome,
        ));
    }
}

/// A protection that was needed: without it, something went wrong. Now nothing does, so either it is needed no
/// more, or the model has become blind.
fn variants(
    sides: &Sides<'_>,
    before: &EditionReport,
    after: &EditionReport,
    found: &mut Vec<Consequence>,
) {
    for old in &before.variants {
        let name = sides.renames.name(Some(&before.name), &old.variant);
        let Some(new) = after.variants.iter().find(|new| new.variant == name) else {
            continue;
        };
        if old.counterexample.is_some() == new.counterexample.is_some() {
            continue;
        }
        let outcome = Outcome {
            subject: format!("{} without the protection of {name}", new.invariant),
            before: says(old.counterexample.as_ref(), "nothing goes wrong"),
            after: says(new.counterexample.as_ref(), "nothing goes wrong"),
            devices: Vec::new(),
            on: None,
        };
        let edition = Some(after.name.as_str());
        let place = ("invariant", "verdict");
        found.push(judged(sides, edition, place, What::Changed, outcome));
    }
}

/// The counterexample, a line a step.
fn says(counterexample: Option<&Counterexample>, otherwise: &str) -> Vec<String> {
    let Some(counterexample) = counterexample else {
        return vec![otherwise.to_owned()];
    };
    let mut lines = vec![counterexample.meaning.clone()];
    let steps = counterexample.to_string();
    lines.extend(steps.lines().map(|line| line.trim_end().to_owned()));
    lines
}
