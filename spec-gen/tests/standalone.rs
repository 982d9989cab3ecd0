//! `gen rust` gives a module that compiles by itself, in every edition of Rust, and answers as the model does.

mod common;

use std::process::Command;

use spec_gen::pretty;
use spec_model::analysis::{holds, parse_state, refuse, state_name, triggered, valid_states};
use spec_model::model::{BitField, Book, Direction, Edition, OrderStatus, PropertyType};

#[test]
fn it_compiles_alone_and_without_std() {
    let folder = common::folder("alone");
    std::fs::write(folder.join("spec.rs"), pretty::rust(&common::book())).unwrap();
    let file = folder.join("driver.rs");
    std::fs::write(
        &file,
        "#![no_std]\n#![forbid(unsafe_code)]\npub mod spec;\n",
    )
    .unwrap();
    for edition in ["2015", "2018", "2021", "2024"] {
        common::rustc(
            &file,
            &[
                "--crate-type",
                "lib",
                "--emit",
                "metadata",
                "--edition",
                edition,
            ],
        );
    }
    common::rustc(
        &folder.join("spec.rs"),
        &["--crate-type", "lib", "--emit", "metadata"],
    );
}

#[test]
fn it_answers_as_the_model_does() {
    let book = common::book();
    let folder = common::folder("answers");
    std::fs::write(folder.join("spec.rs"), pretty::rust(&book)).unwrap();
    let file = folder.join("answers.rs");
    std::fs::write(&file, include_str!("programs/answers.rs")).unwrap();
    // A program does not use all of the module.
    common::rustc(&file, &["--edition", "2021", "-Adead_code"]);
    let output = Command::new(folder.join("answers")).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers = String::from_utf8(output.stdout).unwrap();
    let expected = expected(&book);
    for (answer, expected) in answers.lines().zip(&expected) {
        assert_eq!(answer, expected);
    }
    assert_eq!(answers.lines().count(), expected.len());
}

/// What `programs/answers.rs` prints, from the model.
fn expected(book: &Book) -> Vec<String> {
    let edition = book.edition("v1").unwrap();
    let field = edition.bits.as_ref().unwrap();
    let mut lines = Vec::new();
    let names: Vec<&str> = edition
        .capabilities
        .iter()
        .map(|c| c.name.value.as_str())
        .collect();
    for set in 0..1u32 << names.len() {
        let set: Vec<&str> = names
            .iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1)
            .map(|(_, &name)| name)
            .collect();
        writes(field, &set, &mut lines);
    }
    for value in 0..16 {
        lines.push(state(field, value));
        accesses(edition, field, value, &mut lines);
        works(edition, field, value, &mut lines);
    }
    for flags in 0..64 {
        consequences(edition, flags, &mut lines);
    }
    lines
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
    for (old, new) in (0..32).flat_map(|old| (0..32).map(move |new| (old, new))) {
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

fn works(edition: &Edition, field: &BitField, value: u32, lines: &mut Vec<String>) {
    let state = state_name(field, value);
    for work in &edition.work {
        for (vcpus, tracking) in [(false, false), (false, true), (true, false), (true, true)] {
            let legal = work.legal.value.eval(&|name| match name {
                "VCPU_RUNNING" => vcpus,
                "DIRTY_TRACKING" => tracking,
                name => {
                    let name = spec_model::source::Spanned::new(name.to_owned(), work.legal.span);
                    let name = spec_model::expr::NameRef {
                        name: name.value,
                        span: name.span,
                    };
                    holds(field, &spec_model::expr::Expr::Name(name), value)
                }
            });
            lines.push(format!(
                "work {state} {vcpus} {tracking} {}: {legal}",
                work.name.value
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
