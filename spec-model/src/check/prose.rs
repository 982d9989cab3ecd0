//! Names in prose: inline code that looks like a name of the protocol is one.

use super::Context;
use crate::analysis::{self, Register};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::Map;
use crate::model::{BitField, Book, Definition, Edition, Fsm, Observation, System};
use crate::parse::suggestion;
use crate::source::Span;

/// Every declared name, and how often inline code names it.
pub(super) type Mentions<'b> = Map<&'b str, usize>;

/// Every name in prose exists. Gives back what was mentioned.
pub(super) fn names_exist<'c>(
    context: &Context<'c, '_>,
    diagnostics: &mut Diagnostics,
) -> Mentions<'c> {
    let mut known = declared(context.book);
    for (chapter, document) in context.book.chapters.iter().zip(context.documents) {
        let text = &context.sources.file(chapter.file).text;
        for code in &document.codes {
            let inner = &text[code.clone()];
            if let Some(mentions) = known.get_mut(inner) {
                *mentions += 1;
                continue;
            }
            for (start, name) in names_in(inner) {
                if is_name(name) && !known.contains_key(name) {
                    let start = code.start + start;
                    let span = Span {
                        file: chapter.file,
                        start,
                        end: start + name.len(),
                    };
                    diagnostics.push(unknown(name, span, &known));
                }
            }
        }
    }
    known
}

fn unknown(name: &str, span: Span, known: &Mentions<'_>) -> Diagnostic {
    let title = format!("the book declares no `{name}`");
    let mut candidates: Vec<&str> = known.keys().copied().collect();
    candidates.sort_unstable();
    let error = suggestion(
        Diagnostic::error("unknown-name", span, title),
        name,
        candidates,
    );
    match error.help {
        Some(_) => error,
        None => error.help("declare it in a table, or in a `terms` table if it comes from outside"),
    }
}

/// The code itself if it is one word, the words of a predicate or state otherwise.
fn names_in(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let formula = code
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_ |&!()\\".contains(&b));
    let operators = code.contains(['|', '&', '!']) || !code.contains(' ');
    let code = if formula && operators { code } else { "" };
    let mut start = 0;
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map(move |word| {
            let at = start;
            start += word.len() + 1;
            (at, word)
        })
}

/// `SCREAMING_CASE`, or `snake_case` with an underscore.
fn is_name(word: &str) -> bool {
    let bytes = word.as_bytes();
    let upper = bytes.len() > 1
        && bytes[0].is_ascii_uppercase()
        && bytes
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    let lower = bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.contains(&b'_')
        && !word.ends_with('_')
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_');
    upper || lower
}

/// Collects names.
struct Declared<'b>(Mentions<'b>);

impl<'b> Declared<'b> {
    fn insert(&mut self, name: &'b str) {
        self.0.insert(name, 0);
    }

    fn extend(&mut self, names: impl IntoIterator<Item = &'b str>) {
        self.0.extend(names.into_iter().map(|name| (name, 0)));
    }
}

/// Everything that has a name.
fn declared(book: &Book) -> Mentions<'_> {
    let mut names = Declared(Map::default());
    names.insert("ERROR");
    names.extend(Observation::ALL.map(Observation::name));
    for group in book
        .constants
        .iter()
        .chain(book.editions.iter().flat_map(|edition| &edition.constants))
    {
        names.insert(&group.name.value);
        for constant in &group.constants {
            names.insert(&constant.name.value);
            names.extend(constant.linux.iter().map(|linux| linux.value.as_str()));
        }
    }
    names.extend(
        book.terms
            .iter()
            .filter(|term| term.code)
            .map(|term| term.name.value.as_str()),
    );
    names.extend(book.demands.iter().map(|demand| demand.id.value.as_str()));
    for edition in &book.editions {
        names.insert(&edition.name.value);
        declared_by_register(edition, &mut names);
        declared_by_tables(edition, &mut names);
    }
    names.0
}

fn declared_by_register<'b>(edition: &'b Edition, names: &mut Declared<'b>) {
    let Some(register) = analysis::register(edition) else {
        return;
    };
    names.insert(&register.name().value);
    names.extend(register.units());
    names.extend(
        register
            .predicates()
            .iter()
            .map(|row| row.name.value.as_str()),
    );
    names.extend(
        register
            .behaviours()
            .iter()
            .map(|row| row.name.value.as_str()),
    );
    // `was_valid` and the like occur in these predicates only.
    let refusals = register.refusals().iter();
    let refusals = refusals.flat_map(|refusal| refusal.when.value.names());
    names.extend(refusals.map(|name| name.name.as_str()));
    let breaches = edition.breaches.iter();
    let breaches = breaches.flat_map(|breach| breach.when.value.names());
    names.extend(breaches.map(|name| name.name.as_str()));
    match register {
        Register::Bits(field) => declared_by_bits(field, names),
        Register::Fsm(fsm) => declared_by_fsm(fsm, names),
    }
}

