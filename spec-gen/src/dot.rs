//! Diagrams of the states, as plain DOT: a graph for each edition that has a register.

use std::fmt::Write;

use spec_model::analysis::{Register, register, state_name, valid_states};
use spec_model::expr::Expr;
use spec_model::model::{BitField, Book, Edition, Fsm};

use crate::condition::condition;

/// The states of an edition, or of each one that has states; the order is the book's, so equal books give
/// equal text.
pub fn text(book: &Book, edition: Option<&Edition>) -> String {
    let editions = book.editions.iter();
    let wanted = editions.filter(|it| edition.is_none_or(|only| it.name.value == only.name.value));
    let graphs: Vec<String> = wanted.filter_map(graph).collect();
    format!(
        "// Generated from the book, do not edit.\n\n{}",
        graphs.join("\n")
    )
}

fn graph(edition: &Edition) -> Option<String> {
    let (initial, body) = match register(edition)? {
        Register::Bits(field) => (state_name(field, field.initial.value), writes(field)),
        Register::Fsm(fsm) => {
            let initial = fsm.state(fsm.initial.value);
            (initial?.name.value.clone(), arcs(fsm))
        }
    };
    let (name, title) = (quoted(&edition.name.value), quoted(&edition.title));
    let initial = quoted(&initial);
    Some(format!(
        "digraph {name} {{\n    label={title};\n    node [shape=box, style=rounded];\n    {initial} [peripheries=2];\n{body}}}\n"
    ))
}

/// Every valid state, and every write between two of them that changes one bit.
fn writes(field: &BitField) -> String {
    let states = valid_states(field);
    let mut out = nodes(states.iter().map(|&state| state_name(field, state)));
    for &old in &states {
        for bit in &field.bits {
            let new = old ^ (1 << bit.number.value);
            if states.contains(&new) {
                let sign = if new > old { '+' } else { '-' };
                let label = format!("{sign}{}", bit.name.value);
                edge(
                    &mut out,
                    &state_name(field, old),
                    &state_name(field, new),
                    Some(&label),
                );
            }
        }
    }
    out
}

/// Every state, and every arc, with the capabilities that it needs.
fn arcs(fsm: &Fsm) -> String {
    let mut out = nodes(fsm.states.iter().map(|state| state.name.value.clone()));
    for arc in &fsm.arcs {
        let ends = fsm.state(arc.from.value).zip(fsm.state(arc.to.value));
        if let Some((from, to)) = ends {
            let needs = needs(&arc.needs.value);
            edge(&mut out, &from.name.value, &to.name.value, needs.as_deref());
        }
    }
    out
}

/// `pre_copy && !p2p`; nothing where every device has it.
fn needs(expr: &Expr) -> Option<String> {
    let always = matches!(expr, Expr::Const(true));
    (!always).then(|| condition(expr, &str::to_owned))
}

fn nodes(names: impl Iterator<Item = String>) -> String {
    names
        .map(|name| format!("    {};\n", quoted(&name)))
        .collect()
}

fn edge(out: &mut String, from: &str, to: &str, label: Option<&str>) {
    let label = label.map_or(String::new(), |label| format!(" [label={}]", quoted(label)));
    let (from, to) = (quoted(from), quoted(to));
    let _ = writeln!(out, "    {from} -> {to}{label};");
}

/// A string of DOT.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
