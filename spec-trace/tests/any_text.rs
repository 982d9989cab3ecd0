//! No text makes the reader or the replay panic, and every place that they name exists.

use std::sync::LazyLock;

use proptest::prelude::*;
use spec_model::model::Book;

mod common;

static BOOK: LazyLock<Book> = LazyLock::new(common::book);

/// Words that mean something somewhere.
const WORDS: [&str; 44] = [
    "A",
    "B",
    "vmm",
    "set",
    "arc",
    "failed",
    "get",
    "read",
    "write",
    "reset",
    "close",
    "poll",
    "seek",
    "precopy_info",
    "device_state",
    "pending_bytes",
    "data_offset",
    "data_size",
    "data",
    "RUNNING",
    "STOP",
    "STOP_COPY",
    "RESUMING",
    "PRE_COPY",
    "PRE_COPY_P2P",
    "RUNNING_P2P",
    "ERROR",
    "0",
    "SAVING",
    "RUNNING|SAVING",
    "RESUMING|NDMA",
    "24",
    "96",
    "0x1000",
    "18446744073709551615",
    "EINVAL",
    "ENOMSG",
    "EIO",
    "VCPU_RUNNING",
    "run",
    "stopped",
    "é",
    "#",
    "\u{a0}",
];

/// A trace of right headers and lines of such words.
fn words() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        Just(
            "# edition: v2\n# driver: x, capabilities STOP_COPY|P2P|PRE_COPY\n# devices: A B\n# initial: A RUNNING, B RUNNING\n"
        ),
        Just(
            "# edition: v1\n# driver: x, capabilities NDMA\n# devices: A B\n# initial: A RUNNING, B 0\n"
        ),
    ];
    let line = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..6);
    let lines = proptest::collection::vec(line, 0..12);
    (header, lines).prop_map(|(header, lines)| {
        let lines = lines.into_iter().map(|words| words.join(" "));
        format!("{header}{}", lines.collect::<Vec<_>>().join("\n"))
    })
}

/// Lines that can all be read, in any order.
fn events() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[AB] set (RUNNING|STOP|STOP_COPY|RESUMING|PRE_COPY|RUNNING_P2P|ERROR|9)",
        "[AB] arc (RUNNING|STOP|STOP_COPY|ERROR) (RUNNING_P2P|STOP|RESUMING|9)",
        "[AB] (read [0-9] [0-9]|write [0-9]|read 9 ENOMSG|failed EIO|failed EINVAL|get ERROR|reset|close|poll)",
        "vmm VCPU_RUNNING (run|stopped)",
    ];
    let header = "# edition: v2\n# driver: x, capabilities STOP_COPY|P2P|PRE_COPY\n# devices: A B\n# initial: A RUNNING, B ERROR\n";
    let lines = proptest::collection::vec(line, 0..30);
    lines.prop_map(move |lines| format!("{header}{}", lines.join("\n")))
}

/// The same in the other edition.
fn accesses() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[AB] write device_state (RUNNING|0|SAVING|RESUMING|ERROR|0x10) (0|SAVING|RUNNING|RESUMING|7)( EIO)?",
        "[AB] read (device_state ERROR|pending_bytes [0-9]|data_offset 4096|data_size [0-9]|data 4096 [0-9]|data 0 18446744073709551615)",
        "[AB] (write data 4096 8|write data_size [0-9]|reset|enter_error|read data_offset EINVAL)",
        "vmm (VCPU_RUNNING run|DIRTY_TRACKING off)",
    ];
    let header = "# edition: v1\n# driver: x, capabilities none\n# devices: A B\n# initial: A RUNNING, B SAVING\n";
    let lines = proptest::collection::vec(line, 0..30);
    lines.prop_map(move |lines| format!("{header}{}", lines.join("\n")))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        words(),
        events(),
        accesses(),
        "\\PC{0,200}",
        "(# ?[a-z]{0,9}:?[ -~]{0,30}\n){0,8}"
    ]
}

proptest! {
    #[test]
    fn any_text_has_a_verdict(text in text()) {
        let mut sources = BOOK.sources.clone();
        let file = sources.add("any.trace", text.as_str());
        let report = spec_trace::check_file(&BOOK, &sources, file);
        prop_assert!(report.problems.is_empty() || report.violations.is_empty());
        for span in report.problems.iter().map(|it| it.span).chain(report.violations.iter().map(|it| it.span)) {
            prop_assert!(text.get(span.start..span.end).is_some());
        }
        let drawn = report.render(&BOOK, &sources);
        prop_assert_eq!(drawn.is_empty(), report.is_as_listed());
        for violation in &report.violations {
            prop_assert_eq!(violation.states.len(), 2);
            if let Some(rule) = &violation.rule {
                prop_assert!(BOOK.rule(rule).is_some(), "{}", rule);
            }
        }
    }
}

proptest! {
    #[test]
    fn what_can_be_read_is_replayed(text in prop_oneof![events(), accesses()]) {
        let (report, drawn) = common::replay(&BOOK, "any.trace", &text);
        prop_assert!(report.problems.is_empty(), "{}", drawn);
    }

    /// An arc that is left out is missed where it should stand, and leads to nothing else.
    #[test]
    fn a_lost_arc_is_missed(which in any::<proptest::sample::Index>()) {
        let trace = BOOK.traces.iter().find(|it| it.path.ends_with("qemu-10.0.13-stopcont.trace")).unwrap();
        let text = &BOOK.sources.file(trace.file).text;
        let lines: Vec<&str> = text.lines().collect();
        let arcs: Vec<usize> = (0..lines.len()).filter(|n| lines[*n].contains(" arc ")).collect();
        let lost = *which.get(&arcs);
        let kept: Vec<&str> = lines.iter().enumerate().filter(|(n, _)| *n != lost).map(|(_, line)| *line).collect();
        let (report, _) = common::replay(&BOOK, "lost.trace", &kept.join("\n"));
        prop_assert_eq!(report.violations.len(), 1);
        prop_assert_eq!(report.violations[0].rule_name(), "v2.request.path");
    }
}
