//! Diagrams that forges draw: machines and flows that were changed.

use std::collections::BTreeSet;

use spec_model::analysis::register;
use spec_model::model::{Book, Edition, Flow, Fsm, Target};

use super::markdown::Part;
use crate::change::{Change, Diff, What};

/// More diagrams than these are no help in a comment.
const MOST_FLOWS: usize = 5;

/// A diagram of each machine and each flow that was changed.
pub(super) fn diagrams(diff: &Diff, base: &Book, head: &Book) -> Option<Part> {
    let mut pieces = Vec::new();
    for new in &head.editions {
        let Some(old) = base.edition(&new.name.value) else {
            continue;
        };
        if let (Some(before), Some(after)) = (&old.fsm, &new.fsm)
            && is_touched(diff, &new.name.value, &["states", "arcs"])
        {
            let title = format!(
                "The machine of {}: new in green, gone in red.",
                new.name.value
            );
            pieces.push(drawn(&title, &machine(before, after)));
        }
        let flows = changed_flows(diff, old, new);
        pieces.extend(flows.into_iter().take(MOST_FLOWS));
    }
    (!pieces.is_empty()).then(|| Part {
        title: "<b>Drawn</b>".to_owned(),
        open: false,
        pieces,
    })
}

fn is_touched(diff: &Diff, edition: &str, tables: &[&str]) -> bool {
    let of_machine = |change: &&Change| {
        change.edition.as_deref() == Some(edition)
            && tables.contains(&change.table.as_str())
            && matches!(change.what, What::Added | What::Removed | What::Renamed)
    };
    diff.changes.iter().any(|change| of_machine(&change))
}

fn drawn(title: &str, diagram: &str) -> String {
    format!("{title}\n\n```mermaid\n{diagram}```\n\n")
}

/// States by name, so that a renamed one is gone and new.
fn machine(before: &Fsm, after: &Fsm) -> String {
    let states = |fsm: &Fsm| -> BTreeSet<String> {
        fsm.states
            .iter()
            .map(|state| state.name.value.clone())
            .collect()
    };
    let arcs = |fsm: &Fsm| -> BTreeSet<(String, String)> {
        let name = |value| fsm.state(value).map(|state| state.name.value.clone());
        let ends = fsm
            .arcs
            .iter()
            .map(|arc| Some((name(arc.from.value)?, name(arc.to.value)?)));
        ends.flatten().collect()
    };
    let (old, new) = (states(before), states(after));
    let mut out = String::from("flowchart LR\n");
    for state in old.union(&new) {
        let class = mark(old.contains(state), new.contains(state));
        out.push_str(&format!("  {state}{class}\n"));
    }
    let (old, new) = (arcs(before), arcs(after));
    let mut styles = String::new();
    for (n, arc) in old.union(&new).enumerate() {
        out.push_str(&format!("  {} --> {}\n", arc.0, arc.1));
        let colour = match (old.contains(arc), new.contains(arc)) {
            (true, false) => "#c00",
            (false, true) => "#080",
            _ => continue,
        };
        styles.push_str(&format!(
            "  linkStyle {n} stroke:{colour},stroke-width:3px\n"
        ));
    }
    out.push_str(&styles);
    out.push_str("  classDef new fill:#dfd,stroke:#080,color:#000\n");
    out.push_str("  classDef gone fill:#fdd,stroke:#c00,color:#000,stroke-dasharray:4\n");
    out
}

fn mark(old: bool, new: bool) -> &'static str {
    match (old, new) {
        (true, false) => ":::gone",
        (false, true) => ":::new",
        _ => "",
    }
}

/// Flows whose steps were changed, or in which devices do something else.
fn changed_flows(diff: &Diff, old: &Edition, new: &Edition) -> Vec<String> {
    let edition = Some(new.name.value.as_str());
    let is_touched = |flow: &Flow| {
        let name = flow.name.value.as_str();
        let step = |change: &&Change| {
            change.edition.as_deref() == edition
                && change.table == "flow"
                && change.name.as_deref() == Some(name)
                && change.part != "table"
        };
        diff.changes.iter().any(|change| step(&change)) || !logs(diff, edition, name).is_empty()
    };
    let touched = new.flows.iter().filter(|flow| is_touched(flow));
    let drawn = touched.map(|flow| {
        let before = old.flows.iter().find(|it| it.name.value == flow.name.value);
        let title = format!("The flow {}: new in green, gone in red.", flow.name.value);
        drawn(&title, &sequence(diff, (old, before), (new, flow)))
    });
    drawn.collect()
}

type Lines = Vec<(String, Vec<String>, Vec<String>)>;

/// What devices log otherwise: step, before, after.
fn logs(diff: &Diff, edition: Option<&str>, flow: &str) -> Lines {
    let of_flow = diff
        .consequences
        .iter()
        .filter(|it| it.table == "log" && it.edition.as_deref() == edition);
    let lines = of_flow.filter_map(|it| {
        let step = it.subject.strip_prefix(flow)?.strip_prefix(" step ")?;
        Some((step.to_owned(), it.before.clone(), it.after.clone()))
    });
    lines.collect()
}

fn sequence(
    diff: &Diff,
    (old, before): (&Edition, Option<&Flow>),
    (new, after): (&Edition, &Flow),
) -> String {
    let lines = |edition: &Edition, flow: &Flow| -> Vec<String> {
        flow.steps.iter().map(|step| line(edition, step)).collect()
    };
    let old_lines = before.map(|flow| lines(old, flow)).unwrap_or_default();
    let new_lines = lines(new, after);
    let logs = logs(diff, Some(&new.name.value), &after.name.value);
    let mut out = String::from("sequenceDiagram\n  participant VMM\n  participant Device\n");
    let mut number = 0;
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &old_lines, &new_lines) {
        use similar::ChangeTag::{Delete, Insert};
        for change in op.iter_changes(&old_lines, &new_lines) {
            let colour = match change.tag() {
                Delete => Some("255,221,221"),
                Insert => Some("221,255,221"),
                _ => None,
            };
            if change.tag() != Delete {
                number += 1;
            }
            if let Some(colour) = colour {
                out.push_str(&format!("  rect rgb({colour})\n"));
            }
            out.push_str(&format!("  VMM->>Device: {}\n", change.value()));
            for (_, before, after) in logs.iter().filter(|it| it.0 == number.to_string()) {
                let (before, after) = (said(&before.join(", ")), said(&after.join(", ")));
                out.push_str(&format!(
                    "  Note over Device: was {before}<br/>is {after}\n"
                ));
            }
            if colour.is_some() {
                out.push_str("  end\n");
            }
        }
    }
    out
}

fn line(edition: &Edition, step: &spec_model::model::Step) -> String {
    let name = |state| register(edition).map_or_else(String::new, |it| it.state_name(state));
    let target = match step.target.value {
        Target::State(state) => name(state),
        Target::Write(state) => format!("write {}", name(state)),
        Target::Reads(state) => format!("reads {}", name(state)),
        Target::Reset => "reset".to_owned(),
    };
    let mut parts = vec![target];
    parts.extend(step.work.iter().map(|work| work.value.clone()));
    parts.extend(
        step.barrier
            .iter()
            .map(|barrier| format!("barrier {}", barrier.value)),
    );
    said(&parts.join(", "))
}

/// Text that means nothing to Mermaid.
fn said(text: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " ,|_-.()→".contains(c);
    text.chars()
        .map(|c| if harmless(c) { c } else { ' ' })
        .collect()
}
