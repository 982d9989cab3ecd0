//! What a VMM sees of a device and does with it: description, consequences, conditions, work, failures, flows.

use serde_json::{Value, json};
use spec_model::analysis::{self, states_of};
use spec_model::model::{Devices, Edition, Flow, PropertyType, Side, Step, Target};

use super::{Places, list};

pub(super) fn description(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.properties, |row| {
        json!({
            "name": row.name.value,
            "type": match row.ty {
                PropertyType::Flag => "yes/no",
                PropertyType::Number => "number",
            },
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn consequences(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.consequences, |row| {
        json!({
            "name": row.name.value,
            "holds": places.written(row.holds.span),
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn domains(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.domains, |row| {
        json!({
            "name": row.name.value,
            "devices": places.written(row.devices.span),
            "maps_mmio_of": places.written(row.mmio.span),
            "meaning": row.meaning.value,
            "rule": row.rule,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn conditions(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.conditions, |row| {
        json!({
            "name": row.name.value,
            "column": row.column.value,
            "on": row.on,
            "off": row.off,
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn work(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.work, |row| {
        json!({
            "name": row.name.value,
            "legal": places.written(row.legal.span),
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn failures(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.injections, |row| {
        json!({
            "name": row.name.value,
            "meaning": row.meaning.value,
            "at": places.at(row.name.span),
        })
    })
}

pub(super) fn flows(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.flows, |flow| flow_value(edition, flow, places))
}

fn flow_value(edition: &Edition, flow: &Flow, places: &Places<'_>) -> Value {
    let register = analysis::register(edition);
    let mut states = register
        .map_or_else(Vec::new, |it| states_of(edition, it, flow))
        .into_iter();
    let steps: Value = flow
        .steps
        .iter()
        .map(|step| step_value(edition, step, states.next(), places))
        .collect();
    object! {
        "name": flow.name.value.as_str(),
        "title": json!(flow.title),
        "side": match flow.side {
            Side::Source => "source",
            Side::Destination => "destination",
        },
        "devices": match flow.devices {
            Devices::One => "one",
            Devices::Many => "many",
        },
        "needs": list(&flow.needs, |name| json!(name.value)),
        "lacks": list(&flow.lacks, |name| json!(name.value)),
        "released": json!(flow.released.as_ref().map(|who| &who.value)),
        "rule": json!(flow.rule),
        "at": places.at(flow.span),
        "steps": steps,
    }
}

fn step_value(
    edition: &Edition,
    step: &Step,
    states: Option<(u32, u32)>,
    places: &Places<'_>,
) -> Value {
    let named = edition.conditions.iter().zip(&step.conditions);
    let conditions: serde_json::Map<String, Value> = named
        .map(|(row, &on)| (row.name.value.clone(), json!(on)))
        .collect();
    json!({
        "number": step.number.value,
        "target": target(edition, step.target.value),
        "before": states.map(|(before, _)| before),
        "after": states.map(|(_, after)| after),
        "conditions": conditions,
        "work": list(&step.work, |name| json!(name.value)),
        "text": step.text.value,
        "barrier": step.barrier.as_ref().map(|name| &name.value),
        "failure": step.injection.as_ref().map(|name| &name.value),
        "result": step.result.as_ref().map(|name| &name.value),
        "at": places.at(step.number.span),
    })
}

fn target(edition: &Edition, target: Target) -> Value {
    let state = |how: &str, state: u32| {
        let register = analysis::register(edition);
        let name = register.map(|register| register.state_name(state));
        json!({ "how": how, "state": state, "name": name })
    };
    match target {
        Target::State(value) => state("state", value),
        Target::Write(value) => state("write", value),
        Target::Reset => json!({ "how": "reset" }),
        Target::Reads(value) => state("reads", value),
    }
}
