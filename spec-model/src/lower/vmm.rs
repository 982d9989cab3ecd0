//! Errors and events, what a device says of itself, and what a VMM does with it.

use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use super::{Tables, predicates};
use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{
    Condition, Consequence, Domain, Event, Fault, FaultAfter, Injection, Property, PropertyType,
    Work,
};

/// `errors` tables.
pub(super) fn faults(
    tables: &Tables<'_, '_>,
    errnos: &Names<'_>,
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Fault> {
    let has_paths = !tables.of("states").is_empty();
    let mut fault = |row: Cells<'_, '_>| {
        let (errno, rule) = (row.name("Errno"), row.name("Rule"));
        errnos.check(&errno, diagnostics);
        rules.check(&rule, diagnostics);
        let after = after(row, has_paths, diagnostics);
        let (operation, when) = (row.prose("Operation"), row.prose("When"));
        Fault {
            name: row.name("Error"),
            operation,
            when,
            errno,
            after,
            rule,
        }
    };
    tables.rows("errors").map(&mut fault).collect()
}

fn after(row: Cells<'_, '_>, has_paths: bool, diagnostics: &mut Diagnostics) -> FaultAfter {
    let word = row.name("State after");
    match word.value.as_str() {
        "error" => FaultAfter::Error,
        "on the path" => {
            if !has_paths {
                let title = "a register of bits has no paths";
                diagnostics.push(
                    Diagnostic::error("unknown-word", word.span, title)
                        .label("expected `unchanged` or `error`"),
                );
            }
            FaultAfter::OnThePath
        }
        _ => FaultAfter::Unchanged,
    }
}

/// `events` tables.
pub(super) fn events(
    tables: &Tables<'_, '_>,
    states: &StateNames,
    diagnostics: &mut Diagnostics,
) -> Vec<Event> {
    let mut event = |row: Cells<'_, '_>| Event {
        name: row.name("Event"),
        when: row.prose("When"),
        after: row
            .state("State after")
            .map(|(names, span)| states.value(names, span, diagnostics)),
        meaning: row.prose("The driver"),
    };
    tables.rows("events").map(&mut event).collect()
}

/// `description` tables.
pub(super) fn properties(tables: &Tables<'_, '_>) -> Vec<Property> {
    let property = |row: Cells<'_, '_>| {
        let flag = row.name("Type").value == "yes/no";
        let ty = if flag {
            PropertyType::Flag
        } else {
            PropertyType::Number
        };
        Property {
            name: row.name("Property"),
            ty,
            meaning: row.prose("Meaning"),
        }
    };
    tables.rows("description").map(property).collect()
}

/// `consequences` tables, over flags and earlier rows.
pub(super) fn consequences(
    tables: &Tables<'_, '_>,
    properties: &[Property],
    diagnostics: &mut Diagnostics,
) -> Vec<Consequence> {
    let flags = properties
        .iter()
        .filter(|p| p.ty == PropertyType::Flag)
        .map(|p| p.name.value.as_str());
    let flags = Names::new("yes/no property or earlier consequence", flags);
    let mut consequences: Vec<Consequence> = Vec::new();
    for row in tables
        .of("consequences")
        .iter()
        .flat_map(|table| rows(table))
    {
        let holds = row.expr("Holds when");
        let earlier = consequences.iter().map(|row| row.name.value.as_str());
        flags
            .clone()
            .with(earlier)
            .check_all(&holds.value, diagnostics);
        consequences.push(Consequence {
            name: row.name("Consequence"),
            holds,
            meaning: row.prose("The VMM"),
        });
    }
    consequences
}

/// `domains` tables, over flags and consequences.
pub(super) fn domains(
    tables: &Tables<'_, '_>,
    properties: &[Property],
    consequences: &[Consequence],
    diagnostics: &mut Diagnostics,
) -> Vec<Domain> {
    let flags = properties
        .iter()
        .filter(|p| p.ty == PropertyType::Flag)
        .map(|p| p.name.value.as_str());
    let rows_above = consequences.iter().map(|row| row.name.value.as_str());
    let known = Names::new("yes/no property or consequence", flags.chain(rows_above));
    let mut domains = Vec::new();
    for table in tables.of("domains") {
        for row in rows(table) {
            let (devices, mmio) = (row.expr("Devices"), row.expr("Maps MMIO of"));
            known.check_all(&devices.value, diagnostics);
            known.check_all(&mmio.value, diagnostics);
            domains.push(Domain {
                name: row.name("Domain"),
                devices,
                mmio,
                meaning: row.prose("Meaning"),
                rule: table.rule_id(),
            });
        }
    }
    domains
}

/// `conditions` tables.
pub(super) fn conditions(tables: &Tables<'_, '_>) -> Vec<Condition> {
    let condition = |row: Cells<'_, '_>| Condition {
        name: row.name("Condition"),
        column: row.term("Column").0,
        on: row.term("On").0.value,
        off: row.term("Off").0.value,
        first: row.name("First").value != "off",
        meaning: row.prose("Meaning"),
    };
    tables.rows("conditions").map(condition).collect()
}

/// `work` tables, over bits or states, predicates, behaviours and conditions.
pub(super) fn work(
    tables: &Tables<'_, '_>,
    register: Option<Register<'_>>,
    conditions: &[Condition],
    diagnostics: &mut Diagnostics,
) -> Vec<Work> {
    let conditions = conditions
        .iter()
        .map(|condition| condition.name.value.as_str());
    let names = predicates::with_behaviours(register).with(conditions);
    let mut work = |row: Cells<'_, '_>| {
        let legal = row.expr("Legal while");
        names.check_all(&legal.value, diagnostics);
        Work {
            name: row.name("Work"),
            legal,
            meaning: row.prose("The VMM"),
        }
    };
    tables.rows("work").map(&mut work).collect()
}

/// `failures` tables.
pub(super) fn injections(tables: &Tables<'_, '_>) -> Vec<Injection> {
    let injection = |row: Cells<'_, '_>| Injection {
        name: row.name("Failure"),
        meaning: row.prose("What happens"),
    };
    tables.rows("failures").map(injection).collect()
}
