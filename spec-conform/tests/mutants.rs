//! The suite against drivers that are wrong on purpose: it finds every bug, and every test finds one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use spec_conform::dut::Dut;
use spec_conform::endpoint::shared::Shared;
use spec_conform::endpoint::{Ability, Endpoint};
use spec_conform::run::{Verdict, here};
use spec_conform::suite;
use spec_conform::test::Test;
use spec_conform::wrong::{Bug, Wrong};

/// Bugs that would hang or crash this process, and the tests that must find them in processes of their own.
const DEADLY: [(Bug, &str, &str); 3] = [
    (
        Bug::BlockedArcLoops,
        "v2.request.refused/STOP_COPY-to-PRE_COPY",
        "TIMEOUT",
    ),
    (Bug::FuzzHangs, "v2.stream.foreign/inverted", "TIMEOUT"),
    (Bug::LongWriteCrashes, "v2.stream.too-long", "ERROR"),
];

/// Names of the tests that find the bug.
fn killers(bug: Bug, tests: &[Test], panics: &mut Vec<String>) -> Vec<String> {
    let mut finds = |test: &Test| {
        // A thread of its own is slow, and needed by few.
        let device: Box<dyn Endpoint> = match test.needs.contains(&Ability::Parallel) {
            true => Box::new(Shared::open(move || Wrong::open(bug)).expect("a thread")),
            false => Box::new(Wrong::open(bug)),
        };
        let mut dut = Dut::new(device, Box::new(|_| {}));
        match here::run(test, &mut dut) {
            Verdict::Crashed(why) => {
                println!("{} on {} panics: {why}", test.name(), bug.name());
                panics.push(test.name());
                false
            }
            verdict => verdict.is_finding(),
        }
    };
    tests
        .iter()
        .filter(|test| finds(test))
        .map(Test::name)
        .collect()
}

#[test]
fn every_bug_is_found() {
    let tests = suite::all();
    let mut score = String::new();
    let mut kills: BTreeMap<String, usize> = BTreeMap::new();
    let (mut found, mut survivors, mut panics) = (0, Vec::new(), Vec::new());
    std::panic::set_hook(Box::new(|_| {}));
    for bug in Bug::ALL {
        if DEADLY.iter().any(|(deadly, ..)| deadly == bug) {
            continue;
        }
        let killers = killers(*bug, &tests, &mut panics);
        if killers.is_empty() {
            survivors.push(bug.name());
            continue;
        }
        found += 1;
        let class = format!("{:?}", bug.class()).to_uppercase();
        writeln!(
            score,
            "{class} {:<24} {:>3}  {}",
            bug.name(),
            killers.len(),
            killers[0]
        )
        .unwrap();
        for killer in killers {
            *kills.entry(killer).or_default() += 1;
        }
    }
    let _ = std::panic::take_hook();
    println!(
        "{score}{found} of {} bugs found",
        Bug::ALL.len() - DEADLY.len()
    );
    let idle: Vec<_> = tests
        .iter()
        .map(Test::name)
        .filter(|name| !kills.contains_key(name))
        .collect();
    assert!(panics.is_empty(), "tests that panic: {panics:?}");
    assert!(idle.is_empty(), "tests that find no bug: {idle:?}");
    assert!(
        survivors.is_empty(),
        "bugs that the suite does not find: {survivors:?}"
    );
}

/// A hang and a crash are told apart from an answer, and end nothing else.
#[test]
fn a_bug_that_hangs_or_crashes_is_found() {
    for (bug, test, directive) in DEADLY {
        let out = Command::new(env!("CARGO_BIN_EXE_vfio-conform"))
            .args([
                "--wrong",
                bug.name(),
                "--destructive",
                "--timeout",
                "2",
                test,
            ])
            .output()
            .expect("the program runs");
        let report = String::from_utf8(out.stdout).expect("a report is UTF-8");
        assert_eq!(out.status.code(), Some(1), "{report}");
        assert!(
            report.contains(&format!("not ok 1 {test} # {directive} ")),
            "{report}"
        );
    }
}
