//! For programs.

use serde_json::{Value, json};

use super::{Names, Verdict};
use crate::change::{Change, Consequence, Diff, Fact, Place};

/// One object: what is compared, every change, every consequence, the verdict.
pub fn json(diff: &Diff, names: &Names) -> String {
    let verdict = Verdict::of(diff);
    let version =
        |version: Option<spec_model::model::VersionNumber>| version.map(|it| it.to_string());
    let whole = json!({
        "schema": 1,
        "base": names.base,
        "head": names.head,
        "class": diff.class().map(spec_model::model::Class::name),
        "version": {
            "base": version(diff.base_version),
            "head": version(diff.head_version),
            "demanded": version(diff.demanded_version()),
        },
        "verdict": verdict.line,
        "changes": diff.changes.iter().map(change).collect::<Vec<_>>(),
        "consequences": diff.consequences.iter().map(consequence).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

fn change(change: &Change) -> Value {
    let tests = change
        .tests
        .iter()
        .map(|test| json!({ "path": test.path, "line": test.line, "name": test.name }));
    let follows = change
        .follows
        .iter()
        .map(|(base, head)| json!({ "base": place(base), "head": place(head) }));
    json!({
        "id": change.id,
        "what": change.what.name(),
        "kind": change.kind.name(),
        "class": change.class.name(),
        "edition": change.edition,
        "table": change.table,
        "name": change.name,
        "subject": change.subject,
        "part": change.part,
        "before": change.before.as_ref().map(fact),
        "after": change.after.as_ref().map(fact),
        "because": change.because,
        "follows": follows.collect::<Vec<_>>(),
        "rules": change.rules,
        "tests": tests.collect::<Vec<_>>(),
    })
}

fn consequence(it: &Consequence) -> Value {
    json!({
        "id": it.id,
        "what": it.what.name(),
        "kind": it.kind.name(),
        "class": it.class.name(),
        "edition": it.edition,
        "table": it.table,
        "part": it.part,
        "subject": it.subject,
        "before": it.before,
        "after": it.after,
        "devices": it.devices,
        "on": it.on,
        "because": it.because,
    })
}

fn fact(fact: &Fact) -> Value {
    json!({ "place": place(&fact.place), "text": fact.text })
}

/// Lines and columns count from 1, columns in characters; the end is exclusive.
fn place(place: &Place) -> Value {
    json!({
        "file": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    })
}
