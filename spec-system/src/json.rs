//! Reports and counterexamples as JSON: what [`crate::Report`] and [`crate::Counterexample`] hold, under
//! the same names.

use serde_json::{Value, json};

use crate::trace::{Actor, Arrow, Counterexample, Step, letter};
use crate::verify::{Broken, EditionReport, Report, Shown, Size, Verdict};

/// A report; times in seconds.
pub fn report(report: &Report) -> Value {
    let editions: Vec<Value> = report.editions.iter().map(edition).collect();
    json!({ "holds": report.holds(), "editions": editions })
}

fn edition(edition: &EditionReport) -> Value {
    json!({
        "edition": edition.name,
        "sizes": edition.sizes.iter().map(size).collect::<Vec<_>>(),
        "invariants": edition.verdicts.iter().map(verdict).collect::<Vec<_>>(),
        "variants": edition.variants.iter().map(broken).collect::<Vec<_>>(),
    })
}

fn size(size: &Size) -> Value {
    json!({
        "devices": size.devices,
        "machines": size.machines,
        "states": size.progress.states,
        "transitions": size.progress.transitions,
        "depth": size.progress.depth,
        "largest": size.largest,
        "bytes": size.bytes,
        "seconds": size.time.as_secs_f64(),
    })
}

fn verdict(verdict: &Verdict) -> Value {
    json!({
        "invariant": verdict.invariant,
        "rule": verdict.rule,
        "holds": verdict.counterexample.is_none(),
        "counterexample": verdict.counterexample.as_ref().map(counterexample),
    })
}

fn broken(broken: &Broken) -> Value {
    json!({
        "variant": broken.variant,
        "breaks": broken.invariant,
        "found": broken.counterexample.is_some(),
        "states": broken.progress.states,
        "depth": broken.progress.depth,
        "counterexample": broken.counterexample.as_ref().map(counterexample),
    })
}

/// Every variant with what goes wrong, as [`crate::counterexamples`] gives them.
pub fn counterexamples(shown: &[Shown]) -> Value {
    let one = |shown: &Shown| {
        json!({
            "edition": shown.edition,
            "variant": shown.variant,
            "breaks": shown.invariant,
            "counterexample": shown.counterexample.as_ref().map(counterexample),
        })
    };
    shown.iter().map(one).collect()
}

/// One counterexample.
pub fn counterexample(it: &Counterexample) -> Value {
    let columns = it.columns.iter();
    let columns = columns.map(|it| json!({ "title": it.title, "on": it.on, "off": it.off }));
    let devices = it.devices.iter().enumerate();
    let devices = devices.map(|(n, kind)| json!({ "name": letter(n).to_string(), "kind": kind }));
    json!({
        "edition": it.edition,
        "invariant": it.invariant,
        "rule": it.rule,
        "meaning": it.meaning,
        "columns": columns.collect::<Vec<_>>(),
        "devices": devices.collect::<Vec<_>>(),
        "initial": { "devices": it.initial, "conditions": it.conditions },
        "steps": it.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// `actor` is `guest`, `operator`, `VMM`, or the letter of a device; devices in `arrow` are numbers.
fn step(step: &Step) -> Value {
    let actor = match step.actor {
        Actor::Guest => "guest".to_owned(),
        Actor::Operator => "operator".to_owned(),
        Actor::Vmm => "VMM".to_owned(),
        Actor::Device(device) => letter(device).to_string(),
    };
    let row = step
        .row
        .as_ref()
        .map(|(flow, step)| json!({ "flow": flow, "step": step }));
    json!({
        "actor": actor,
        "act": step.act,
        "text": step.text,
        "row": row,
        "arrow": arrow(&step.arrow),
        "devices": step.devices,
        "observed": step.observed,
        "conditions": step.conditions,
        "machine": step.machine,
    })
}

fn arrow(arrow: &Arrow) -> Value {
    match arrow {
        Arrow::None => Value::Null,
        Arrow::Request {
            device,
            state,
            failed,
        } => {
            json!({ "kind": "request", "device": device, "state": state, "failed": failed })
        }
        Arrow::Reset { device } => json!({ "kind": "reset", "device": device }),
        Arrow::Between { from, to } => json!({ "kind": "between", "from": from, "to": to }),
        Arrow::Touch { device } => json!({ "kind": "touch", "device": device }),
    }
}
