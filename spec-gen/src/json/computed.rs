//! What follows from the tables: the valid states, the answer to every write in each order, and how each compares
//! with single steps; the answer to every request.

use serde_json::{Map, Value, json};
use spec_model::analysis::{self, OrderReport, Pair, Register, Verdict};
use spec_model::expr::Expr;
use spec_model::model::{ActionTable, BitField, Edition};

use super::{list, requests, states};

pub(super) fn computed(edition: &Edition, register: Register<'_>) -> Value {
    let mut states = register.states();
    states.extend(register.error());
    states.sort_unstable();
    let (orders, matrix, requests) = match register {
        Register::Bits(bits) => (
            list(&bits.actions, |order| order_value(bits, order)),
            matrix(edition, bits, &states),
            json!([]),
        ),
        Register::Fsm(fsm) => (json!([]), json!([]), requests::requests(edition, fsm)),
    };
    object! {
        "states": list(&states, |&value| state(edition, register, value)),
        "error_state": register.error(),
        "orders": orders,
        "matrix": matrix,
        "requests": requests,
    }
}

/// A state that a device can read, and what holds in it.
fn state(edition: &Edition, register: Register<'_>, value: u32) -> Value {
    let holds = |expr: &Expr| json!(register.holds(expr, value));
    let predicates: Map<String, Value> = register
        .predicates()
        .iter()
        .map(|p| (p.name.value.clone(), holds(&p.holds.value)))
        .collect();
    let behaviours: Map<String, Value> = register
        .behaviours()
        .iter()
        .map(|b| (b.name.value.clone(), holds(&b.holds.value)))
        .collect();
    let work: Map<String, Value> = edition
        .work
        .iter()
        .map(|work| {
            let sets = analysis::legal_while(register, &edition.conditions, work, value);
            (work.name.value.clone(), json!(sets))
        })
        .collect();
    object! {
        "value": value,
        "name": register.state_name(value),
        "session": json!(register.session(value).map(states::direction)),
        "predicates": predicates,
        "behaviours": behaviours,
        "work": work,
    }
}

fn order_value(bits: &BitField, order: &ActionTable) -> Value {
    let report: OrderReport<'_> = analysis::order_report(bits, order);
    let summary = report.summary();
    object! {
        "order": order.name.value.as_str(),
        "summary": json!({
            "pairs": summary.pairs,
            "single": summary.single,
            "equal": summary.equal,
            "different": summary.different,
            "lossy": summary.lossy,
        }),
        "writes": list(&report.pairs, |pair| write(bits, pair)),
    }
}

fn write(bits: &BitField, pair: &Pair<'_>) -> Value {
    let (steps, nearest, why) = match &pair.verdict {
        Verdict::Equal { path } => (Some(path), None, None),
        Verdict::Different { nearest, why } => (None, nearest.as_ref(), Some(why.phrase(bits))),
    };
    let lost_by = pair.loss.as_ref().map(|loss| &loss.by.name.value);
    json!({
        "old": pair.old,
        "new": pair.new,
        "actions": list(&pair.actions, |action| json!(action.name.value)),
        "groups": list(&pair.actions, |action| json!(action.spelling)),
        "equal_steps": steps,
        "nearest_steps": nearest,
        "differs": why,
        "loses_data": pair.loss.is_some(),
        "lost_by": lost_by,
    })
}

/// The answer to every write of known bits, from every state that a device can read, for every set of the
/// capabilities that bits need.
fn matrix(edition: &Edition, bits: &BitField, states: &[u32]) -> Value {
    let needed = |name: &str| {
        let mut needs = bits.bits.iter().filter_map(|bit| bit.needs.as_ref());
        needs.any(|need| need.value == name)
    };
    let mut sets = analysis::capability_sets(edition);
    sets.retain(|set| set.iter().all(|name| needed(name)));
    list(&sets, |capabilities| {
        let all = analysis::all_bits(bits);
        let new = || (0..=all).filter(move |new| new & !all == 0);
        let writes = states
            .iter()
            .flat_map(|&old| new().map(move |new| (old, new)));
        let write = |(old, new)| {
            let refused = analysis::refuse(bits, capabilities, old, new);
            json!({ "old": old, "new": new, "refused": refused.map(|row| &row.fault.value) })
        };
        object! { "capabilities": json!(capabilities), "writes": writes.map(write).collect::<Value>() }
    })
}
