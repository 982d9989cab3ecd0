//! Well-formedness: one function a rule, one file a group.
//!
//! Names and numbers come first; what they mean is checked only where they are sound.

use crate::analysis;
use crate::diagnostic::{Diagnostics, Stopped};
use crate::markdown::Document;
use crate::model::{Book, Edition};
use crate::source::SourceMap;

mod changes;
mod flows;
mod fsm;
mod guardrails;
mod links;
mod names;
mod numbers;
mod predicates;
mod prose;
mod protocols;
mod register;
mod states;
mod system;
mod truth;
mod unused;

use register::Register;

/// What the checks look at.
pub(crate) struct Context<'c, 'a> {
    pub(crate) book: &'c Book,
    pub(crate) sources: &'a SourceMap,
    /// One a chapter.
    pub(crate) documents: &'c [Document<'a>],
}

/// Runs every check.
pub(crate) fn check(
    context: &Context<'_, '_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Stopped> {
    let book = context.book;
    names::modules(book, diagnostics);
    names::rules(&book.rules, diagnostics);
    for edition in &book.editions {
        names::edition(edition, diagnostics);
        edition
            .structs
            .iter()
            .for_each(|s| numbers::struct_is_complete(s, diagnostics));
        edition
            .bits
            .iter()
            .for_each(|field| numbers::bits_differ(field, diagnostics));
        edition
            .fsm
            .iter()
            .for_each(|fsm| numbers::states_differ(fsm, diagnostics));
        numbers::flags_differ(&edition.capabilities, diagnostics);
        numbers::requests_differ(&edition.ioctls, diagnostics);
    }
    let constants = book.editions.iter().flat_map(|edition| &edition.constants);
    book.constants
        .iter()
        .chain(constants)
        .for_each(|group| numbers::constants_fit(group, diagnostics));
    changes::parts_have_classes(book, diagnostics);
    changes::versions_follow(&book.versions, diagnostics);
    guardrails::traces_are_listed(book, diagnostics);
    links::links_lead_somewhere(context, diagnostics);
    let mentions = prose::names_exist(context, diagnostics);
    diagnostics.barrier()?;
    for edition in &book.editions {
        meaning(edition, diagnostics);
    }
    diagnostics.barrier()?;
    for edition in &book.editions {
        unused::declarations_are_used(edition, &mentions, diagnostics);
    }
    Ok(())
}

/// Checks that evaluate predicates.
fn meaning(edition: &Edition, diagnostics: &mut Diagnostics) {
    predicates::consequences_choose(edition, diagnostics);
    guardrails::breaches_choose(edition, diagnostics);
    protocols::callbacks_serve_one_access(edition, diagnostics);
    for protocol in &edition.protocols {
        protocols::accesses_are_allowed(protocol, edition, diagnostics);
        protocols::phases_are_reachable(protocol, diagnostics);
    }
    for flow in &edition.flows {
        flows::steps_are_numbered(flow, diagnostics);
        flows::needs_and_lacks_differ(flow, diagnostics);
    }
    if let Some(of) = analysis::register(edition) {
        system::check(edition, of.states().len(), diagnostics);
        register(edition, &Register::new(of), diagnostics);
    }
    if let Some(fsm) = &edition.fsm {
        fsm::check(edition, fsm, diagnostics);
    }
}

fn register(edition: &Edition, register: &Register<'_>, diagnostics: &mut Diagnostics) {
    states::predicates_choose(register, diagnostics);
    states::error_is_one_state(register, diagnostics);
    states::invalid_is_refused(register, diagnostics);
    if edition.bits.is_some() {
        if register.error.count() <= 1 {
            states::states_are_connected(register, edition, diagnostics);
        }
        states::one_order_is_adopted(register, diagnostics);
    }
    states::layout_places_states(register, diagnostics);
    for protocol in &edition.protocols {
        let rows = protocols::rows(protocol);
        protocols::rows_apply(&rows, register, diagnostics);
        protocols::rows_do_not_overlap(&rows, register, diagnostics);
    }
    for protocol in &edition.fd_protocols {
        let rows = protocols::fd_rows(protocol);
        protocols::rows_apply(&rows, register, diagnostics);
        protocols::rows_do_not_overlap(&rows, register, diagnostics);
    }
    if let Some(walker) = flows::Walker::new(edition, register, diagnostics) {
        walker.work_chooses(diagnostics);
        edition
            .flows
            .iter()
            .for_each(|flow| walker.walk(flow, diagnostics));
    }
}
