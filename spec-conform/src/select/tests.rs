use vfio_migration::rules::{V2_REQUEST_SELF, V2_REQUEST_SYNC};

use super::{Pattern, select};
use crate::test::Test;

fn tests() -> Vec<Test> {
    let test = |rule, case: &str| Test::new(rule, |_| Ok(())).case(case);
    vec![
        test(V2_REQUEST_SELF, "from-STOP"),
        test(V2_REQUEST_SELF, "from-STOP_COPY"),
        test(V2_REQUEST_SYNC, "from-STOP"),
        Test::new(V2_REQUEST_SYNC, |_| Ok(())),
    ]
}

fn names(patterns: &[&str]) -> Vec<String> {
    let patterns: Vec<_> = patterns.iter().map(|text| Pattern::new(text)).collect();
    let selected = select(tests(), &patterns);
    let selected = selected.unwrap_or_else(|useless| panic!("{useless:?} mean nothing"));
    selected.iter().map(Test::name).collect()
}

#[test]
fn no_pattern_means_all() {
    assert_eq!(names(&[]).len(), 4);
}

#[test]
fn a_rule_means_its_tests() {
    assert_eq!(
        names(&["v2.request.self"]),
        [
            "v2.request.self/from-STOP",
            "v2.request.self/from-STOP_COPY"
        ]
    );
    assert_eq!(names(&["v2.request.sync"]).len(), 2);
}

#[test]
fn a_name_means_one_test() {
    assert_eq!(
        names(&["v2.request.self/from-STOP"]),
        ["v2.request.self/from-STOP"]
    );
}

#[test]
fn a_star_stands_for_any_text() {
    assert_eq!(names(&["v2.*"]).len(), 4);
    assert_eq!(names(&["*"]).len(), 4);
    assert_eq!(
        names(&["*/from-STOP"]),
        ["v2.request.self/from-STOP", "v2.request.sync/from-STOP"]
    );
    assert_eq!(
        names(&["v2.*.self/*COPY"]),
        ["v2.request.self/from-STOP_COPY"]
    );
    assert_eq!(names(&["*self*STOP"]), ["v2.request.self/from-STOP"]);
}

#[test]
fn patterns_add_up_and_the_order_is_the_suites() {
    assert_eq!(
        names(&["v2.request.sync/from-STOP", "v2.request.self/from-STOP"]),
        ["v2.request.self/from-STOP", "v2.request.sync/from-STOP"]
    );
}

#[test]
fn a_pattern_that_means_nothing_is_told() {
    let patterns = ["v2.request.self", "v2.request.sel", "aa*aa"].map(Pattern::new);
    let useless = select(tests(), &patterns).err();
    assert_eq!(
        useless,
        Some(vec!["v2.request.sel".to_owned(), "aa*aa".to_owned()])
    );
}

/// The parts before and behind a `*` do not overlap.
#[test]
fn text_is_used_once() {
    let short = |pattern: &str, name: &str| Pattern::new(pattern).matches(name);
    assert!(!short("aba*aba", "aba"));
    assert!(!short("ab*ba", "aba"));
    assert!(short("aba*aba", "abaaba"));
}
