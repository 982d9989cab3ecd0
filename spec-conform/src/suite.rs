//! All tests, in the order of the book.

mod arcs;
mod discovery;
mod errors;
mod loading;
mod log;
mod parallel;
mod precopy;
mod requests;
mod sessions;
mod states;
mod steps;
mod stream;

use crate::test::Test;

/// Every test of the suite: chapter by chapter, those that can harm a machine last.
pub fn all() -> Vec<Test> {
    let mut tests = Vec::new();
    for chapter in [
        discovery::tests,
        states::tests,
        arcs::tests,
        requests::tests,
        stream::tests,
        sessions::tests,
        loading::tests,
        precopy::tests,
        log::tests,
        errors::tests,
        parallel::tests,
    ] {
        tests.extend(chapter());
    }
    let place = |test: &Test| {
        let rules = vfio_migration::rules::ALL;
        rules.iter().position(|rule| *rule == test.rule())
    };
    tests.sort_by_key(|test| (test.hazard.is_some(), place(test)));
    tests
}
