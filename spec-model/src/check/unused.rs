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
    let steps = || edition.flows.iter().flat_map(|flow| &flow.steps);
    let mut used: Set<&str> = Set::default();
    used.extend(used_by_register(edition));
    used.extend(used_by_protocols(edition));
    let features = edition.flows.iter();
    let features = features.flat_map(|flow| flow.needs.iter().chain(&flow.lacks));
    let results = steps().filter_map(|step| step.result.as_ref());
    used.extend(features.chain(results).map(|name| name.value.as_str()));
    // One mention is the declaration.
    let spoken_of = |name: &str| mentions.get(name).is_some_and(|&count| count > 1);
    let is_used = |name: &str| used.contains(name) || spoken_of(name);
    let mut expect = |what: &str, name: &Spanned<String>, used: bool, help: &str| {
        if !used {
            let title = format!("{what} `{}` is declared and never used", name.value);
            diagnostics.push(Diagnostic::warning("unused", name.span, title).help(help));
        }
    };
    for row in &edition.capabilities {
        let help = "name it in a table or in the text, or remove it";
        expect("capability", &row.name, is_used(&row.name.value), help);
    }
    for row in &edition.faults {
        let help = "say in the text which operation gets it, or remove it";
        expect("error", &row.name, is_used(&row.name.value), help);
    }
    let work: Set<&str> = steps().flat_map(|step| &step.work).map(text).collect();
    let injections = steps().filter_map(|step| step.injection.as_ref());
    let injections: Set<&str> = injections.map(text).collect();
    let help = "give it to a step of a flow, or remove it";
    for row in &edition.work {
        expect(
            "work",
            &row.name,
            work.contains(row.name.value.as_str()),
            help,
        );
    }
    for row in &edition.injections {
        let used = injections.contains(row.name.value.as_str());
        expect("failure", &row.name, used, help);
    }
}

fn text(name: &Spanned<String>) -> &str {
    &name.value
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
