//! One trace a file: under `broken/`, rules that it breaks; under `unreadable/`, mistakes in it; what is
//! under `legal/` passes. The file's name says what it is about.

mod common;

use spec_trace::Verdict;

/// What is said of each file of a folder.
fn each(glob: &str, expected: Verdict) {
    let book = common::book();
    insta::glob!(glob, |path| {
        let text = std::fs::read_to_string(path).expect("a file of this folder");
        let name = path.file_name().expect("a file").to_str().expect("UTF-8");
        let (report, drawn) = common::replay(&book, name, &text);
        assert_eq!(report.verdict(), expected, "{drawn}");
        let mut seen = drawn;
        for violation in &report.violations {
            assert!(!violation.states.is_empty(), "{}", violation.message);
        }
        if expected == Verdict::Legal {
            seen = format!("legal in {}\n", report.edition);
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, filters => [(r"book/(v\d/[a-z-]+\.md):\d+:\d+", "book/$1"), (r"\S*/book/v", "book/v")] }, {
            insta::assert_snapshot!(seen);
        });
    });
}

#[test]
fn what_is_broken_is_said() {
    each("broken/*.trace", Verdict::Illegal);
}

#[test]
fn what_cannot_be_read_is_said() {
    each("unreadable/*.trace", Verdict::Unreadable);
}

#[test]
fn what_is_legal_passes() {
    each("legal/*.trace", Verdict::Legal);
}
