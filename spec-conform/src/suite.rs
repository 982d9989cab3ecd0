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

use std::collections::HashMap;

use vfio_migration::rules::ALL;

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
    let places: HashMap<_, _> = ALL
        .iter()
        .enumerate()
        .map(|(place, rule)| (rule.id, place))
        .collect();
    tests.sort_by_cached_key(|test| (test.hazard.is_some(), places.get(test.rule().id).copied()));
    tests
}
