//! The system around the device, tried out.

use crate::common::{TempBook, repository, run};

#[test]
fn one_variant_is_shown_step_by_step() {
    let shown = run(&repository(), &["verify", "--variant", "ndma_decides"]);
    insta::assert_snapshot!(shown.seen());
}

#[test]
fn every_invariant_is_listed() {
    let args = ["verify", "--edition", "v2", "--devices", "1"];
    let listed = run(&repository(), &args);
    // Seconds are not the same twice.
    insta::with_settings!({ filters => vec![(r" +\d+\.\d\d\n", " SECONDS\n")] }, {
        insta::assert_snapshot!(listed.seen());
    });
}

#[test]
fn a_weakened_book_is_found_out() {
    let book = TempBook::real();
    book.edit(
        "book/v1/discovery.md",
        "| `keep_out_of_p2p` | `!ndma \\|\\| quiet_mmio` |",
        "| `keep_out_of_p2p` | `quiet_mmio` |",
    );
    let args = ["verify", "--devices", "2", "--invariant", "mmio_is_quiet"];
    let found = book.run(&args);
    assert_eq!(found.code, Some(1), "{}", found.seen());
    assert!(
        found.stdout.contains("BROKEN  mmio_is_quiet"),
        "{}",
        found.stdout
    );
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    for (name, args) in [
        (
            "verify_unknown_variant",
            &["verify", "--variant", "no_barrier"][..],
        ),
        (
            "verify_unknown_invariant",
            &["verify", "--edition", "v2", "--invariant", "quiet"],
        ),
    ] {
        insta::assert_snapshot!(name, run(&repository(), args).seen());
    }
    let none = TempBook::door().run(&["verify"]);
    assert_eq!(none.code, Some(2), "{}", none.seen());
}

#[test]
fn programs_read_the_same() {
    let args = [
        "verify",
        "--variant",
        "no_barriers",
        "--format",
        "json",
        "--edition",
        "v1",
    ];
    let json = run(&repository(), &args);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(value["holds"], true);
    let steps = &value["editions"][0]["variants"][0]["counterexample"]["steps"];
    assert!(
        steps.as_array().is_some_and(|steps| !steps.is_empty()),
        "{steps}"
    );
}
