//! Traces of released user space: each file is listed once, and each row has its file.

use super::predicates::constant;
use crate::analysis::{self, Register};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::Map;
use crate::model::{Book, Breach, Edition, Guardrail};
use crate::parse::suggestion;
use crate::source::Span;

/// More names than this, beside those of states, are not looked through.
const MOST_FREE: usize = 10;

/// Rows and files belong together.
pub(super) fn traces_are_listed(book: &Book, diagnostics: &mut Diagnostics) {
    let mut listed: Map<&str, Span> = Map::default();
    for row in book.editions.iter().flat_map(|edition| &edition.guardrails) {
        let path = row.trace.value.as_str();
        if !book.traces.iter().any(|trace| trace.path == path) {
            diagnostics.push(missing(row, book));
        }
        if let Some(first) = listed.get(path) {
            let title = format!("the trace `{path}` is listed twice");
            diagnostics.push(
                Diagnostic::error("duplicate-trace", row.trace.span, title)
                    .related(*first, "first listed here"),
            );
        } else {
            listed.insert(path, row.trace.span);
        }
        reasons_are_given(row, diagnostics);
    }
    for trace in &book.traces {
        if !listed.contains_key(trace.path.as_str()) {
            let span = Span {
                file: trace.file,
                start: 0,
                end: 0,
            };
            let title = format!("no table of kind `guardrails` lists `{}`", trace.path);
            diagnostics.push(
                Diagnostic::warning("unlisted-trace", span, title)
                    .help("add a row for it, or remove the file"),
            );
        }
    }
}

fn missing(row: &Guardrail, book: &Book) -> Diagnostic {
    let path = row.trace.value.as_str();
    let title = format!("there is no trace `{path}`");
    let known = book.traces.iter().map(|trace| trace.path.as_str());
    let error = suggestion(
        Diagnostic::error("missing-trace", row.trace.span, title),
        path,
        known,
    );
    match error.help {
        Some(_) => error,
        None => error.help("traces are the files `traces/*.trace` beside SUMMARY.md"),
    }
}

fn reasons_are_given(row: &Guardrail, diagnostics: &mut Diagnostics) {
    let (breaks, why) = (!row.breaks.is_empty(), !row.why.value.is_empty());
    if breaks && !why {
        diagnostics.push(
            Diagnostic::error("missing-reason", row.why.span, "no reason why it stays")
                .related(row.breaks[0].span, "it breaks this rule"),
        );
    } else if why && !breaks {
        let title = "a trace that breaks no rule needs no reason to stay";
        diagnostics.push(Diagnostic::error("missing-reason", row.why.span, title));
    }
}

/// What no trace may show can be shown, and need not be.
pub(super) fn breaches_choose(edition: &Edition, diagnostics: &mut Diagnostics) {
    let Some(register) = analysis::register(edition) else {
        return;
    };
    for breach in &edition.breaches {
        if let Some(value) = only_value(register, breach) {
            diagnostics.push(constant(&breach.when, value, "any event of any trace"));
        }
    }
}

/// The value of a predicate that has but one.
fn only_value(register: Register<'_>, breach: &Breach) -> Option<bool> {
    let names = breach.when.value.names();
    let free = |name: &&str| !speaks_of_states(register, name);
    let mut free: Vec<&str> = names
        .iter()
        .map(|it| it.name.as_str())
        .filter(free)
        .collect();
    free.sort_unstable();
    free.dedup();
    if free.len() > MOST_FREE {
        return None;
    }
    let mut states = register.states();
    states.extend(register.error());
    let mut seen = [false; 2];
    for (&state, &was) in pairs(&states) {
        for &other in &states {
            for set in 0..1 << free.len() {
                let value = breach.when.value.eval(&|name| match free
                    .iter()
                    .position(|it| *it == name)
                {
                    Some(n) => set & (1 << n) != 0,
                    None => analysis::trace_name_holds(register, name, was, state, other),
                });
                seen[usize::from(value)] = true;
                if seen == [true; 2] {
                    return None;
                }
            }
        }
    }
    (seen != [false; 2]).then_some(seen[1])
}

fn pairs(states: &[u32]) -> impl Iterator<Item = (&u32, &u32)> {
    states
        .iter()
        .flat_map(move |state| states.iter().map(move |was| (state, was)))
}

fn speaks_of_states(register: Register<'_>, name: &str) -> bool {
    let plain = name.strip_prefix("was_").or(name.strip_prefix("other_"));
    register.knows(plain.unwrap_or(name))
}
