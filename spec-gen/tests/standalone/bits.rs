//! Registers with bits.

use spec_model::analysis::{
    all_bits, holds, parse_state, refuse, register, state_name, triggered, valid_states,
};
use spec_model::model::{BitField, Book, Direction, Edition, OrderStatus, PropertyType};

use super::{Program, common, compare, works};

/// Runs a program on the values of the register.
fn run(book: &Book, edition: &Edition, program: &str) -> String {
    let field = edition.bits.as_ref().unwrap();
    let values = values(field);
    Program {
        book,
        edition,
        values: &values,
        more: String::new(),
    }
    .run(program)
}

/// Every value of the bits that are known, and some with others.
fn values(field: &BitField) -> Vec<u32> {
    let reserved = [0, 1 << (field.width - 1)].map(|bit| bit & !all_bits(field));
    let known = (0..=all_bits(field)).filter(|value| value & !all_bits(field) == 0);
    let known: Vec<u32> = known.collect();
    reserved
        .iter()
        .flat_map(|bit| known.iter().map(move |value| value | bit))
        .collect()
}

#[test]
fn it_answers_as_the_model_does() {
    let book = common::book();
    let edition = book.edition("v1").unwrap();
    compare(&run(&book, edition, "answers.rs"), &expected(edition));
}

#[test]
fn so_do_registers_with_gaps_and_with_many_bits() {
    for case in ["gaps", "wide_register"] {
        let book = common::case(case);
        let [edition] = book.editions.as_slice() else {
            panic!("one edition")
        };
        let mut expected = Vec::new();
        all_writes(edition, &mut expected);
        compare(&run(&book, edition, "only_writes.rs"), &expected);
    }
}

/// What `programs/answers.rs` prints, from the model.
fn expected(edition: &Edition) -> Vec<String> {
    let field = edition.bits.as_ref().unwrap();
    let mut lines = Vec::new();
    all_writes(edition, &mut lines);
    for value in 0..16 {
        lines.push(state(field, value));
        accesses(edition, field, value, &mut lines);
        works(edition, register(edition).unwrap(), value, &mut lines);
    }
    for flags in 0..64 {
        consequences(edition, flags, &mut lines);
    }
    lines
}

fn all_writes(edition: &Edition, lines: &mut Vec<String>) {
    let field = edition.bits.as_ref().unwrap();
    let names: Vec<&str> = edition
        .capabilities
        .iter()
        .map(|c| c.name.value.as_str())
        .collect();
    for set in 0..1u32 << names.len() {
        let in_set = names
            .iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1);
        writes(
            field,
            &in_set.map(|(_, &name)| name).collect::<Vec<_>>(),
            lines,
        );
    }
}

fn writes(field: &BitField, set: &[&str], lines: &mut Vec<String>) {
    let adopted = field
        .actions
        .iter()
        .find(|t| t.status == OrderStatus::Adopted)
        .unwrap();
    let name = if set.is_empty() {
        "none".to_owned()
    } else {
        set.join("|")
    };
    let values = values(field);
    for (&old, &new) in values
        .iter()
        .flat_map(|old| values.iter().map(move |new| (old, new)))
    {
        let answer = match refuse(field, set, old, new) {
            Some(row) => format!("refused {}", row.fault.value),
            None => {
                let actions = triggered(field, adopted, old, new);
                actions
                    .iter()
                    .map(|a| a.name.value.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            }
        };
        lines.push(format!("write {name} {old} {new}: {answer}"));
    }
}

fn state(field: &BitField, value: u32) -> String {
    let name = state_name(field, value);
    assert_eq!(parse_state(field, &name).ok(), Some(value));
    let mut line = format!(
        "state {name} {value}: {}",
        valid_states(field).contains(&value)
    );
    let predicates = field
        .predicates
        .iter()
        .map(|p| (&p.name.value, &p.holds.value));
    let behaviours = field
        .behaviours
        .iter()
        .map(|b| (&b.name.value, &b.holds.value));
    let rows: Vec<_> = predicates.chain(behaviours).collect();
    for wanted in [
        "valid",
        "error",
        "may_dma",
        "may_assume_quiet_mmio",
        "logs_changes",
    ] {
        let (_, expr) = rows.iter().find(|(name, _)| *name == wanted).unwrap();
        line.push_str(&format!(" {}", holds(field, expr, value)));
    }
    line
}

fn accesses(edition: &Edition, field: &BitField, value: u32, lines: &mut Vec<String>) {
    let [protocol] = edition.protocols.as_slice() else {
        panic!("v1 has one protocol")
    };
    let mut accesses = Vec::new();
    for row in &protocol.transitions {
        if !accesses.contains(&&row.access.value) {
            accesses.push(&row.access.value);
        }
    }
    let name = state_name(field, value);
    for (number, phase) in protocol.phases.iter().enumerate() {
        for access in &accesses {
            let mut rows = protocol.transitions.iter();
            let row = rows.find(|row| {
                row.access.value == **access
                    && row.from == number
                    && holds(field, &row.when.value, value)
            });
            let answer = match row {
                None => format!("refused {}", protocol.refused.value),
                Some(row) => {
                    let callback = row.callback.as_ref().map(|c| format!(" {}", c.value));
                    format!(
                        "{}{}",
                        protocol.phases[row.to].name,
                        callback.unwrap_or_default()
                    )
                }
            };
            let direction = match access.direction {
                Direction::Read => "read",
                Direction::Write => "write",
            };
            lines.push(format!(
                "access {name} {} {direction} {}: {answer}",
                phase.name, access.register
            ));
        }
    }
}

fn consequences(edition: &Edition, flags: u32, lines: &mut Vec<String>) {
    let properties = edition
        .properties
        .iter()
        .filter(|p| p.ty == PropertyType::Flag);
    let mut values: Vec<(&str, bool)> = properties
        .enumerate()
        .map(|(at, p)| (p.name.value.as_str(), flags >> at & 1 == 1))
        .collect();
    for row in &edition.consequences {
        let holds = row
            .holds
            .value
            .eval(&|name| values.iter().any(|&(known, holds)| known == name && holds));
        values.push((&row.name.value, holds));
        lines.push(format!("consequence {flags} {}: {holds}", row.name.value));
    }
}
