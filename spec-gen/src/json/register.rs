//! Constants, structures, ioctls and protocols.

use serde_json::{Value, json};
use spec_model::model::{
    ConstantGroup, Direction, Edition, FdProtocol, FdRow, FieldAccess, Protocol, Transition,
};

use super::{Places, list};

pub(super) fn groups(groups: &[ConstantGroup], places: &Places<'_>) -> Value {
    list(groups, |group| {
        json!({
            "name": group.name.value,
            "type": group.ty,
            "rule": group.rule,
            "at": places.at(group.span),
            "constants": list(&group.constants, |constant| json!({
                "name": constant.name.value,
                "value": constant.value.value,
                "linux": constant.linux.as_ref().map(|name| &name.value),
                "meaning": constant.meaning.value,
                "at": places.at(constant.name.span),
            })),
        })
    })
}

pub(super) fn structs(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.structs, |structure| {
        json!({
            "name": structure.name.value,
            "size": structure.size.value,
            "rule": structure.rule,
            "at": places.at(structure.span),
            "fields": list(&structure.fields, |field| json!({
                "offset": field.offset.value,
                "name": field.name.value,
                "type": field.ty.value,
                "width": field.width,
                "access": access(field.access),
                "meaning": field.meaning.value,
                "at": places.at(field.name.span),
            })),
        })
    })
}

fn access(access: FieldAccess) -> &'static str {
    match access {
        FieldAccess::Reserved => "reserved",
        FieldAccess::Read => "read",
        FieldAccess::Write => "write",
        FieldAccess::ReadWrite => "read/write",
    }
}

pub(super) fn ioctls(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.ioctls, |row| {
        json!({
            "name": row.name.value,
            "type": row.ty.value,
            "number": row.number.value,
            "request": row.request(),
            "argument": row.argument.value,
            "meaning": row.meaning.value,
            "rule": row.rule,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn fd_protocols(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.fd_protocols, |protocol| {
        json!({
            "name": protocol.name.value,
            "else": protocol.refused.value,
            "rule": protocol.rule,
            "at": places.at(protocol.span),
            "phases": list(&protocol.phases, |phase| json!(phase.name)),
            "rows": list(&protocol.rows, |row| fd_row(protocol, row, places)),
        })
    })
}

fn fd_row(protocol: &FdProtocol, row: &FdRow, places: &Places<'_>) -> Value {
    let phase = |at: usize| protocol.phases.get(at).map(|phase| &phase.name);
    json!({
        "operation": row.operation.value.name(),
        "while": places.written(row.when.span),
        "from": phase(row.from),
        "to": phase(row.to),
        "callback": row.callback.as_ref().map(|name| &name.value),
        "error": row.fault.as_ref().map(|name| &name.value),
        "effect": row.effect.value,
        "at": places.at(row.operation.span),
    })
}

pub(super) fn protocols(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.protocols, |protocol| {
        json!({
            "name": protocol.name.value,
            "of": protocol.of.value,
            "else": protocol.refused.value,
            "rule": protocol.rule,
            "at": places.at(protocol.span),
            "phases": list(&protocol.phases, |phase| json!(phase.name)),
            "transitions": list(&protocol.transitions, |row| transition(protocol, row, places)),
        })
    })
}

fn transition(protocol: &Protocol, row: &Transition, places: &Places<'_>) -> Value {
    let phase = |at: usize| protocol.phases.get(at).map(|phase| &phase.name);
    let direction = match row.access.value.direction {
        Direction::Read => "read",
        Direction::Write => "write",
    };
    json!({
        "direction": direction,
        "register": row.access.value.register,
        "while": places.written(row.when.span),
        "from": phase(row.from),
        "to": phase(row.to),
        "callback": row.callback.as_ref().map(|name| &name.value),
        "effect": row.effect.value,
        "at": places.at(row.access.span),
    })
}
