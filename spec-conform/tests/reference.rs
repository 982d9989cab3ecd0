//! The reference drivers keep to the book, as far as the suite sees.

use std::process::Command;

use spec_conform::dut::Dut;
use spec_conform::endpoint::reference::Reference;
use spec_conform::endpoint::shared::Shared;
use spec_conform::run::{Verdict, here};
use spec_conform::suite;
use vfio_migration::driver::Model;
use vfio_migration::v2::Capabilities;

fn opened(model: Model) -> Dut {
    let device = Shared::open(move || Reference::open(model, 1)).expect("a thread");
    Dut::new(Box::new(device), Box::new(|_| {}))
}

#[test]
fn the_reference_drivers_conform() {
    for model in Model::ALL {
        for test in suite::all() {
            let has = Reference::open(model, 1).capabilities();
            let has = has.contains(test.capabilities);
            let mut dut = opened(model);
            let verdict = here::run(&test, &mut dut);
            match verdict {
                Verdict::Passed => assert!(has),
                Verdict::Skipped(_) => {}
                other => panic!("{} on {}: {other:?}", test.name(), model.name()),
            }
        }
    }
}

/// No test is skipped by all reference drivers: each is known to be passable.
#[test]
fn every_test_passes_somewhere() {
    for test in suite::all() {
        let passes = |model: &Model| {
            let mut dut = opened(*model);
            here::run(&test, &mut dut) == Verdict::Passed
        };
        assert!(Model::ALL.iter().any(passes), "{}", test.name());
    }
}

/// Names are those by which tests are selected and findings are recorded.
#[test]
fn names_are_unique_and_speak_of_testable_rules() {
    let mut names: Vec<_> = suite::all()
        .iter()
        .map(spec_conform::test::Test::name)
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
    for test in suite::all() {
        for rule in &test.rules {
            assert!(rule.testable, "{} tests {}", test.name(), rule.id);
        }
        assert!(test.capabilities.without(Capabilities::ALL).flags() == 0);
    }
}

/// The same through processes, as users run it.
#[test]
fn a_run_in_processes_gives_the_same() {
    let out = Command::new(env!("CARGO_BIN_EXE_vfio-conform"))
        .args(["--driver", "buffering", "--destructive"])
        .output()
        .expect("the program runs");
    let report = String::from_utf8(out.stdout).expect("a report is UTF-8");
    assert_eq!(out.status.code(), Some(0), "{report}");
    let expected = suite::all().len();
    let results = report
        .lines()
        .filter(|line| line.starts_with("  ok "))
        .count();
    assert_eq!(results, expected, "{report}");
}
