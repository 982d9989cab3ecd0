//! Annotations of a GitHub workflow.

use spec_model::model::Class;

use super::escape::{command, property};
use super::{Verdict, headline};
use crate::change::{Change, Diff};

/// A workflow command a change, shown beside the lines of the new version; then the verdict.
pub fn github(diff: &Diff) -> String {
    let mut out: String = diff.changes.iter().map(annotation).collect();
    for it in diff
        .consequences
        .iter()
        .filter(|it| it.class == Class::Breaking)
    {
        let title = property(&format!("breaking: {}", super::consequence_headline(it)));
        let message = command(&format!(
            "was: {}\nis: {}",
            it.before.join(", "),
            it.after.join(", ")
        ));
        out.push_str(&format!("::warning title={title}::{message}\n"));
    }
    let verdict = Verdict::of(diff);
    let mut line = verdict.line;
    if let Some(version) = verdict.version {
        line.push_str(&format!("\n{version}"));
    }
    out.push_str(&format!(
        "::notice title=The contract::{}\n",
        command(&line)
    ));
    out
}

fn annotation(change: &Change) -> String {
    let word = match change.class {
        Class::Breaking => "warning",
        _ => "notice",
    };
    let title = property(&format!(
        "{}: {} {}",
        change.class.name(),
        headline(change),
        change.what.name()
    ));
    let mut message = format!("because {}", change.because);
    let sides = [("was", &change.before), ("is", &change.after)];
    for (word, fact) in sides {
        if let Some(fact) = fact {
            message.push_str(&format!("\n{word}: {}", fact.text));
        }
    }
    let message = command(&message);
    // What is gone has no line in the new version.
    match &change.after {
        Some(fact) => {
            let place = &fact.place;
            format!(
                "::{word} file={},line={},endLine={},title={title}::{message}\n",
                property(&place.path),
                place.line,
                place.end_line
            )
        }
        None => format!("::{word} title={title}::{message}\n"),
    }
}
