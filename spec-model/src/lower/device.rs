//! What a device is: capabilities, the bits of its register and all that is said of them.

use super::Tables;
use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{
    Action, ActionTable, Behaviour, Bit, BitField, Capability, Fault, Layout, OrderStatus, Place,
    Predicate, Refusal, WindowEffect,
};
use crate::parse::TableSyntax;
use crate::source::Spanned;

/// With more bits, the states could not be enumerated.
const MOST_BITS: usize = 8;

/// `capabilities` tables.
pub(super) fn capabilities(tables: &Tables<'_, '_>) -> Vec<Capability> {
    let capability = |row: Cells<'_, '_>| Capability {
        name: row.name("Capability"),
        announced: row.prose("Announced by"),
        meaning: row.prose("Meaning"),
        without: row.prose("Without it"),
    };
    tables.rows("capabilities").map(capability).collect()
}

/// The names that a predicate over the register may use.
pub(super) fn state_names(field: Option<&BitField>) -> Names<'_> {
    let bits = field
        .iter()
        .flat_map(|f| &f.bits)
        .map(|bit| bit.name.value.as_str());
    let predicates = field
        .iter()
        .flat_map(|f| &f.predicates)
        .map(|row| row.name.value.as_str());
    Names::new("bit or predicate", bits).with(predicates)
}

/// The `bits` table with every table that speaks of it.
pub(super) fn bits(
    tables: &Tables<'_, '_>,
    capabilities: &[Capability],
    faults: &[Fault],
    diagnostics: &mut Diagnostics,
) -> Option<BitField> {
    let table = only(tables, "bits", diagnostics);
    check_register(tables, table, diagnostics);
    let table = table?;
    let mut field = register(table, capabilities, diagnostics);
    predicates(tables, &mut field, diagnostics);
    behaviours(tables, &mut field, diagnostics);
    let states = StateNames::of(Some(&field));
    field.initial = table.state("initial", &states, diagnostics);
    field.refusals = refusals(tables, &field, faults, diagnostics);
    field.actions = tables
        .of("actions")
        .iter()
        .map(|table| actions(table, &field, diagnostics))
        .collect();
    field.layout = layout(tables, &states, diagnostics);
    Some(field)
}

/// The one table of a kind that can be declared once.
fn only<'t, 's, 'a>(
    tables: &'t Tables<'s, 'a>,
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

/// Every table about a register names the one that `bits` declares.
fn check_register(
    tables: &Tables<'_, '_>,
    bits: Option<&TableSyntax<'_>>,
    diagnostics: &mut Diagnostics,
) {
    let known = Names::new("register", bits.map(|table| table.name().value));
    for kind in ["predicates", "behaviours", "refused", "layout"] {
        for table in tables.of(kind) {
            known.expect(table.name().value, table.name().span, diagnostics);
        }
    }
    for table in tables.of("actions") {
        known.check(&table.attribute("of"), diagnostics);
    }
}

fn register(
    table: &TableSyntax<'_>,
    capabilities: &[Capability],
    diagnostics: &mut Diagnostics,
) -> BitField {
    let width = table.number("width", diagnostics).value.min(32) as u32;
    let known = Names::new(
        "capability",
        capabilities.iter().map(|c| c.name.value.as_str()),
    );
    let mut bits: Vec<Bit> = Vec::new();
    for row in rows(table) {
        let number = row.number("Bit");
        if number.value >= u64::from(width) {
            let title = format!("a register of {width} bits has no bit {}", number.value);
            diagnostics.push(Diagnostic::error("bad-number", number.span, title));
        }
        if bits.len() == MOST_BITS {
            let title = format!("more than {MOST_BITS} bits in one register");
            let error = Diagnostic::error("too-many-bits", row.span(), title);
            diagnostics
                .push(error.help("every combination is checked, and there would be too many"));
            break;
        }
        let needs = row.optional("Needs");
        if let Some(needs) = &needs {
            known.check(needs, diagnostics);
        }
        bits.push(Bit {
            number: number.map(|n| n.min(31) as u32),
            name: row.name("Name"),
            needs,
            linux: row.optional("Linux"),
            meaning: row.prose("Meaning"),
        });
    }
    bits.sort_by_key(|bit| bit.number.value);
    let name = table.name().map(str::to_owned);
    BitField {
        initial: Spanned::new(0, name.span),
        name,
        width,
        span: table.span,
        bits,
        predicates: Vec::new(),
        behaviours: Vec::new(),
        refusals: Vec::new(),
        actions: Vec::new(),
        layout: None,
        rule: table.rule_id(),
    }
}

