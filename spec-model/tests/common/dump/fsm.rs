//! The same for state machines, what user space reaches through file descriptors, and mappings.

use std::fmt::Write;

use spec_model::model::{Edition, Fsm};
use spec_model::source::{Span, Spanned};

use super::{Dump, expr};

impl Dump<'_> {
    fn here(&self, span: Span) -> bool {
        span.file == self.file
    }

    pub(super) fn fsm(&self, out: &mut String, edition: &Edition) {
        let fsm = edition.fsm.as_ref();
        let Some(fsm) = fsm.filter(|fsm| self.here(fsm.name.span)) else {
            return;
        };
        let (name, rule) = (&fsm.name.value, &fsm.rule);
        let (initial, error) = (fsm.initial.value, fsm.error.value);
        writeln!(
            out,
            "states {name} width {} initial {initial} error {error} rule {rule:?}",
            fsm.width
        )
        .unwrap();
        for state in &fsm.states {
            let linux = state.linux.as_ref().map(|name| name.value.as_str());
            let (value, name) = (state.value.value, &state.name.value);
            let needs = names(&state.needs);
            writeln!(out, "  {value} {name} needs {needs:?} linux {linux:?}").unwrap();
        }
        for arc in &fsm.arcs {
            let (from, to) = (arc.from.value, arc.to.value);
            let (needs, name) = (expr(&arc.needs.value), &arc.callback.value);
            let (session, rule) = (arc.session, &arc.rule);
            writeln!(
                out,
                "  arc {from} {to} needs {needs} session {session:?} {name} rule {rule:?}"
            )
            .unwrap();
        }
        said_of(out, fsm);
    }

    pub(super) fn descriptors(&self, out: &mut String, edition: &Edition) {
        let rows = edition.capabilities.iter();
        for row in rows.filter(|row| self.here(row.name.span)) {
            let flag = row.flag.as_ref().map(|flag| flag.value);
            let (name, required) = (&row.name.value, row.required);
            writeln!(out, "capability {name} flag {flag:?} required {required}").unwrap();
        }
        let rows = edition.faults.iter();
        for row in rows.filter(|row| self.here(row.name.span)) {
            writeln!(out, "error {} after {:?}", row.name.value, row.after).unwrap();
        }
        let rows = edition.ioctls.iter();
        for row in rows.filter(|row| self.here(row.name.span)) {
            let (name, argument) = (&row.name.value, &row.argument.value);
            writeln!(out, "ioctl {name} {:#x} {argument}", row.request()).unwrap();
        }
        let protocols = edition.fd_protocols.iter();
        for protocol in protocols.filter(|it| self.here(it.name.span)) {
            let phases = protocol.phases.iter().map(|phase| phase.name.as_str());
            let phases: Vec<&str> = phases.collect();
            let (name, refused) = (&protocol.name.value, &protocol.refused.value);
            writeln!(out, "protocol {name} else {refused} phases {phases:?}").unwrap();
            for row in &protocol.rows {
                let name = |name: &Option<Spanned<String>>| {
                    name.as_ref().map_or("-", |name| &name.value).to_owned()
                };
                let operation = row.operation.value.name();
                let (callback, fault) = (name(&row.callback), name(&row.fault));
                let (when, from, to) = (expr(&row.when.value), row.from, row.to);
                writeln!(
                    out,
                    "  {operation} while {when} {from} to {to} callback {callback} error {fault}"
                )
                .unwrap();
            }
        }
    }

    pub(super) fn mappings(&self, out: &mut String) {
        let mappings = self.book.mappings.iter();
        for mapping in mappings.filter(|it| self.here(it.span)) {
            let (from, to) = (&mapping.from.value, &mapping.to.value);
            writeln!(out, "mapping {from} to {to}").unwrap();
            for row in &mapping.rows {
                let (from, to) = (names(&row.from), names(&row.to));
                writeln!(out, "  {from:?} {to:?} | {}", row.change.value).unwrap();
            }
        }
    }
}

/// What is said of states and requests.
fn said_of(out: &mut String, fsm: &Fsm) {
    for rule in &fsm.paths {
        let (inside, only) = (expr(&rule.inside.value), expr(&rule.only_where.value));
        writeln!(out, "  inside {inside} only where {only}").unwrap();
    }
    for row in &fsm.predicates {
        let (name, holds) = (&row.name.value, expr(&row.holds.value));
        writeln!(out, "  predicate {name} = {holds}").unwrap();
    }
    for row in &fsm.behaviours {
        let (name, holds) = (&row.name.value, expr(&row.holds.value));
        writeln!(out, "  behaviour {name} while {holds}").unwrap();
    }
    for row in &fsm.refusals {
        let (when, fault) = (expr(&row.when.value), &row.fault.value);
        writeln!(out, "  refuse {when} with {fault}").unwrap();
    }
    for place in fsm.layout.iter().flat_map(|layout| &layout.places) {
        let (state, column, row) = (place.state.value, place.column, place.row);
        writeln!(out, "  place {state} at {column}, {row}").unwrap();
    }
}

fn names(list: &[Spanned<String>]) -> Vec<&str> {
    list.iter().map(|name| name.value.as_str()).collect()
}
