//! The suite tests every rule that binds the device, or the chapter says what it leaves out.

use std::collections::BTreeSet;

use spec_conform::suite;
use vfio_migration::rules::{self, Level};

/// What the suite does not test, the chapter links to: a rule, or a whole chapter.
#[test]
fn every_rule_is_tested_or_left_out_by_name() {
    let chapter = include_str!("../../book/conformance.md");
    let tests = suite::all();
    let tested: BTreeSet<_> = tests
        .iter()
        .flat_map(|test| &test.rules)
        .map(|rule| rule.id)
        .collect();
    let binds = |rule: &&rules::Rule| {
        rule.id.starts_with("v2.") && rule.testable && rule.level > Level::Definition
    };
    let mut wrong = Vec::new();
    for rule in rules::ALL.iter().filter(binds) {
        let by_chapter = chapter.contains(&format!("]({})", rule.chapter));
        let by_rule = chapter.contains(&format!("(rule:{})", rule.id));
        match (tested.contains(rule.id), by_rule, by_chapter) {
            (false, false, false) => wrong.push(format!(
                "{} ({}): no test names it; add one, or say in book/conformance.md why there is none",
                rule.id, rule.chapter
            )),
            (true, true, _) => wrong.push(format!("{}: tested, and left out by book/conformance.md", rule.id)),
            _ => {}
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rules:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
