//! The states of a register, the arcs between them and what selects a path.

use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use super::{Tables, predicates as said};
use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Capability, Fault, Fsm, FsmArc, PathRule, Session, SessionEffect, State};
use crate::parse::TableSyntax;
use crate::source::Spanned;

/// With more states, the paths between all of them would take long.
const MOST_STATES: usize = 64;

/// With more capabilities, the same over all sets of them.
const MOST_CAPABILITIES: usize = 8;

/// Every table about a register names the one that the edition has.
pub(super) fn check_register(tables: &Tables<'_, '_>, diagnostics: &mut Diagnostics) {
    let (bits, states) = (tables.of("bits").first(), tables.of("states").first());
    if let (Some(bits), Some(states)) = (bits, states) {
        let title = "an edition has a register of bits or one of states, not both";
        diagnostics.push(
            Diagnostic::error("duplicate-table", states.directive.span, title)
                .related(bits.directive.span, "the bits"),
        );
    }
    said::check_register(tables, bits.or(states).copied(), diagnostics);
    let (kind, tables_of_other) = match states {
        Some(_) => ("states", ["actions"].as_slice()),
        None => ("bits", ["arcs", "paths"].as_slice()),
    };
    for other in tables_of_other {
        for table in tables.of(other) {
            let title = format!("a table of kind `{other}` about a register of {kind}");
            diagnostics.push(Diagnostic::error(
                "misplaced-table",
                table.directive.span,
                title,
            ));
        }
    }
}

/// The `states` table with every table that speaks of it.
pub(super) fn fsm(
    tables: &Tables<'_, '_>,
    capabilities: &[Capability],
    faults: &[Fault],
    diagnostics: &mut Diagnostics,
) -> Option<Fsm> {
    let table = said::only(tables, "states", diagnostics)?;
    if let Some(surplus) = capabilities.get(MOST_CAPABILITIES) {
        let title = format!("more than {MOST_CAPABILITIES} capabilities");
        let error = Diagnostic::error("too-many-capabilities", surplus.name.span, title);
        diagnostics.push(error.help("paths are checked for every set of them"));
    }
    let capabilities = Names::new(
        "capability",
        capabilities.iter().map(|c| c.name.value.as_str()),
    );
    let mut fsm = states(table, &capabilities, diagnostics);
    let units = said::units(Some(Register::Fsm(&fsm)));
    fsm.predicates = said::predicates(tables, &units, diagnostics);
    let names = said::names(Some(Register::Fsm(&fsm)));
    fsm.behaviours = said::behaviours(tables, &names, diagnostics);
    let states = StateNames::of(Some(Register::Fsm(&fsm)));
    instead(table, &mut fsm.states, &states, diagnostics);
    fsm.initial = table.state("initial", &states, diagnostics);
    fsm.error = table.state("error", &states, diagnostics);
    fsm.arcs = arcs(tables, &states, &capabilities, diagnostics);
    fsm.paths = paths(tables, &fsm, diagnostics);
    let built_in = ["unknown", "unsupported"];
    fsm.refusals = said::refusals(tables, Register::Fsm(&fsm), &built_in, faults, diagnostics);
    fsm.layout = said::layout(tables, &states, diagnostics);
    Some(fsm)
}

fn states(table: &TableSyntax<'_>, capabilities: &Names<'_>, diagnostics: &mut Diagnostics) -> Fsm {
    let width = table.number("width", diagnostics).value.min(32) as u32;
    let mut states: Vec<State> = Vec::new();
    for row in rows(table) {
        if states.len() == MOST_STATES {
            let title = format!("more than {MOST_STATES} states in one register");
            diagnostics.push(Diagnostic::error("too-many-states", row.span(), title));
            break;
        }
        states.push(state(row, width, capabilities, diagnostics));
    }
    states.sort_by_key(|state| state.value.value);
    let name = table.name().map(str::to_owned);
    let nowhere = Spanned::new(0, name.span);
    Fsm {
        initial: nowhere.clone(),
        error: nowhere,
        name,
        width,
        span: table.span,
        states,
        arcs: Vec::new(),
        refusals: Vec::new(),
        paths: Vec::new(),
        predicates: Vec::new(),
        behaviours: Vec::new(),
        layout: None,
        rule: table.rule_id(),
    }
}

fn state(
    row: Cells<'_, '_>,
    width: u32,
    capabilities: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> State {
    let value = row.number("Value");
    if value.value >= 1 << width {
        let title = format!("a register of {width} bits cannot hold {}", value.value);
        diagnostics.push(Diagnostic::error("bad-number", value.span, title));
    }
    let needs = row.names("Needs");
    for need in &needs {
        capabilities.check(need, diagnostics);
    }
    State {
        value: value.map(|value| value.min(u64::from(u32::MAX)) as u32),
        name: row.name("State"),
        needs,
        linux: row.optional("Linux"),
        instead: Vec::new(),
        meaning: row.prose("Meaning"),
    }
}

/// The column `Instead`, once every state has its name.
fn instead(
    table: &TableSyntax<'_>,
    of: &mut [State],
    states: &StateNames,
    diagnostics: &mut Diagnostics,
) {
    for row in rows(table) {
        let of_row = row.name("State");
        let names = row.names("Instead");
        let value = |name: &Spanned<String>| {
            let plain = Spanned::new(name.value.as_str(), name.span);
            states.value(&[plain], name.span, diagnostics)
        };
        let values: Vec<Spanned<u32>> = names.iter().map(value).collect();
        let state = of.iter_mut().find(|state| state.name.span == of_row.span);
        if let Some(state) = state {
            state.instead = values;
        }
    }
}

fn arcs(
    tables: &Tables<'_, '_>,
    states: &StateNames,
    capabilities: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<FsmArc> {
    let mut arcs = Vec::new();
    for table in tables.of("arcs") {
        for row in rows(table) {
            let needs = row.expr_or_true("Needs");
            capabilities.check_all(&needs.value, diagnostics);
            let mut end = |column| {
                let name = row.name(column);
                let plain = Spanned::new(name.value.as_str(), name.span);
                states.value(&[plain], name.span, diagnostics)
            };
            arcs.push(FsmArc {
                from: end("From"),
                to: end("To"),
                needs,
                session: session(row),
                callback: row.name("Callback"),
                meaning: row.prose("The driver"),
                rule: table.rule_id(),
            });
        }
    }
    arcs
}

fn session(row: Cells<'_, '_>) -> SessionEffect {
    match row.name("Session").value.as_str() {
        "starts saving" => SessionEffect::Starts(Session::Saving),
        "starts resuming" => SessionEffect::Starts(Session::Resuming),
        "keeps" => SessionEffect::Keeps,
        "ends" => SessionEffect::Ends,
        _ => SessionEffect::None,
    }
}

fn paths(tables: &Tables<'_, '_>, fsm: &Fsm, diagnostics: &mut Diagnostics) -> Vec<PathRule> {
    let register = Register::Fsm(fsm);
    let before = said::before(register);
    let inner = said::names(Some(register));
    let ends = inner.clone().with(before.iter().map(String::as_str));
    let mut paths = Vec::new();
    for table in tables.of("paths") {
        for row in rows(table) {
            let (inside, only_where) = (row.expr("Inside"), row.expr("Only where"));
            inner.check_all(&inside.value, diagnostics);
            ends.check_all(&only_where.value, diagnostics);
            paths.push(PathRule {
                inside,
                only_where,
                meaning: row.prose("Meaning"),
                rule: table.rule_id(),
            });
        }
    }
    paths
}
