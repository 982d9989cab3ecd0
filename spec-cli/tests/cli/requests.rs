//! Paths of requests, asked of the real book, and compared with what Linux computes.

use crate::common::{TempBook, repository, run};

/// The states by value.
const STATES: [&str; 8] = [
    "ERROR",
    "STOP",
    "RUNNING",
    "STOP_COPY",
    "RESUMING",
    "RUNNING_P2P",
    "PRE_COPY",
    "PRE_COPY_P2P",
];

/// The flags that each state needs.
const NEEDS: [u32; 8] = [0, 1, 0, 1, 1, 2, 4, 6];

/// Linux has one table, of a device with everything: a row for each state that is, a digit for each that is
/// wanted, which is the state to go to first. 0 stands for a refusal.
const FIRST: [&[u8; 8]; 8] = [
    b"00000000",
    b"01534555",
    b"05255565",
    b"01131100",
    b"01114111",
    b"01211527",
    b"02272267",
    b"05535567",
];

/// A device with less takes the same table: where it would go to a state that it does not have, it looks on
/// from there, until it finds one that it has.
fn linux(flags: u32, from: usize, to: usize) -> Option<usize> {
    let has = |state: usize| NEEDS[state] & flags == NEEDS[state];
    if !has(from) || !has(to) {
        return None;
    }
    let first = |at: usize| usize::from(FIRST[at][to] - b'0');
    let mut next = first(from);
    while !has(next) {
        next = first(next);
    }
    (next != 0).then_some(next)
}

/// `next,path`
fn linux_row(flags: u32, from: usize, to: usize) -> String {
    let Some(next) = linux(flags, from, to) else {
        return "EINVAL,".to_owned();
    };
    let (mut at, mut path) = (from, STATES[from].to_owned());
    while at != to {
        at = linux(flags, at, to).expect("a path does not break off");
        path = format!("{path} > {}", STATES[at]);
    }
    format!("{},{path}", STATES[next])
}

fn v2(args: &[&str]) -> crate::common::Run {
    run(&repository(), &[&["path", "v2"], args].concat())
}

#[test]
fn all_requests_of_the_real_book_are_those_of_linux() {
    let all = v2(&["--all"]);
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    let mut rows = all.stdout.lines();
    assert_eq!(
        rows.next(),
        Some("capabilities,current,requested,next,path")
    );
    for flags in [1, 3, 5, 7] {
        for (from, current) in STATES.iter().enumerate() {
            for (to, requested) in STATES.iter().enumerate() {
                let answer = linux_row(flags, from, to);
                let row = format!("{flags},{current},{requested},{answer}");
                assert_eq!(rows.next(), Some(row.as_str()));
            }
        }
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn one_request_agrees_with_its_row() {
    for row in v2(&["--all"]).stdout.lines().skip(1).step_by(5) {
        let cells: Vec<&str> = row.split(',').collect();
        let caps = match cells[0] {
            "1" => "stop_copy",
            "3" => "p2p,stop_copy",
            "5" => "stop_copy,pre_copy",
            _ => "stop_copy,p2p,pre_copy",
        };
        let one = v2(&["--caps", caps, cells[1], cells[2]]);
        let states: Vec<&str> = cells[4].split(" > ").collect();
        let arcs: String = states
            .windows(2)
            .map(|ends| format!("{} -> {}\n", ends[0], ends[1]))
            .collect();
        assert_eq!(one.stdout, arcs, "{row}");
        assert_eq!(one.code, Some(i32::from(cells[3] == "EINVAL")), "{row}");
        let nothing_to_do = cells[1] == cells[2] || cells[3] == "EINVAL";
        assert_eq!(one.stderr.is_empty(), !nothing_to_do, "{row}");
    }
}

#[test]
fn one_set_of_capabilities_is_a_part_of_the_whole() {
    let all = v2(&["--all"]).stdout;
    let some = v2(&["--all", "--caps", "stop_copy,p2p"]).stdout;
    let part = |line: &&str| line.starts_with("capabilities") || line.starts_with("3,");
    assert!(some.lines().eq(all.lines().filter(part)));
}

#[test]
fn answers_about_one_request() {
    for (name, args) in [
        ("longest", &["RESUMING", "PRE_COPY_P2P"][..]),
        (
            "within_a_session",
            &["PRE_COPY", "STOP_COPY", "--caps", "stop_copy,p2p,pre_copy"],
        ),
        ("by_number", &["0x2", "1", "--caps", "stop_copy"]),
        ("itself", &["STOP_COPY", "STOP_COPY"]),
        ("refused", &["STOP_COPY", "PRE_COPY"]),
        ("refused_in_error", &["ERROR", "ERROR"]),
        (
            "refused_unsupported",
            &["RUNNING", "RUNNING_P2P", "--caps", "stop_copy"],
        ),
        ("refused_unknown", &["RUNNING", "8"]),
        (
            "no_such_device",
            &["RUNNING_P2P", "STOP", "--caps", "stop_copy"],
        ),
        ("no_such_state", &["0xffffffff", "STOP"]),
        ("required_missing", &["RUNNING", "STOP", "--caps", "p2p"]),
        ("none", &["--all", "--caps", "none"]),
        ("unknown_capability", &["--all", "--caps", "stop_copy,ndma"]),
        ("unknown_state", &["RUNNING|STOP", "STOP"]),
        ("order", &["RUNNING", "STOP", "--order", "rfc_v2"]),
    ] {
        insta::assert_snapshot!(name, without_lines(&v2(args).seen()));
    }
}

/// The book may grow without moving these snapshots: `requests.md:12` becomes `requests.md:N`.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(".md:");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out += ".md:N";
        out += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out
}

#[test]
fn an_edition_without_a_register_has_no_paths() {
    let book = TempBook::door();
    book.write(
        "book/SUMMARY.md",
        "# Summary\n\n- [Errno](errno.md)\n- [Numbers](numbers.md)\n",
    );
    book.write(
        "book/numbers.md",
        "# Numbers\n\n<!-- spec: edition v0 title=\"Numbers\" -->\n\n\
         <!-- spec: constants some type=u32 -->\n\n| Name | Value | Meaning |\n|---|---:|---|\n| `ONE` | 1 | one |\n",
    );
    insta::assert_snapshot!(book.run(&["path", "v0", "--all"]).seen());
}
