//! `trace check`, on the real book and on traces of a temporary folder.

use crate::common::{TempBook, repository, run};

const GOOD: &str = "# vmm: Mine 1\n# driver: any, capabilities STOP_COPY\n# devices: A\n\
                    # initial: A RUNNING\nA set STOP\nA arc RUNNING STOP\n";

/// Runs it on the real book and files of these texts.
fn check(texts: &[(&str, &str)], options: &[&str]) -> String {
    let folder = TempBook::door();
    let mut args = vec!["trace", "check"];
    args.extend(options);
    let root = repository();
    let root = root.to_str().expect("UTF-8");
    args.extend(["--book", root]);
    for (name, text) in texts {
        folder.write(name, text);
        args.push(name);
    }
    folder.run(&args).seen().replace(root, "ROOT")
}

/// Without the lines of the book, which move.
fn place(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(".md:") {
        Some((before, after)) => {
            let rest = after.split_once(": ").map_or("", |(_, rest)| rest);
            format!("{before}.md: {rest}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn the_guardrails_of_the_real_book_are_as_listed() {
    let checked = run(&repository(), &["trace", "check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""));
    assert!(checked.stdout.contains("traces: "), "{}", checked.stdout);
}

#[test]
fn a_book_without_traces_has_nothing_to_check() {
    let checked = TempBook::door().run(&["trace", "check"]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (Some(0), "0 traces\n")
    );
}

#[test]
fn a_legal_trace_passes_in_every_format() {
    for format in ["human", "json", "github"] {
        let seen = check(&[("good.trace", GOOD)], &["--format", format]);
        insta::assert_snapshot!(format!("legal_{format}"), seen);
    }
}

#[test]
fn broken_rules_are_shown_in_every_format() {
    let bad =
        format!("{GOOD}A read 96 24\nA set RUNNING\nA arc STOP RUNNING\nA arc RUNNING STOP\n");
    let texts = [("good.trace", GOOD), ("bad.trace", &bad)];
    for format in ["human", "json", "github"] {
        let seen = check(&texts, &["--format", format]);
        insta::assert_snapshot!(format!("illegal_{format}"), place(&seen));
    }
}

#[test]
fn a_trace_that_cannot_be_read_is_trouble() {
    let bad = GOOD.replace("A arc", "A ark");
    for format in ["human", "json", "github"] {
        let seen = check(&[("bad.trace", bad.as_str())], &["--format", format]);
        insta::assert_snapshot!(format!("unreadable_{format}"), seen);
    }
    insta::assert_snapshot!("no_file", check(&[], &["none.trace", "neither.trace"]));
}

#[test]
fn a_guardrail_by_its_path_is_held_against_its_row() {
    let path = "book/traces/qemu-10.0.13-save.trace";
    let checked = run(&repository(), &["trace", "check", path]);
    assert_eq!(
        (checked.code, checked.stdout.as_str()),
        (Some(0), "1 trace: 1 illegal as the book lists them\n")
    );
    let text = std::fs::read_to_string(repository().join(path)).expect("the trace");
    let copy = check(&[("copy.trace", text.as_str())], &[]);
    assert!(copy.starts_with("exit: 1\n"), "the copy has no row: {copy}");
}

/// A change of the contract that a released VMM would not survive.
#[test]
fn a_book_that_breaks_a_vmm_names_it() {
    let book = TempBook::door();
    book.write("book/traces/ajar.trace", "# vmm: Porter 1.0\n# driver: any, capabilities SIREN\n# devices: A\n# initial: A OPEN\n# scenario: lock\nA write door OPEN LOCKED\n");
    let listed = "\n<!-- spec: guardrails -->\n\n| Trace | VMM | Version | Scenario | Source | Breaks | Why it stays |\n|---|---|---|---|---|---|---|\n| [lock](traces/ajar.trace) | Porter | 1.0 | lock | recorded | | |\n";
    let text = book.read("book/door.md");
    book.write("book/door.md", &format!("{text}{listed}"));
    let before = book.run(&["trace", "check"]);
    assert_eq!(before.code, Some(0), "{}", before.seen());
    book.edit(
        "book/traces/ajar.trace",
        "OPEN LOCKED",
        "OPEN OPEN|LOCKED|ALARM",
    );
    insta::assert_snapshot!("a_vmm_would_break", book.run(&["trace", "check"]).seen());
}
