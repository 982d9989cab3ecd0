//! The register with the bits, capabilities, errors and events.

use serde_json::{Value, json};
use spec_model::model::{
    ActionTable, Behaviour, BitField, Edition, FaultAfter, Layout, OrderStatus, Predicate, Refusal,
    WindowEffect,
};

use super::{Places, list};

pub(super) fn bits(field: &BitField, places: &Places<'_>) -> Value {
    json!({
        "name": field.name.value,
        "width": field.width,
        "initial": field.initial.value,
        "rule": field.rule,
        "at": places.at(field.span),
        "bits": list(&field.bits, |bit| json!({
            "number": bit.number.value,
            "name": bit.name.value,
            "needs": bit.needs.as_ref().map(|name| &name.value),
            "linux": bit.linux.as_ref().map(|name| &name.value),
            "meaning": bit.meaning.value,
            "at": places.at(bit.name.span),
        })),
        "predicates": predicates(&field.predicates, places),
        "behaviours": behaviours(&field.behaviours, places),
        "refused": refused(&field.refusals, places),
        "actions": list(&field.actions, |table| actions(table, places)),
        "layout": field.layout.as_ref().map(layout),
    })
}

pub(super) fn predicates(rows: &[Predicate], places: &Places<'_>) -> Value {
    list(rows, |row| {
        json!({
            "name": row.name.value,
            "holds": places.written(row.holds.span),
            "meaning": row.meaning.value,
            "rule": row.rule,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn behaviours(rows: &[Behaviour], places: &Places<'_>) -> Value {
    list(rows, |row| {
        json!({
            "aspect": row.aspect.value,
            "name": row.name.value,
            "holds": places.written(row.holds.span),
            "meaning": row.meaning.value,
            "rule": row.rule,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn refused(rows: &[Refusal], places: &Places<'_>) -> Value {
    list(rows, |row| {
        json!({
            "when": places.written(row.when.span),
            "error": row.fault.value,
            "meaning": row.meaning.value,
            "at": places.at(row.when.span),
        })
    })
}

fn actions(table: &ActionTable, places: &Places<'_>) -> Value {
    json!({
        "name": table.name.value,
        "title": table.title,
        "status": match table.status {
            OrderStatus::Adopted => "adopted",
            OrderStatus::Proposed => "proposed",
        },
        "rule": table.rule,
        "at": places.at(table.span),
        "actions": list(&table.actions, |row| json!({
            "becomes_true": places.written(row.group.span),
            "group": row.spelling,
            "name": row.name.value,
            "window": window(row.window),
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })),
    })
}

fn window(effect: WindowEffect) -> Option<&'static str> {
    match effect {
        WindowEffect::None => None,
        WindowEffect::Outgoing => Some("outgoing"),
        WindowEffect::Incoming => Some("incoming"),
        WindowEffect::Load => Some("load"),
    }
}

pub(super) fn layout(layout: &Layout) -> Value {
    list(
        &layout.places,
        |place| json!({ "state": place.state.value, "column": place.column, "row": place.row }),
    )
}

pub(super) fn capabilities(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.capabilities, |row| {
        json!({
            "name": row.name.value,
            "flag": row.flag.as_ref().map(|flag| flag.value),
            "required": row.required,
            "linux": row.linux.as_ref().map(|name| &name.value),
            "announced_by": row.announced.value,
            "meaning": row.meaning.value,
            "without": row.without.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn errors(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.faults, |row| {
        json!({
            "name": row.name.value,
            "operation": row.operation.value,
            "when": row.when.value,
            "errno": row.errno.value,
            "state_after": match row.after {
                FaultAfter::Unchanged => "unchanged",
                FaultAfter::Error => "error",
                FaultAfter::OnThePath => "on the path",
            },
            "rule": row.rule.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn events(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.events, |row| {
        json!({
            "name": row.name.value,
            "when": row.when.value,
            "state_after": row.after.as_ref().map(|state| state.value),
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })
    })
}
