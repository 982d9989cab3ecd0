//! What follows from the tables: the valid states, the answer to every write in each order, and how each compares
//! with single steps; the answer to every request.

use serde_json::{Map, Value, json};
use spec_model::analysis::{self, OrderReport, Pair, Register, Verdict};
use spec_model::expr::Expr;
use spec_model::model::{ActionTable, BitField, Edition};

use super::{list, requests};

pub(super) fn computed(edition: &Edition, register: Register<'_>) -> Value {
    let states = register.states();
    let (orders, matrix, requests) = match register {
        Register::Bits(bits) => (
            list(&bits.actions, |order| order_value(bits, order)),
            matrix(edition, bits, &states),
            json!([]),
        ),
        Register::Fsm(fsm) => (json!([]), json!([]), requests::requests(edition, fsm)),
    };
    json!({
        "states": list(&states, |&value| state(register, value)),
        "error_state": register.error(),
        "orders": orders,
        "matrix": matrix,
        "requests": requests,
    })
}

/// A state that can be asked for, and what holds in it.
fn state(register: Register<'_>, value: u32) -> Value {
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
    json!({
        "value": value,
        "name": register.state_name(value),
        "predicates": predicates,
        "behaviours": behaviours,
    })
}

fn order_value(bits: &BitField, order: &ActionTable) -> Value {
    let report: OrderReport<'_> = analysis::order_report(bits, order);
    let summary = report.summary();
    json!({
        "order": order.name.value,
        "summary": {
            "pairs": summary.pairs,
            "single": summary.single,
            "equal": summary.equal,
            "different": summary.different,
            "lossy": summary.lossy,
        },
        "writes": list(&report.pairs, |pair| write(bits, pair)),
    })
}

fn write(bits: &BitField, pair: &Pair<'_>) -> Value {
    let (steps, why) = match &pair.verdict {
        Verdict::Equal { path } => (json!(path), Value::Null),
        Verdict::Different { why, .. } => (Value::Null, json!(why.phrase(bits))),
    };
    json!({
        "old": pair.old,
        "new": pair.new,
        "actions": list(&pair.actions, |action| json!(action.name.value)),
        "groups": list(&pair.actions, |action| json!(action.spelling)),
        "equal_steps": steps,
        "differs": why,
        "loses_data": pair.loss.is_some(),
    })
}

/// The answer to every write of known bits, from every state that a device can read: without any optional
/// capability, and with all.
fn matrix(edition: &Edition, bits: &BitField, states: &[u32]) -> Value {
    let all: Vec<&str> = edition
        .capabilities
        .iter()
        .map(|c| c.name.value.as_str())
        .collect();
    let mut old: Vec<u32> = states
        .iter()
        .copied()
        .chain(analysis::error_state(bits))
        .collect();
    old.sort_unstable();
    let answers = |capabilities: &[&str]| {
        let new =
            || (0..=analysis::all_bits(bits)).filter(|new| new & !analysis::all_bits(bits) == 0);
        let writes = old.iter().flat_map(|&old| new().map(move |new| (old, new)));
        let write = |(old, new)| {
            let refused = analysis::refuse(bits, capabilities, old, new);
            json!({ "old": old, "new": new, "refused": refused.map(|row| &row.fault.value) })
        };
        json!({ "capabilities": capabilities, "writes": writes.map(write).collect::<Value>() })
    };
    json!([answers(&[]), answers(&all)])
}
