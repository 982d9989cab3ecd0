//! Which tests name which rules.

use spec_model::coverage::{Report, files, scan};

mod common;

const TESTS: &str = r#"//! covers![IN_A_COMMENT]

fn helper() {
    covers![V1_HELPED];
}

#[test]
fn plain() {
    vfio_migration::covers![V1_A, V1_B,];
    let text = "covers![IN_A_STRING]";
    covers(V1_CALLED);
}

mod inner {
    #[tokio::test]
    #[ignore = "slow"]
    fn ignored() {
        covers!(rules::V1_C);
    }

    proptest! {
        #[test]
        fn property(x in 0..4u32) {
            if x > 1 {
                covers![
                    V1_D
                ];
            }
        }
    }
}

#[cfg(test)]
fn not_a_test() -> [u8; 2] { covers![V1_E]; [0; 2] }

covers![V1_F];
"#;

#[test]
fn finds_rules_with_their_tests() {
    let found: Vec<String> = scan("tests/x.rs", TESTS)
        .unwrap()
        .into_iter()
        .map(|mention| {
            let runs = mention.runs();
            let function = mention
                .function
                .map_or("-".into(), |f| format!("{}@{}", f.name, f.line));
            format!(
                "{}:{} {} {function} {}",
                mention.path,
                mention.line,
                mention.constant,
                if runs { "runs" } else { "-" }
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "tests/x.rs:4 V1_HELPED helper@3 -",
            "tests/x.rs:9 V1_A plain@8 runs",
            "tests/x.rs:9 V1_B plain@8 runs",
            "tests/x.rs:18 V1_C inner::ignored@17 -",
            "tests/x.rs:26 V1_D inner::property@23 runs",
            "tests/x.rs:34 V1_E not_a_test@34 -",
            "tests/x.rs:36 V1_F - -",
        ]
    );
}

#[test]
fn reports_a_file_that_is_not_rust() {
    let error = scan(
        "tests/x.rs",
        "fn covers() {\n  let s = \"never closed;\n}\n",
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "tests/x.rs:2:11: this is not Rust: expected tokens"
    );
    let error = scan("tests/x.rs", "fn covers() {\n  )\n}\n").unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
}

#[test]
fn sorts_mentions_by_rule() {
    let chapter = "# T\n\nr[v1.a.tested]\nA thing MUST be.\n\nr[v1.a.open]\nA thing MUST be.\n\n\
        r[v1.a.ignored]\nA thing MUST be.\n\n\
        r[v1.a.excused]\n<!-- spec: untestable reason=\"there is nothing to see\" -->\nA thing MAY be.\n\n\
        r[v1.a.both]\n<!-- spec: untestable reason=\"so they say\" -->\nA thing MAY be.\n";
    let book = common::book(&[("a.md", chapter)]).unwrap();
    let tests = "#[test] fn a() { covers![V1_A_TESTED, V1_A_BOTH, V1_A_NONE] }\n\
        #[test] #[ignore] fn b() { covers![V1_A_IGNORED] }\n";
    let report = Report::new(&book, scan("t.rs", tests).unwrap());
    let ids = |rules: Vec<&spec_model::model::Rule>| {
        rules.iter().map(|r| r.id.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(report.uncovered(&book).collect()),
        ["v1.a.open", "v1.a.ignored"]
    );
    assert_eq!(ids(report.contradicted(&book).collect()), ["v1.a.both"]);
    assert_eq!(
        report.rules[2].len(),
        1,
        "an ignored test is still reported"
    );
    assert_eq!(report.unknown.len(), 1);
    assert_eq!(report.unknown[0].constant, "V1_A_NONE");
}

#[test]
fn files_of_a_repository_are_sorted_and_relative_to_it() {
    let crate_folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = files(crate_folder).expect("our own sources can be read");
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert!(paths.is_sorted());
    assert!(paths.contains(&"src/coverage/files.rs") && paths.contains(&"tests/coverage.rs"));
    assert!(paths.iter().all(|path| path.ends_with(".rs")));
    let none = files(&crate_folder.join("src")).expect("no such folders");
    assert_eq!(none, []);
}
