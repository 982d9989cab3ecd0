//! Flows: what devices do in each step of a VMM.

use spec_model::analysis::fsm::{Machine, NoPath};
use spec_model::analysis::{Register, register};
use spec_model::model::{Edition, Flow, Target};

use super::devices::{Device, devices};
use super::grouped::{Case, Cases};
use super::{Both, writes};
use crate::change::{Consequence, What};

/// Compares what devices log in every flow that both versions have with the same steps.
pub(crate) fn find(both: &Both<'_, '_>, found: &mut Vec<Consequence>) {
    let devices = devices(both);
    let mut cases = Cases::default();
    for old in &both.old.flows {
        let name = both.renamed(&old.name.value);
        let new = both.new.flows.iter().find(|flow| flow.name.value == name);
        let Some(new) = new.filter(|new| same_steps(both, old, new)) else {
            continue;
        };
        let able = devices.iter().enumerate().filter(|(_, device)| {
            can_run(both.old, old, &device.old) && can_run(both.new, new, &device.new)
        });
        for device in able {
            one(both, (old, new), device, &mut cases);
        }
    }
    cases.judge(both, "log", &devices, found);
}

/// The VMM does the same.
fn same_steps(both: &Both<'_, '_>, old: &Flow, new: &Flow) -> bool {
    let target = |edition: &Edition, target: Target, rename: &dyn Fn(&str) -> String| {
        let name = |state| {
            register(edition).map(|register| {
                let name = register.state_name(state);
                name.split('|').map(rename).collect::<Vec<_>>()
            })
        };
        match target {
            Target::State(state) => ("", name(state)),
            Target::Write(state) => ("write", name(state)),
            Target::Reads(state) => ("reads", name(state)),
            Target::Reset => ("reset", None),
        }
    };
    old.steps.len() == new.steps.len()
        && old.steps.iter().zip(&new.steps).all(|(a, b)| {
            target(both.old, a.target.value, &|name| both.renamed(name))
                == target(both.new, b.target.value, &str::to_owned)
        })
}

/// Whether a device has what the flow needs; properties are none of its capabilities.
fn can_run(edition: &Edition, flow: &Flow, capabilities: &[&str]) -> bool {
    let is_capability = |name: &str| edition.capabilities.iter().any(|it| it.name.value == name);
    let has = |name: &str| capabilities.contains(&name);
    flow.needs
        .iter()
        .all(|it| !is_capability(&it.value) || has(&it.value))
        && flow.lacks.iter().all(|it| !has(&it.value))
}

fn one(
    both: &Both<'_, '_>,
    (old, new): (&Flow, &Flow),
    (number, device): (usize, &Device<'_>),
    cases: &mut Cases,
) {
    let before = log(both.old, old, &device.old, &|name| both.renamed(name));
    let after = log(both.new, new, &device.new, &str::to_owned);
    for (n, (before, after)) in before.into_iter().zip(after).enumerate() {
        if before != after {
            let case = Case {
                subject: format!("{} step {}", new.name.value, new.steps[n].number.value),
                part: "step",
                what: What::Changed,
                before,
                after,
            };
            cases.add(case, number);
        }
    }
}

/// What the driver is asked to do in each step.
fn log(
    edition: &Edition,
    flow: &Flow,
    capabilities: &[&str],
    rename: &dyn Fn(&str) -> String,
) -> Vec<Vec<String>> {
    let Some(register) = register(edition) else {
        return Vec::new();
    };
    let mut at = register.initial();
    let mut lines = Vec::new();
    for (n, step) in flow.steps.iter().enumerate() {
        let (to, even_so) = match step.target.value {
            Target::State(state) => (state, false),
            Target::Write(state) => (state, true),
            Target::Reset => {
                at = register.initial();
                lines.push(vec!["reset".to_owned()]);
                continue;
            }
            Target::Reads(state) => {
                at = state;
                lines.push(Vec::new());
                continue;
            }
        };
        if n == 0 {
            // The first row says where the flow begins.
            at = to;
            lines.push(Vec::new());
            continue;
        }
        let (line, reached) = if at != to || even_so {
            ask(edition, register, capabilities, (at, to), rename)
        } else {
            (Vec::new(), to)
        };
        let failed = step.result.is_some();
        lines.push(line);
        at = if failed { at } else { reached };
    }
    lines
}

/// The callbacks of a write or a request, and the state that it leads to.
fn ask(
    edition: &Edition,
    register: Register<'_>,
    capabilities: &[&str],
    (from, to): (u32, u32),
    rename: &dyn Fn(&str) -> String,
) -> (Vec<String>, u32) {
    match register {
        Register::Bits(field) => {
            match writes::answer(edition, field, capabilities, (from, to), rename) {
                Ok(actions) => (actions, to),
                Err(refused) => (vec![refused], from),
            }
        }
        Register::Fsm(fsm) => {
            let machine = Machine::new(fsm, capabilities);
            match machine.path(from, to) {
                Ok(path) => {
                    let arcs = path
                        .windows(2)
                        .filter_map(|pair| machine.arc(pair[0], pair[1]));
                    (arcs.map(|arc| rename(&arc.callback.value)).collect(), to)
                }
                Err(NoPath::Refused(refusal)) => (
                    vec![format!("refused: {}", rename(&refusal.fault.value))],
                    from,
                ),
                Err(_) => (vec!["no path".to_owned()], from),
            }
        }
    }
}