fn predicates(tables: &Tables<'_, '_>, field: &mut BitField, diagnostics: &mut Diagnostics) {
    for table in tables.of("predicates") {
        for row in rows(table) {
            let (name, holds) = (row.name("Name"), row.expr("Holds when"));
            state_names(Some(field)).check_all(&holds.value, diagnostics);
            let meaning = row.prose("Meaning");
            field.predicates.push(Predicate {
                name,
                holds,
                meaning,
                rule: table.rule_id(),
            });
        }
    }
    for required in ["valid", "error"] {
        if !field
            .predicates
            .iter()
            .any(|row| row.name.value == required)
        {
            let place = tables
                .of("predicates")
                .first()
                .map_or(field.name.span, |table| table.directive.span);
            let title = format!("`{}` has no predicate `{required}`", field.name.value);
            diagnostics.push(Diagnostic::error("missing-row", place, title).help(
                "in a `predicates` table, `valid` says which values can be written, `error` which one a failed device reads back",
            ));
        }
    }
}

fn behaviours(tables: &Tables<'_, '_>, field: &mut BitField, diagnostics: &mut Diagnostics) {
    let names = state_names(Some(field));
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
    field.behaviours = behaviours;
}

fn refusals(
    tables: &Tables<'_, '_>,
    field: &BitField,
    faults: &[Fault],
    diagnostics: &mut Diagnostics,
) -> Vec<Refusal> {
    let errors = Names::new(
        "error",
        faults.iter().map(|fault| fault.name.value.as_str()),
    );
    let before: Vec<String> = field
        .predicates
        .iter()
        .map(|row| format!("was_{}", row.name.value))
        .collect();
    let names = state_names(Some(field))
        .with(before.iter().map(String::as_str))
        .with(["reserved", "unsupported"]);
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

fn actions(
    table: &TableSyntax<'_>,
    field: &BitField,
    diagnostics: &mut Diagnostics,
) -> ActionTable {
    let bits = Names::new("bit", field.bits.iter().map(|bit| bit.name.value.as_str()));
    let mut action = |row: Cells<'_, '_>| {
        let group = row.expr("Becomes true");
        bits.check_all(&group.value, diagnostics);
        let spelling = group.value.group().unwrap_or_else(|| {
            let title = "a group of bits is a conjunction of bits and negated bits";
            let error = Diagnostic::error("bad-expression", group.span, title);
            diagnostics.push(error.label("expected something like `SAVING && !RUNNING`"));
            String::new()
        });
        let window = match row
            .optional("Window")
            .as_ref()
            .map(|word| word.value.as_str())
        {
            Some("outgoing") => WindowEffect::Outgoing,
            Some("incoming") => WindowEffect::Incoming,
            Some("load") => WindowEffect::Load,
            _ => WindowEffect::None,
        };
        Action {
            group,
            spelling,
            name: row.name("Action"),
            window,
            meaning: row.prose("The driver"),
        }
    };
    let actions = rows(table).map(&mut action).collect();
    let adopted = table.attribute("status").value == "adopted";
    ActionTable {
        name: table.name().map(str::to_owned),
        title: table.attribute("title").value,
        status: if adopted {
            OrderStatus::Adopted
        } else {
            OrderStatus::Proposed
        },
        span: table.span,
        actions,
        rule: table.rule_id(),
    }
}

fn layout(
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
        let state = Spanned::new(states.value(names, diagnostics), span);
        let mut small = |column| {
            let number: Spanned<u64> = row.number(column);
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
