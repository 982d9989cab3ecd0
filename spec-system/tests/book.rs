//! The book's machines.

use std::fmt::Write;
use std::path::Path;

use spec_model::model::Book;
use spec_system::{Options, Report, counterexamples, json, verify};

fn book() -> Book {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let book = spec_model::load(&summary);
    book.unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

fn whole(devices: usize, threads: usize) -> Report {
    let options = Options {
        devices,
        threads,
        variants: Some(&[]),
        ..Options::default()
    };
    verify(&book(), &options, &|_| {})
}

/// Changes with every change of what can happen: look at the difference.
#[test]
fn reachable_states() {
    let mut text = String::new();
    for edition in &whole(3, 2).editions {
        for size in &edition.sizes {
            let (machines, it) = (size.machines, size.progress);
            writeln!(
                text,
                "{} with {}: {machines} machines, {} states, {} transitions, depth {}",
                edition.name, size.devices, it.states, it.transitions, it.depth
            )
            .expect("a string");
            assert!(size.bytes <= 40 * size.largest.max(1000), "{size:?}");
        }
        for verdict in &edition.verdicts {
            let holds = verdict.counterexample.is_none();
            writeln!(
                text,
                "{}: {}",
                verdict.invariant,
                if holds { "holds" } else { "BROKEN" }
            )
            .expect("a string");
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn shortest_ways() {
    for shown in counterexamples(&book()) {
        let name = format!("{}-{}", shown.edition, shown.variant);
        let found = shown
            .counterexample
            .unwrap_or_else(|| panic!("{name} is not found"));
        let text = format!("{}\n{found}", found.meaning);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

#[test]
fn the_same_book_gives_the_same_answer() {
    let book = book();
    let (one, two) = (counterexamples(&book), counterexamples(&book));
    assert_eq!(json::counterexamples(&one), json::counterexamples(&two));
    let strip = |report: Report| {
        let sizes = report
            .editions
            .into_iter()
            .flat_map(|edition| edition.sizes);
        sizes
            .map(|size| {
                (
                    size.progress.states,
                    size.progress.transitions,
                    size.progress.depth,
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(strip(whole(2, 1)), strip(whole(2, 3)));
}

/// What programs read.
#[test]
fn counterexamples_as_json() {
    let book = book();
    let all = counterexamples(&book);
    let first = all
        .iter()
        .find(|shown| shown.variant == "ndma_decides")
        .expect("a variant");
    let json = json::counterexamples(std::slice::from_ref(first));
    insta::assert_snapshot!(format!("{json:#}"));
}
