//! What one write does, asked of a small book and of the real one.

use std::process::Stdio;

use crate::common::{Run, TempBook, command, repository, run};

/// Asks the small book.
fn door(args: &[&str]) -> String {
    TempBook::door()
        .run(&[&["path", "door"], args].concat())
        .seen()
}

#[test]
fn actions_are_printed_one_a_line() {
    insta::assert_snapshot!(door(&["OPEN", "LOCKED|ALARM"]));
    insta::assert_snapshot!(door(&["0x1", "6", "--order", "careful"]));
}

#[test]
fn names_come_in_any_order() {
    assert_eq!(
        door(&["OPEN", "ALARM|LOCKED"]),
        door(&["1", "LOCKED|ALARM"])
    );
    assert_eq!(door(&["OPEN", "ALARM | LOCKED"]), door(&["0x01", "0x6"]));
}

#[test]
fn a_write_without_actions_says_so_on_stderr() {
    insta::assert_snapshot!(door(&["OPEN", "OPEN"]));
}

#[test]
fn a_refused_write_names_its_rule() {
    for (name, args) in [
        ("refused_invalid", &["OPEN", "OPEN|LOCKED|ALARM"][..]),
        ("refused_error", &["ERROR", "0"]),
        ("refused_reserved", &["0", "0x80"]),
        ("refused_unsupported", &["0", "ALARM", "--caps", "none"]),
        ("refused_old", &["7", "0"]),
    ] {
        insta::assert_snapshot!(name, door(args));
    }
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    let book = TempBook::door();
    for (name, args) in [
        ("unknown_edition", &["path", "window", "0", "0"][..]),
        ("unknown_state", &["path", "door", "OPEN|AJAR", "0"]),
        ("unknown_number", &["path", "door", "0", "0x100000000"]),
        ("unknown_sign", &["path", "door", "0", "+1"]),
        ("unknown_empty", &["path", "door", "", "0"]),
        (
            "unknown_capability",
            &["path", "door", "0", "0", "--caps", "siren,bell"],
        ),
        (
            "unknown_order",
            &["path", "door", "0", "0", "--order", "lazy"],
        ),
    ] {
        insta::assert_snapshot!(name, book.run(args).seen());
    }
}

#[test]
fn a_broken_book_gives_no_answer() {
    let book = TempBook::door();
    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    let asked = book.run(&["path", "door", "0", "OPEN"]);
    assert_eq!((asked.code, asked.stdout.as_str()), (Some(2), ""));
    assert!(
        asked.stderr.contains("book/door.md:68:4: "),
        "{}",
        asked.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&repository(), &["path", "v1", "--all"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let ended: Run = child.wait_with_output().expect("it ends").into();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn all_writes_of_the_small_book() {
    insta::assert_snapshot!(door(&["--all"]));
    insta::assert_snapshot!(door(&["--all", "--caps", "none"]));
}

/// The orders of the real book, spelled out once more: bits that must be set, bits that must not.
type Group = (&'static str, u32, u32);

const RUNNING: u32 = 1;
const SAVING: u32 = 2;
const RESUMING: u32 = 4;
const NDMA: u32 = 8;

const RFC_V2: [Group; 8] = [
    ("SAVING|RUNNING", SAVING | RUNNING, 0),
    ("NDMA", NDMA, 0),
    ("!RUNNING", 0, RUNNING),
    ("SAVING|!RUNNING", SAVING, RUNNING),
    ("RESUMING", RESUMING, 0),
    ("!RESUMING", 0, RESUMING),
    ("RUNNING", RUNNING, 0),
    ("!NDMA", 0, NDMA),
];

fn expected_csv(order: &[Group]) -> String {
    let valid = |state: &u32| {
        let both = |bits: u32| state & bits == bits;
        !both(SAVING | RESUMING) && !both(RESUMING | RUNNING)
    };
    let states: Vec<u32> = (0..16).filter(valid).collect();
    assert_eq!(states.len(), 10);
    let name = |state: u32| {
        let names = [
            (RUNNING, "RUNNING"),
            (SAVING, "SAVING"),
            (RESUMING, "RESUMING"),
            (NDMA, "NDMA"),
        ];
        let set: Vec<&str> = names
            .iter()
            .filter(|n| state & n.0 != 0)
            .map(|n| n.1)
            .collect();
        if set.is_empty() {
            "0".to_owned()
        } else {
            set.join("|")
        }
    };
    let mut csv = "old,new,old_name,new_name,actions\n".to_owned();
    for &old in &states {
        for &new in &states {
            let holds =
                |group: &Group, state: u32| state & group.1 == group.1 && state & group.2 == 0;
            let becomes = |group: &&Group| holds(group, new) && !holds(group, old);
            let actions: Vec<&str> = order.iter().filter(becomes).map(|group| group.0).collect();
            csv += &format!(
                "{old},{new},{},{},{}\n",
                name(old),
                name(new),
                actions.join(" ; ")
            );
        }
    }
    csv
}

#[test]
fn all_writes_of_the_real_book_are_those_of_the_rfc() {
    let all = run(&repository(), &["path", "v1", "--all"]);
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    assert_eq!(all.stdout.lines().count(), 101);
    assert_eq!(all.stdout, expected_csv(&RFC_V2));
}

#[test]
fn one_write_agrees_with_its_row() {
    let all = run(&repository(), &["path", "v1", "--all"]).stdout;
    for row in all.lines().skip(1).step_by(7) {
        let cells: Vec<&str> = row.split(',').collect();
        let one = run(&repository(), &["path", "v1", cells[2], cells[3]]);
        assert_eq!(one.code, Some(0), "{row}");
        assert_eq!(
            one.stdout.lines().collect::<Vec<_>>().join(" ; "),
            cells[4],
            "{row}"
        );
    }
}

#[test]
fn writes_of_released_user_space() {
    let v1 = |old: &str, new: &str| {
        let asked = run(&repository(), &["path", "v1", old, new]);
        assert_eq!((asked.code, asked.stderr.as_str()), (Some(0), ""));
        asked.stdout
    };
    assert_eq!(v1("RUNNING", "RESUMING"), "!RUNNING\nRESUMING\n");
    assert_eq!(v1("RESUMING", "RUNNING"), "!RESUMING\nRUNNING\n");
    assert_eq!(v1("RUNNING", "SAVING"), "!RUNNING\nSAVING|!RUNNING\n");
    assert_eq!(v1("0x3", "0xa"), "NDMA\n!RUNNING\nSAVING|!RUNNING\n");
}

#[test]
fn refusals_of_the_real_book_name_rule_and_place() {
    for (args, fault) in [
        (&["0x1", "0x9", "--caps", "none"][..], "unsupported_bit"),
        (&["RUNNING", "SAVING|RESUMING|RUNNING"], "invalid_state"),
        (&["ERROR", "RUNNING"], "in_error"),
        (&["RUNNING", "0x11"], "reserved_bits"),
    ] {
        let refused = run(&repository(), &[&["path", "v1"], args].concat());
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""));
        let lines: Vec<&str> = refused.stderr.lines().collect();
        assert!(
            lines[0].starts_with("refused: ") && lines[0].contains(fault),
            "{lines:?}"
        );
        assert!(lines[1].starts_with("  rule v1."), "{lines:?}");
        assert!(lines[1].contains(", book/v1/"), "{lines:?}");
        assert!(lines[2].starts_with("  row book/v1/state.md:"), "{lines:?}");
    }
}
