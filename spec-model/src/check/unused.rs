//! Warnings: what is declared is used by a table, or at least spoken of.

use std::collections::HashSet;

use super::prose::Mentions;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Edition;
use crate::source::Spanned;

/// Capabilities, work, failures and errors that nothing uses.
pub(super) fn declarations_are_used(
    edition: &Edition,
    mentions: &Mentions<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut used: HashSet<&str> = HashSet::new();
    let field = edition.bits.as_ref();
    used.extend(
        field
            .iter()
            .flat_map(|f| &f.bits)
            .filter_map(|bit| bit.needs.as_ref())
            .map(|n| n.value.as_str()),
    );
    used.extend(
        field
            .iter()
            .flat_map(|f| &f.refusals)
            .map(|refusal| refusal.fault.value.as_str()),
    );
    used.extend(
        edition
            .protocols
            .iter()
            .map(|protocol| protocol.refused.value.as_str()),
    );
    let (mut work, mut injections) = (HashSet::new(), HashSet::new());
    for flow in &edition.flows {
        used.extend(
            flow.needs
                .iter()
                .chain(&flow.lacks)
                .map(|name| name.value.as_str()),
        );
        for step in &flow.steps {
            work.extend(step.work.iter().map(|name| name.value.as_str()));
            injections.extend(step.injection.iter().map(|name| name.value.as_str()));
            used.extend(step.result.iter().map(|name| name.value.as_str()));
        }
    }
    let mut warn = |what: &str, name: &Spanned<String>, help: &str| {
        let title = format!("{what} `{}` is declared and never used", name.value);
        diagnostics.push(Diagnostic::warning("unused", name.span, title).help(help));
    };
    // One mention is the declaration.
    let spoken_of = |name: &str| mentions.get(name).is_some_and(|&count| count > 1);
    for capability in &edition.capabilities {
        if !used.contains(capability.name.value.as_str()) && !spoken_of(&capability.name.value) {
            warn(
                "capability",
                &capability.name,
                "name it in a table or in the text, or remove it",
            );
        }
    }
    for fault in &edition.faults {
        if !used.contains(fault.name.value.as_str()) && !spoken_of(&fault.name.value) {
            warn(
                "error",
                &fault.name,
                "say in the text which operation gets it, or remove it",
            );
        }
    }
    for row in &edition.work {
        if !work.contains(row.name.value.as_str()) {
            warn(
                "work",
                &row.name,
                "give it to a step of a flow, or remove it",
            );
        }
    }
    for row in &edition.injections {
        if !injections.contains(row.name.value.as_str()) {
            warn(
                "failure",
                &row.name,
                "give it to a step of a flow, or remove it",
            );
        }
    }
}
