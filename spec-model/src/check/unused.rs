//! Warnings: what is declared is used by a table, or at least spoken of.

use super::prose::Mentions;
use crate::analysis;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::Set;
use crate::model::Edition;
use crate::source::Spanned;

/// Capabilities, work, failures and errors that nothing uses.
pub(super) fn declarations_are_used(
    edition: &Edition,
    mentions: &Mentions<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut used: Set<&str> = Set::default();
    used.extend(used_by_register(edition));
    used.extend(used_by_protocols(edition));
    let (mut work, mut injections) = (Set::default(), Set::default());
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

/// Capabilities that bits, states and arcs need, and errors that refuse.
fn used_by_register(edition: &Edition) -> Vec<&str> {
    let bits = edition.bits.iter().flat_map(|field| &field.bits);
    let bits = bits.filter_map(|bit| bit.needs.as_ref());
    let states = edition.fsm.iter().flat_map(|fsm| &fsm.states);
    let states = states.flat_map(|state| &state.needs);
    let arcs = edition.fsm.iter().flat_map(|fsm| &fsm.arcs);
    let arcs = arcs.flat_map(|arc| arc.needs.value.names());
    let register = analysis::register(edition).into_iter();
    let refusals = register.flat_map(analysis::Register::refusals);
    let names = bits.chain(states).chain(refusals.map(|it| &it.fault));
    let names = names.map(|name| name.value.as_str());
    names.chain(arcs.map(|name| name.name.as_str())).collect()
}

/// Errors that answer an access.
fn used_by_protocols(edition: &Edition) -> Vec<&str> {
    let protocols = edition.protocols.iter().map(|it| &it.refused);
    let of_fd = edition.fd_protocols.iter();
    let rows = of_fd.clone().flat_map(|it| &it.rows);
    let rows = rows.filter_map(|row| row.fault.as_ref());
    let names = protocols.chain(of_fd.map(|it| &it.refused)).chain(rows);
    names.map(|name| name.value.as_str()).collect()
}
