//! On a tape deck: one head for both directions, so that recording over what was received loses it.

use super::*;
use crate::model::{BitField, Book};

const DECK: &str = r#"# Deck

<!-- spec: edition deck title="A tape deck" -->

The bits.

r[deck.bits]
<!-- spec: bits deck width=8 initial=RUN -->

| Bit | Name | Needs | Meaning |
|---|---|---|---|
| 0 | `RUN` | | the motor turns |
| 1 | `OUT` | | it plays |
| 2 | `IN` | | it records |
| 4 | `LIGHT` | `lamp` | one can see it |

<!-- spec: predicates deck -->

| Name | Holds when | Meaning |
|---|---|---|
| `both` | `OUT && IN` | one head, two directions |
| `valid` | `!both && !(LIGHT && !RUN)` | may be written |
| `error` | `both && !RUN && !LIGHT` | jammed |

<!-- spec: behaviours deck -->

| Aspect | Name | Holds while | The device |
|---|---|---|---|
| Noise | `hums` | `RUN && valid` | hums |

<!-- spec: capabilities -->

| Capability | Announced by | Meaning | Without it |
|---|---|---|---|
| `lamp` | a socket | it has a lamp | it is dark |

<!-- spec: refused deck -->

| Refused when | Error | Meaning |
|---|---|---|
| `was_error` | `jammed` | jammed |
| `reserved` | `no_bit` | no such bit |
| `unsupported` | `no_lamp` | no lamp |
| `!valid` | `not_valid` | not valid |

r[deck.errors]
<!-- spec: errors -->

| Error | Operation | When | Errno | State after | Rule |
|---|---|---|---|---|---|
| `jammed` | a write | jammed | `EIO` | unchanged | `deck.errors` |
| `no_bit` | a write | no such bit | `EIO` | unchanged | `deck.errors` |
| `no_lamp` | a write | no lamp | `EIO` | unchanged | `deck.errors` |
| `not_valid` | a write | not valid | `EIO` | unchanged | `deck.errors` |
| `torn` | an action | the tape tears | `EIO` | error | `deck.errors` |

<!-- spec: events -->

| Event | When | State after | The driver |
|---|---|---|---|
| `mend` | somebody mends it | `RUN` | starts anew |

<!-- spec: actions hasty of=deck status=adopted title="In haste" -->

| Becomes true | Action | Window | The driver |
|---|---|---|---|
| `OUT && RUN` | `play` | outgoing | plays |
| `OUT && !RUN` | `cue` | outgoing | gets ready to play |
| `IN` | `record` | incoming | erases, and gets ready |
| `!IN` | `keep` | load | keeps what was recorded |
| `RUN` | `start` | | starts the motor |
| `!RUN` | `stop` | | stops the motor |

<!-- spec: actions careful of=deck status=proposed title="With care" -->

| Becomes true | Action | Window | The driver |
|---|---|---|---|
| `!IN` | `keep` | load | keeps what was recorded |
| `!RUN` | `stop` | | stops the motor |
| `RUN` | `start` | | starts the motor |
| `OUT` | `play` | outgoing | plays |
| `IN` | `record` | incoming | erases, and gets ready |
"#;

const ERRNO: &str = "# Errno\n\n<!-- spec: constants errno type=i32 -->\n\n\
| Name | Value | Meaning |\n|---|---|---|\n| `EIO` | 5 | broken |\n";

