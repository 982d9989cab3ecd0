use super::Expected;
use crate::suite;

#[test]
fn entries_have_reason_and_evidence() {
    let text = "\
# What mtty is known for.
v2.stream.temporary-end/in-PRE_COPY
    reason: a read gives 0
    evidence: mtty_save_read,
        and the recorded migrations

v2.stream.poll
    evidence: the same
    reason: always readable
";
    let expected = Expected::parse(text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let known: Vec<_> = expected
        .0
        .iter()
        .map(|known| {
            (
                known.pattern.text(),
                known.reason.as_str(),
                known.evidence.as_str(),
                known.line,
            )
        })
        .collect();
    assert_eq!(
        known,
        [
            (
                "v2.stream.temporary-end/in-PRE_COPY",
                "a read gives 0",
                "mtty_save_read, and the recorded migrations",
                2
            ),
            ("v2.stream.poll", "always readable", "the same", 7),
        ]
    );
    assert_eq!(expected.useless(&suite::all()).count(), 0);
}

#[test]
fn every_mistake_is_told() {
    let text = "    reason: too early\na\n  evidence: x\n  because: y\nb\n  reason: 1\n  reason: 2\n  evidence: 3\nc\n";
    let mistakes = Expected::parse(text).err().unwrap_or_default();
    let lines: Vec<_> = mistakes
        .iter()
        .map(|(line, what)| format!("{line}: {what}"))
        .collect();
    assert_eq!(
        lines,
        [
            "1: expected the name of a test, at the beginning of the line",
            "2: `a` has no reason",
            "4: expected `reason:` or `evidence:`",
            "7: said twice",
            "9: `c` has no reason",
            "9: `c` has no evidence",
        ]
    );
}

#[test]
fn an_entry_that_means_no_test_is_useless() {
    let expected = Expected::parse("v2.strem.poll\n reason: a\n evidence: b\n").unwrap_or_default();
    let tests = suite::all();
    assert_eq!(
        expected
            .useless(&tests)
            .map(|known| known.line)
            .collect::<Vec<_>>(),
        [1]
    );
}
