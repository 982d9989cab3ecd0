//! Ten edits that people make, and the report of each, in text and as a comment.

mod common;

use common::{Files, book, book_files, edited, read, tests};
use spec_diff::render::{Names, markdown, text};
use spec_diff::{Diff, compare};

fn report(name: &str, files: &Files) -> Diff {
    let head = read(files);
    let diff = compare(book(), &head, Some(&tests(&head)));
    let names = Names {
        base: "main".into(),
        head: name.replace('_', " "),
    };
    let comment = markdown(&diff, &names, Some((book(), &head)));
    assert!(comment.chars().count() < spec_diff::render::MOST_CHARACTERS);
    // Lines move with every edit of a chapter.
    let filters = [
        (r"(\.md|\.rs):\d+(:\d+)?", "$1:LINE"),
        (r"\d+ other places", "N other places"),
    ];
    insta::with_settings!({ filters => filters, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}_text"), text(&diff, &names, false));
        insta::assert_snapshot!(format!("{name}_markdown"), comment);
    });
    diff
}

/// The real book with a word replaced wherever it stands as a word.
fn with_word(old: &str, new: &str) -> Files {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let replace = |text: &str| {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(old) {
            let (before, after) = (&rest[..at], &rest[at + old.len()..]);
            let inside = out.ends_with(is_word) && before.is_empty()
                || before.ends_with(is_word)
                || after.starts_with(is_word);
            out.push_str(before);
            out.push_str(if inside { old } else { new });
            rest = after;
        }
        out + rest
    };
    let files = book_files().iter();
    files
        .map(|(path, text)| (path.clone(), replace(text)))
        .collect()
}

#[test]
fn a_state_is_renamed() {
    report("renamed_state", &with_word("RUNNING_P2P", "RUNNING_QUIET"));
}

#[test]
fn an_order_is_swapped() {
    let run = "| `RUNNING` | `run` | | starts the device |\n";
    let allow = "| `!NDMA` | `allow_dma` | | permits DMA again |\n";
    report(
        "swapped_order",
        &edited(&[(
            "v1/actions.md",
            &format!("{run}{allow}"),
            &format!("{allow}{run}"),
        )]),
    );
}

#[test]
fn a_predicate_is_widened() {
    report(
        "widened_predicate",
        &edited(&[(
            "v2/requests.md",
            "`was_STOP_COPY && pre_copying`",
            "`(was_STOP_COPY \\|\\| was_RESUMING) && pre_copying`",
        )]),
    );
}

#[test]
fn a_capability_comes_with_its_states() {
    let files = edited(&[
        (
            "v2/discovery.md",
            "| `pre_copy` | `1 << 2` |",
            "| `suspend` | `1 << 3` | | | `flags` | the device can be suspended without losing its state | `SUSPENDED` is [refused](rule:v2.request.refused) |\n| `pre_copy` | `1 << 2` |",
        ),
        (
            "v2/states.md",
            "| 7 | `PRE_COPY_P2P` |",
            "| 8 | `SUSPENDED` | `suspend` | | | stopped, and draws no power |\n| 7 | `PRE_COPY_P2P` |",
        ),
        (
            "v2/states.md",
            "| `ERROR` | 3 | 1 |",
            "| `SUSPENDED` | 4 | 0 |\n| `ERROR` | 3 | 1 |",
        ),
        (
            "v2/states.md",
            "`STOP \\|\\| STOP_COPY \\|\\| RESUMING` | does not",
            "`STOP \\|\\| SUSPENDED \\|\\| STOP_COPY \\|\\| RESUMING` | does not",
        ),
        (
            "v2/arcs.md",
            "| `RUNNING` | `STOP` | `!p2p` |",
            "| `STOP` | `SUSPENDED` | `suspend` | | `stop_to_suspended` | takes the power away |\n| `SUSPENDED` | `STOP` | `suspend` | | `suspended_to_stop` | gives it back |\n| `RUNNING` | `STOP` | `!p2p` |",
        ),
        (
            "v2/uapi.md",
            "| `VFIO_DEVICE_STATE_NR` | 8 |",
            "| `VFIO_DEVICE_STATE_NR` | 9 |",
        ),
    ]);
    report("new_capability", &files);
}

#[test]
fn a_step_of_a_released_flow_is_removed() {
    let files = edited(&[
        (
            "v2/released.md",
            "| 7 | `PRE_COPY_P2P` | stopped | on | | stops the VM, first pass | P2P quiet |\n| 8 |",
            "| 7 |",
        ),
        (
            "v2/released.md",
            "| 9 | `STOP_COPY` | stopped | on | `snapshot_dirty_log`",
            "| 8 | `STOP_COPY` | stopped | on | `snapshot_dirty_log`",
        ),
        (
            "v2/released.md",
            "| 10 | `STOP` | stopped | off | | cleans up, after",
            "| 9 | `STOP` | stopped | off | | cleans up, after",
        ),
    ]);
    report("removed_step", &files);
}

#[test]
fn an_errno_is_changed() {
    report(
        "changed_errno",
        &edited(&[(
            "v2/errors.md",
            "| `not_ready` | read of data | the next bytes are being prepared | `EAGAIN` |",
            "| `not_ready` | read of data | the next bytes are being prepared | `ENOMSG` |",
        )]),
    );
}

#[test]
fn a_rule_is_reworded() {
    report(
        "reworded_rule",
        &edited(&[(
            "v2/requests.md",
            "A request MUST be synchronous: when it returns without error, every arc is done and the device is in the state that was wanted.",
            "A request MUST be synchronous: once it has returned without error, every arc is done, and the device is in the wanted state.",
        )]),
    );
}

#[test]
fn a_constant_is_changed() {
    report(
        "changed_constant",
        &edited(&[(
            "v2/uapi.md",
            "| `VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 9 |",
            "| `VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 10 |",
        )]),
    );
}

#[test]
fn a_refused_request_is_allowed() {
    let files = edited(&[
        (
            "v1/state.md",
            "`!(SAVING && RESUMING) && !(RESUMING && RUNNING)`",
            "`!(SAVING && RESUMING)`",
        ),
        (
            "v1/state.md",
            "| `ERROR` | 0 | 0 |",
            "| `RUNNING\\|RESUMING` | 4 | 0 |\n| `RUNNING\\|RESUMING\\|NDMA` | 4 | 1 |\n| `ERROR` | 0 | 0 |",
        ),
    ]);
    report("allowed_request", &files);
}

#[test]
fn only_prose_is_edited() {
    report(
        "prose_only",
        &edited(&[(
            "v2/requests.md",
            "It need not know the way.",
            "It need not know the way there.",
        )]),
    );
}

/// No flow of the book does it, but a VMM was seen to.
#[test]
fn what_a_released_vmm_does_becomes_illegal() {
    report(
        "illegal_guardrail",
        &edited(&[(
            "v2/released.md",
            "`stopped && !was_stopped && shares_p2p && other_may_dma_anywhere && other_used`",
            "`stopped && !was_stopped && shares_p2p && !other_stopped`",
        )]),
    );
}

/// Devices that may do more in a state than the others in it expect.
#[test]
fn what_was_proved_of_the_system_does_not_hold() {
    report(
        "failed_invariant",
        &edited(&[(
            "v2/behaviour.md",
            "| DMA | `may_dma_anywhere` | `RUNNING \\|\\| PRE_COPY` |",
            "| DMA | `may_dma_anywhere` | `running` |",
        )]),
    );
}