fn deck() -> Book {
    let files = [
        (
            "SUMMARY.md",
            "# Summary\n\n- [Deck](deck.md)\n- [Errno](errno.md)\n",
        ),
        ("deck.md", DECK),
        ("errno.md", ERRNO),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    crate::read(files.to_vec()).unwrap_or_else(|rejected| {
        let drawn = rejected
            .diagnostics
            .iter()
            .map(|d| d.render(&rejected.sources));
        panic!("{}", drawn.collect::<Vec<_>>().join("\n"))
    })
}

fn field(book: &Book) -> &BitField {
    book.editions[0].bits.as_ref().expect("the deck has bits")
}

const RUN: u32 = 1;
const OUT: u32 = 2;
const IN: u32 = 4;
const LIGHT: u32 = 16;

#[test]
fn valid_states_come_in_numeric_order() {
    let book = deck();
    let states = valid_states(field(&book));
    assert_eq!(states, [0, RUN, OUT, RUN | OUT, IN, RUN | IN, 17, 19, 21]);
    assert_eq!(all_bits(field(&book)), 0b10111);
    assert_eq!(error_state(field(&book)), Some(OUT | IN));
}

#[test]
fn states_have_names_and_names_are_states() {
    let book = deck();
    let field = field(&book);
    for (value, name) in [
        (0, "0"),
        (RUN, "RUN"),
        (RUN | OUT | LIGHT, "RUN|OUT|LIGHT"),
        (OUT | IN, "ERROR"),
        (OUT | IN | RUN, "RUN|OUT|IN"),
        (RUN | 0x60, "RUN|0x60"),
        (0x8, "0x8"),
    ] {
        assert_eq!(state_name(field, value), name);
        assert_eq!(parse_state(field, name), Ok(value), "{name}");
    }
    assert_eq!(parse_state(field, " LIGHT |RUN"), Ok(RUN | LIGHT));
    assert_eq!(parse_state(field, "0x1F"), Ok(31));
    assert_eq!(parse_state(field, "4294967295"), Ok(u32::MAX));
    for bad in [
        "",
        "|",
        "run",
        "RUN|",
        "0x",
        "0x+1",
        "-1",
        "+1",
        "4294967296",
        "RUN OUT",
        "1e3",
    ] {
        assert!(parse_state(field, bad).is_err(), "{bad}");
    }
}

#[test]
fn predicates_and_behaviours_may_name_earlier_rows() {
    let book = deck();
    let field = field(&book);
    let hums = &field.behaviours[0].holds.value;
    assert!(holds(field, hums, RUN | LIGHT));
    assert!(!holds(field, hums, RUN | OUT | IN), "not valid");
    assert!(!holds(field, hums, 0));
}

#[test]
fn the_first_refusal_that_holds_answers() {
    let book = deck();
    let refused = |caps: &[&str], old, new| {
        refuse(field(&book), caps, old, new).map(|refusal| refusal.fault.value.clone())
    };
    let lamp = &["lamp"][..];
    assert_eq!(refused(lamp, RUN, RUN | OUT | LIGHT), None);
    assert_eq!(refused(lamp, OUT | IN, 0).as_deref(), Some("jammed"));
    assert_eq!(
        refused(lamp, OUT | IN, 0x60).as_deref(),
        Some("jammed"),
        "before no_bit"
    );
    assert_eq!(refused(lamp, 0, 8).as_deref(), Some("no_bit"));
    assert_eq!(
        refused(lamp, 8, 8 | RUN),
        None,
        "a reserved bit may stay as it is"
    );
    assert_eq!(refused(&[], RUN, RUN | LIGHT).as_deref(), Some("no_lamp"));
    assert_eq!(
        refused(&[], 0, LIGHT).as_deref(),
        Some("no_lamp"),
        "before not_valid"
    );
    assert_eq!(refused(lamp, 0, LIGHT).as_deref(), Some("not_valid"));
}

#[test]
fn actions_are_those_whose_group_becomes_true() {
    let book = deck();
    let field = field(&book);
    let names = |order: usize, old, new| {
        let actions = triggered(field, &field.actions[order], old, new);
        actions
            .iter()
            .map(|action| action.name.value.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(0, IN, RUN | OUT), ["play", "keep", "start"]);
    assert_eq!(names(1, IN, RUN | OUT), ["keep", "start", "play"]);
    assert_eq!(names(0, RUN, RUN), [""; 0]);
    assert_eq!(
        names(0, RUN | OUT, RUN),
        [""; 0],
        "nothing happens when playing ends"
    );
}

#[test]
fn paths_flip_each_bit_once_through_valid_states() {
    let book = deck();
    let states = valid_states(field(&book));
    assert_eq!(paths(&states, RUN, RUN), [[RUN]]);
    assert_eq!(
        paths(&states, IN, OUT),
        [[IN, 0, OUT]],
        "not through both at once"
    );
    assert_eq!(
        paths(&states, 0, RUN | LIGHT),
        [[0, RUN, RUN | LIGHT]],
        "no light without a motor"
    );
    assert_eq!(paths(&states, 0, RUN | OUT), [[0, RUN, 3], [0, OUT, 3]]);
}

/// The verdict and the loss of one write, in words.
fn judged(book: &Book, order: usize, old: u32, new: u32) -> String {
    let field = field(book);
    let report = order_report(field, &field.actions[order]);
    let pair = report.pair(old, new).expect("both are valid");
    let verdict = match &pair.verdict {
        Verdict::Equal { path } => format!("equal: {path:?}"),
        Verdict::Different { why, nearest } => format!("{nearest:?}: {}", why.phrase(field)),
    };
    match &pair.loss {
        None => verdict,
        Some(loss) => format!("{verdict}; {} loses data", loss.by.name.value),
    }
}

#[test]
fn single_steps_are_compared() {
    let book = deck();
    assert_eq!(judged(&book, 0, RUN, RUN | OUT), "equal: [1, 3]");
    assert_eq!(
        judged(&book, 0, 0, RUN | OUT),
        "Some([0, 2, 3]): stepping through OUT would also cue",
        "two steps the same and one more is nearer than the other order"
    );
    assert_eq!(
        judged(&book, 0, RUN | OUT, IN | RUN),
        "equal: [3, 1, 5]",
        "nothing happens when playing ends"
    );
    assert_eq!(
        judged(&book, 0, IN, OUT),
        "Some([4, 0, 2]): taken in another order: stepping takes keep before cue; cue loses data"
    );
    assert_eq!(judged(&book, 1, IN, RUN | OUT), "equal: [4, 0, 1, 3]");
}

#[test]
fn a_buffer_loses_only_what_was_received_and_not_kept() {
    let book = deck();
    assert!(judged(&book, 0, IN, RUN | OUT).ends_with("play loses data"));
    assert!(
        !judged(&book, 0, OUT, IN).ends_with("loses data"),
        "what is played is in the device"
    );
    assert!(
        !judged(&book, 0, IN, RUN | IN).ends_with("loses data"),
        "still recording"
    );
    assert!(!judged(&book, 0, IN, 0).ends_with("loses data"), "kept");
}

#[test]
fn an_order_that_loads_what_is_not_there_loses() {
    let book = deck();
    let field = field(&book);
    let mut order = field.actions[1].clone();
    // Recording begins, and is kept, in one write: nothing was received yet.
    order.actions.rotate_left(4);
    let actions: Vec<_> = order.actions.iter().collect();
    let loss = loss(field, &order, OUT, &actions[..2]);
    assert!(loss.is_none(), "what was opened just now is kept, empty");
    let loss = super::loss(field, &order, OUT, &[actions[1]]).expect("the buffer is for playing");
    assert_eq!(
        loss.load.map(|action| action.name.value.as_str()),
        Some("keep")
    );
}

#[test]
fn counts_add_up() {
    let book = deck();
    let field = field(&book);
    for order in &field.actions {
        let summary = order_report(field, order).summary();
        assert_eq!(summary.pairs, 81);
        assert_eq!(
            summary.single + summary.equal + summary.different,
            summary.pairs
        );
    }
    let lossy = |order: usize| order_report(field, &field.actions[order]).summary().lossy;
    assert_eq!(
        (lossy(0), lossy(1)),
        (3 * 3, 0),
        "all that record, to all that play"
    );
}
