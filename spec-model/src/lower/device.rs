//! What a device is: capabilities, the bits of its register and the actions that they trigger.

use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use super::{Tables, predicates as said};
use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{
    Action, ActionTable, Bit, BitField, Capability, Fault, OrderStatus, WindowEffect,
};
use crate::parse::TableSyntax;
use crate::source::Spanned;

/// With more bits, the states could not be enumerated.
const MOST_BITS: usize = 8;

/// `capabilities` tables.
pub(super) fn capabilities(tables: &Tables<'_, '_>) -> Vec<Capability> {
    let capability = |row: Cells<'_, '_>| Capability {
        name: row.name("Capability"),
        flag: row.optional_number("Flag"),
        required: row.optional("Required").is_some(),
        linux: row.optional("Linux"),
        announced: row.prose("Announced by"),
        meaning: row.prose("Meaning"),
        without: row.prose("Without it"),
    };
    tables.rows("capabilities").map(capability).collect()
}

/// The `bits` table with every table that speaks of it.
pub(super) fn bits(
    tables: &Tables<'_, '_>,
    capabilities: &[Capability],
    faults: &[Fault],
    diagnostics: &mut Diagnostics,
) -> Option<BitField> {
    let table = said::only(tables, "bits", diagnostics)?;
    let mut field = register(table, capabilities, diagnostics);
    let units = said::units(Some(Register::Bits(&field)));
    field.predicates = said::predicates(tables, &units, diagnostics);
    check_predicates(tables, &field, diagnostics);
    let names = said::names(Some(Register::Bits(&field)));
    field.behaviours = said::behaviours(tables, &names, diagnostics);
    let states = StateNames::of(Some(Register::Bits(&field)));
    field.initial = table.state("initial", &states, diagnostics);
    let built_in = ["reserved", "unsupported"];
    field.refusals = said::refusals(
        tables,
        Register::Bits(&field),
        &built_in,
        faults,
        diagnostics,
    );
    field.actions = tables
        .of("actions")
        .iter()
        .map(|table| actions(table, &field, diagnostics))
        .collect();
    field.layout = said::layout(tables, &states, diagnostics);
    Some(field)
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

fn check_predicates(tables: &Tables<'_, '_>, field: &BitField, diagnostics: &mut Diagnostics) {
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