fn declared_by_bits<'b>(field: &'b BitField, names: &mut Declared<'b>) {
    let linux = field.bits.iter().filter_map(|bit| bit.linux.as_ref());
    names.extend(linux.map(|linux| linux.value.as_str()));
    for table in &field.actions {
        names.insert(&table.name.value);
        let actions = table.actions.iter();
        names.extend(actions.map(|action| action.name.value.as_str()));
    }
}

fn declared_by_fsm<'b>(fsm: &'b Fsm, names: &mut Declared<'b>) {
    let linux = fsm.states.iter().filter_map(|state| state.linux.as_ref());
    names.extend(linux.map(|linux| linux.value.as_str()));
    names.extend(fsm.arcs.iter().map(|arc| arc.callback.value.as_str()));
    let ends = fsm.paths.iter();
    let ends = ends.flat_map(|rule| rule.only_where.value.names());
    names.extend(ends.map(|name| name.name.as_str()));
}

fn declared_by_tables<'b>(edition: &'b Edition, names: &mut Declared<'b>) {
    for s in &edition.structs {
        names.insert(&s.name.value);
        names.extend(s.fields.iter().map(|field| field.name.value.as_str()));
    }
    for protocol in &edition.protocols {
        names.insert(&protocol.name.value);
        names.extend(protocol.phases.iter().map(|phase| phase.name.as_str()));
        let callbacks = protocol
            .transitions
            .iter()
            .filter_map(|row| row.callback.as_ref());
        names.extend(callbacks.map(|name| name.value.as_str()));
    }
    for protocol in &edition.fd_protocols {
        names.insert(&protocol.name.value);
        names.extend(protocol.phases.iter().map(|phase| phase.name.as_str()));
        let callbacks = protocol.rows.iter().filter_map(|row| row.callback.as_ref());
        names.extend(callbacks.map(|name| name.value.as_str()));
        names.extend(protocol.rows.iter().map(|row| row.operation.value.name()));
    }
    let flags = edition
        .capabilities
        .iter()
        .filter_map(|row| row.linux.as_ref());
    names.extend(flags.map(|linux| linux.value.as_str()));
    let rows = (edition.capabilities.iter().map(|row| &row.name))
        .chain(edition.ioctls.iter().map(|row| &row.name))
        .chain(edition.faults.iter().map(|row| &row.name))
        .chain(edition.events.iter().map(|row| &row.name))
        .chain(edition.properties.iter().map(|row| &row.name))
        .chain(edition.consequences.iter().map(|row| &row.name))
        .chain(edition.domains.iter().map(|row| &row.name))
        .chain(edition.conditions.iter().map(|row| &row.name))
        .chain(edition.work.iter().map(|row| &row.name))
        .chain(edition.injections.iter().map(|row| &row.name))
        .chain(edition.flows.iter().map(|row| &row.name));
    names.extend(rows.map(|name| name.value.as_str()));
    declared_by_system(&edition.system, names);
}

/// Names with a prefix, such as `peer_dma`, occur in these predicates only.
fn declared_by_system<'b>(system: &'b System, names: &mut Declared<'b>) {
    let rows = (system.devices.iter().map(|row| &row.name))
        .chain(system.observables.iter().map(|row| &row.name))
        .chain(system.moves.iter().map(|row| &row.name))
        .chain(system.invariants.iter().map(|row| &row.name))
        .chain(system.variants.iter().map(|row| &row.name));
    let effects = system.moves.iter();
    let effects = effects.flat_map(|row| row.sets.iter().chain(&row.clears));
    names.extend(rows.chain(effects).map(|name| name.value.as_str()));
    let derived = system.observables.iter();
    let derived = derived.filter_map(|row| match &row.definition {
        Definition::Derived(holds) => Some(holds),
        Definition::Kept | Definition::Moment => None,
    });
    let predicates = derived
        .chain(system.moves.iter().map(|row| &row.when))
        .chain(system.invariants.iter().map(|row| &row.predicate))
        .chain(system.variants.iter().filter_map(|row| row.to.as_ref()));
    let used = predicates.flat_map(|expr| expr.value.names());
    names.extend(used.map(|name| name.name.as_str()));
}
