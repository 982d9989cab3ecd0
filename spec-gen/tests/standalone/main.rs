//! `gen rust` gives a module that compiles by itself, in every edition of Rust, and answers as the model does.

#[path = "../common/mod.rs"]
mod common;

mod bits;
mod states;

use std::path::Path;
use std::process::Command;

use spec_gen::pretty;
use spec_model::analysis::{Register, register};
use spec_model::model::{Book, Edition};

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

/// A program over the generated code of an edition.
struct Program<'a> {
    book: &'a Book,
    edition: &'a Edition,
    /// Of the register.
    values: &'a [u32],
    /// Items that the program uses.
    more: String,
}

impl Program<'_> {
    /// Compiles a program of `programs/`, and gives what it prints.
    fn run(&self, program: &str) -> String {
        let name = &self.edition.name.value;
        let folder = common::folder(&format!("answers-{name}"));
        std::fs::write(folder.join("spec.rs"), pretty::rust(self.book)).unwrap();
        let register = register(self.edition).unwrap();
        let (state, width) = match register {
            Register::Bits(field) => (&field.name, field.width),
            Register::Fsm(fsm) => (&fsm.name, fsm.width),
        };
        let state = match state.value.as_str() {
            "lamps" => "Lamps",
            _ => "DeviceState",
        };
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
        let main = format!(
            "mod spec;\nuse spec::{name} as edition;\nuse edition::{state} as State;\n\
             const VALUES: &[u{width}] = &{:?};\n{}\ninclude!({:?});\n",
            self.values,
            self.more,
            programs.join(program),
        );
        let file = folder.join("main.rs");
        std::fs::write(&file, main).unwrap();
        // A program does not use all of the module.
        common::rustc(&file, &["--edition", "2021", "-Adead_code"]);
        let output = Command::new(folder.join("main")).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

fn compare(answers: &str, expected: &[String]) {
    for (answer, expected) in answers.lines().zip(expected) {
        assert_eq!(answer, expected);
    }
    assert_eq!(answers.lines().count(), expected.len());
}

/// What the programs print of `Work`.
fn works(edition: &Edition, register: Register<'_>, value: u32, lines: &mut Vec<String>) {
    let state = register.state_name(value);
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
                    register.holds(&spec_model::expr::Expr::Name(name), value)
                }
            });
            lines.push(format!(
                "work {state} {vcpus} {tracking} {}: {legal}",
                work.name.value
            ));
        }
    }
}
