//! What is said of a register, whether it holds bits or one state: predicates, behaviours, refusals,
//! layout; and which names may be used to say it.

use super::Tables;
use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Behaviour, Fault, Layout, Place, Predicate, Refusal};
use crate::parse::TableSyntax;

/// The one table of a kind that can be declared once.
pub(super) fn only<'s, 'a>(
    tables: &Tables<'s, 'a>,
    kind: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'s TableSyntax<'a>> {
    let (first, rest) = tables.of(kind).split_first()?;
    for more in rest {
        let title = format!("a second table of kind `{kind}` in this edition");
        diagnostics.push(
            Diagnostic::error("duplicate-table", more.directive.span, title)
                .related(first.directive.span, "the first one"),
        );
    }
    Some(first)
}

/// Every table about a register names the one that is declared.
pub(super) fn check_register(
    tables: &Tables<'_, '_>,
    declared: Option<&TableSyntax<'_>>,
    diagnostics: &mut Diagnostics,
) {
    let known = Names::new("register", declared.map(|table| table.name().value));
    for kind in [
        "predicates",
        "behaviours",
        "refused",
        "layout",
        "arcs",
        "paths",
    ] {
        for table in tables.of(kind) {
            known.expect(table.name().value, table.name().span, diagnostics);
        }
    }
    for table in tables.of("actions") {
        known.check(&table.attribute("of"), diagnostics);
    }
}

/// Bits or states.
pub(super) fn units(register: Option<Register<'_>>) -> Names<'_> {
    let what = match register {
        Some(Register::Fsm(_)) => "state or predicate",
        _ => "bit or predicate",
    };
    Names::new(what, register.into_iter().flat_map(Register::units))
}

/// The names that a predicate over a register may use.
pub(super) fn names(register: Option<Register<'_>>) -> Names<'_> {
    let rows = register.into_iter().flat_map(Register::predicates);
    units(register).with(rows.map(|row| row.name.value.as_str()))
}

/// The same with behaviours.
pub(super) fn with_behaviours(register: Option<Register<'_>>) -> Names<'_> {
    let rows = register.into_iter().flat_map(Register::behaviours);
    let names = names(register).with(rows.map(|row| row.name.value.as_str()));
    names.called(match register {
        Some(Register::Fsm(_)) => "state, predicate, behaviour or condition",
        _ => "bit, predicate, behaviour or condition",
    })
}

/// `predicates` tables, over `units` and earlier rows.
pub(super) fn predicates(
    tables: &Tables<'_, '_>,
    units: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Predicate> {
    let mut predicates: Vec<Predicate> = Vec::new();
    for table in tables.of("predicates") {
        for row in rows(table) {
            let holds = row.expr("Holds when");
            let earlier = predicates.iter().map(|row| row.name.value.as_str());
            let names = units.clone().with(earlier);
            names.check_all(&holds.value, diagnostics);
            predicates.push(Predicate {
                name: row.name("Name"),
                holds,
                meaning: row.prose("Meaning"),
                rule: table.rule_id(),
            });
        }
    }
    predicates
}

/// `behaviours` tables.
pub(super) fn behaviours(
    tables: &Tables<'_, '_>,
    names: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Behaviour> {
    let mut behaviours = Vec::new();
    for table in tables.of("behaviours") {
        for row in rows(table) {
            let holds = row.expr("Holds while");
            names.check_all(&holds.value, diagnostics);
            let (aspect, name) = (row.prose("Aspect"), row.name("Name"));
            behaviours.push(Behaviour {
                aspect,
                name,
                holds,
                meaning: row.prose("The device"),
                rule: table.rule_id(),
            });
        }
    }
    behaviours
}

/// `refused` tables. `built_in` are the names that the tools give a value.
pub(super) fn refusals(
    tables: &Tables<'_, '_>,
    register: Register<'_>,
    built_in: &[&str],
    faults: &[Fault],
    diagnostics: &mut Diagnostics,
) -> Vec<Refusal> {
    let errors = Names::new(
        "error",
        faults.iter().map(|fault| fault.name.value.as_str()),
    );
    let before = before(register);
    let names = names(Some(register))
        .with(before.iter().map(String::as_str))
        .with(built_in.iter().copied());
    let mut refusal = |row: Cells<'_, '_>| {
        let (when, fault) = (row.expr("Refused when"), row.name("Error"));
        names.check_all(&when.value, diagnostics);
        errors.check(&fault, diagnostics);
        Refusal {
            when,
            fault,
            meaning: row.prose("Meaning"),
        }
    };
    tables.rows("refused").map(&mut refusal).collect()
}

/// The names that speak of the value before: predicates, and states where there are any.
pub(super) fn before(register: Register<'_>) -> Vec<String> {
    let predicates = register.predicates().iter();
    let predicates = predicates.map(|row| row.name.value.as_str());
    let states = match register {
        Register::Bits(_) => Vec::new(),
        Register::Fsm(_) => register.units(),
    };
    let names = states.into_iter().chain(predicates);
    names.map(|name| format!("was_{name}")).collect()
}

/// The `layout` table.
pub(super) fn layout(
    tables: &Tables<'_, '_>,
    states: &StateNames,
    diagnostics: &mut Diagnostics,
) -> Option<Layout> {
    let table = only(tables, "layout", diagnostics)?;
    let mut places = Vec::new();
    for row in rows(table) {
        let Some((names, span)) = row.state("State") else {
            continue;
        };
        let state = states.value(names, span, diagnostics);
        let mut small = |column| {
            let number = row.number(column);
            if number.value > 100 {
                let title = "a grid has at most 100 rows and columns";
                diagnostics.push(Diagnostic::error("bad-number", number.span, title));
            }
            number.value.min(100) as u32
        };
        places.push(Place {
            state,
            column: small("Column"),
            row: small("Row"),
        });
    }
    Some(Layout {
        span: table.span,
        places,
    })
}
