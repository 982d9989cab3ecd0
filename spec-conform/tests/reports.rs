//! What a user sees: reports in every form, the list, messages, exit codes.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// Runs the program.
fn run(arguments: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_vfio-conform"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let code = out.status.code().expect("it ends by itself");
    let (out, err) = (text(out.stdout), text(out.stderr));
    assert!(!err.contains("panicked"), "{err}");
    let mut seen = format!("$ vfio-conform {}\n{out}", arguments.join(" "));
    if !err.is_empty() {
        write!(seen, "--- standard error\n{err}").unwrap();
    }
    writeln!(seen, "--- exit code {code}").unwrap();
    seen
}

/// A device that passes, differs, and lacks something: one of each.
const MIXED: [&str; 5] = [
    "--wrong",
    "zero-in-pre-copy",
    "v2.stream.temporary-end",
    "v2.stream.final-end",
    "v2.stream.keeps",
];

fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, more].concat()
}

#[test]
fn ktap() {
    insta::assert_snapshot!(run(&MIXED));
}

/// The chapter shows a report as it is.
#[test]
fn the_chapters_example_is_true() {
    let chapter = include_str!("../../book/conformance.md");
    let report = run(&MIXED);
    let lines = report
        .lines()
        .skip_while(|line| !line.starts_with("  # the first read"));
    let mut finding: Vec<_> = lines
        .take_while(|line| !line.starts_with("  not ok"))
        .collect();
    finding.push("  not ok 5 v2.stream.temporary-end/in-PRE_COPY\n```");
    let finding = finding.join("\n");
    assert!(
        chapter.contains(&finding),
        "book/conformance.md lacks:\n{finding}"
    );
}

#[test]
fn human() {
    insta::assert_snapshot!(run(&with(&MIXED, &["--format", "human"])));
}

#[test]
fn json() {
    insta::assert_snapshot!(run(&with(&MIXED, &["--format", "json"])));
}

#[test]
fn junit() {
    insta::assert_snapshot!(run(&with(&MIXED, &["--format", "junit"])));
}

/// A file of known findings, in a place of its own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the file can be written");
    path
}

/// The path of a file differs from machine to machine.
fn run_with_file(arguments: &[&str], path: &std::path::Path) -> String {
    let path = path.to_str().expect("a path in UTF-8");
    run(&with(arguments, &["--expected", path])).replace(path, "known.txt")
}

const KNOWN: &str = "\
v2.stream.temporary-end*
    reason: a read at the temporary end gives 0
    evidence: the driver's read function returns the length that it copied
v2.stream.final-end
    reason: nothing ends
    evidence: none
";

#[test]
fn known_findings() {
    let known = file("known.txt", KNOWN);
    let mut seen = run_with_file(&MIXED, &known);
    seen += &run_with_file(&with(&MIXED, &["--format", "human"]), &known);
    let only = ["--wrong", "zero-in-pre-copy", "v2.stream.temporary-end"];
    seen += &run_with_file(&with(&only, &["--format", "human"]), &known);
    insta::assert_snapshot!(seen);
}

#[test]
fn mistakes_in_known_findings() {
    let mistakes = file("mistakes.txt", "v2.stream.poll\n  reason: a\n  proof: b\n");
    let useless = file("useless.txt", "v2.strem.poll\n  reason: a\n  evidence: b\n");
    let mut seen = run_with_file(&["--driver", "quiet"], &mistakes);
    seen += &run_with_file(&["--driver", "quiet"], &useless);
    seen += &run_with_file(
        &["--driver", "quiet"],
        std::path::Path::new("/no/such/file"),
    );
    insta::assert_snapshot!(seen);
}

#[test]
fn a_rule_that_only_advises() {
    let advised = ["--wrong", "touch-answers", "v2.behaviour.touched/in-STOP"];
    let mut seen = run(&advised);
    seen += &run(&with(&advised, &["--format", "human"]));
    seen += &run(&with(&advised, &["--strict"]));
    insta::assert_snapshot!(seen);
}

/// Each process has a device of its own: one that hangs or crashes stops no other test.
#[test]
fn hangs_and_crashes() {
    let spins = [
        "--wrong",
        "blocked-arc-loops",
        "--timeout",
        "1.5",
        "--destructive",
    ];
    let mut seen = run(&with(&spins, &["v2.request.refused"]));
    let crash = [
        "--wrong",
        "long-write-crashes",
        "v2.stream.too-long",
        "v2.stream.exact",
    ];
    seen += &run(&crash);
    insta::assert_snapshot!(seen);
}

/// A device that outlives processes is not asked any more once it hung.
#[test]
fn nothing_is_asked_of_a_device_that_hung() {
    let tests = [
        "v2.stream.foreign",
        "v2.stream.too-long",
        "v2.precopy.opt-in",
    ];
    let hung = with(
        &["--wrong", "fuzz-hangs", "--timeout", "1.5", "--one-by-one"],
        &tests,
    );
    let mut seen = run(&hung);
    seen += &run(&with(&hung, &["--format", "human"]));
    insta::assert_snapshot!(seen);
}

#[test]
fn nothing_could_be_tested() {
    let lacking = ["--driver", "quiet", "v2.log.stop", "v2.precopy.opt-in"];
    let mut seen = run(&lacking);
    seen += &run(&with(&lacking, &["--format", "human"]));
    insta::assert_snapshot!(seen);
}

#[test]
fn list() {
    insta::assert_snapshot!(run(&["--list"]));
}

#[test]
fn help() {
    insta::assert_snapshot!(run(&["--help"]));
}

#[test]
fn wrong_usage() {
    let mut seen = String::new();
    for arguments in [
        &[][..],
        &["--driver", "mlx5"],
        &["--driver", "quiet", "v2.strem.poll", "v2.x*"],
        &["--driver", "quiet", "--timeout", "0"],
        &["--driver", "quiet", "--format", "xml"],
        &["--driver", "quiet", "--wrong", "seekable"],
    ] {
        seen += &run(arguments);
    }
    insta::assert_snapshot!(seen);
}

/// Every bug can be had by its name.
#[test]
fn bugs() {
    insta::assert_snapshot!(run(&["--wrong", "none"]));
}
