//! Every kind of table: its attributes, columns and cells.

use super::Presence::{self, Filled, MayBeAbsent, MayBeEmpty};
use super::{Attribute, CellType as C, Column, Kind};
use crate::model::Judgement;

const fn column(title: &'static str, cell: C, presence: Presence) -> Column {
    Column {
        title,
        cell,
        presence,
    }
}

const fn filled(title: &'static str, cell: C) -> Column {
    column(title, cell, Filled)
}

const fn required(key: &'static str, words: &'static [&'static str]) -> Attribute {
    Attribute {
        key,
        required: true,
        words,
    }
}

const fn optional(key: &'static str) -> Attribute {
    Attribute {
        key,
        required: false,
        words: &[],
    }
}

const MEANING: Column = filled("Meaning", C::Prose);

/// The words of [`Judgement`].
const JUDGEMENTS: &[&str] = &{
    let mut words = [""; Judgement::ALL.len()];
    let mut n = 0;
    while n < words.len() {
        words[n] = Judgement::ALL[n].name();
        n += 1;
    }
    words
};

/// Of what a row speaks.
const OF: C = C::Word(&["device", "pair", "machine"]);
const LINUX: Column = column("Linux", C::Name, MayBeAbsent);

const fn kind(name: &'static str, columns: &'static [Column]) -> Kind {
    Kind {
        name,
        names: 0,
        edition: true,
        attributes: &[],
        columns,
        more: None,
    }
}

const fn named(
    name: &'static str,
    attributes: &'static [Attribute],
    columns: &'static [Column],
) -> Kind {
    Kind {
        name,
        names: 1,
        edition: true,
        attributes,
        columns,
        more: None,
    }
}

/// Every kind of table, in the order in which they are lowered.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        edition: false,
        ..named(
            "constants",
            &[required("type", &["u8", "u16", "u32", "u64", "i32"])],
            &[
                filled("Name", C::Name),
                filled("Value", C::Number),
                LINUX,
                MEANING,
            ],
        )
    },
    named(
        "struct",
        &[required("size", &[])],
        &[
            filled("Offset", C::Number),
            filled("Field", C::Name),
            filled("Type", C::Name),
            filled(
                "Access",
                C::Word(&["read", "write", "read/write", "reserved"]),
            ),
            MEANING,
        ],
    ),
    kind(
        "ioctl",
        &[
            filled("Ioctl", C::Name),
            filled("Type", C::Number),
            filled("Number", C::Number),
            filled("Argument", C::Name),
            MEANING,
        ],
    ),
    kind(
        "capabilities",
        &[
            filled("Capability", C::Name),
            column("Flag", C::Number, MayBeAbsent),
            column("Required", C::Word(&["yes"]), MayBeAbsent),
            LINUX,
            filled("Announced by", C::Prose),
            MEANING,
            filled("Without it", C::Prose),
        ],
    ),
    named(
        "bits",
        &[
            required("width", &["8", "16", "32"]),
            required("initial", &[]),
        ],
        &[
            filled("Bit", C::Number),
            filled("Name", C::Name),
            column("Needs", C::Name, MayBeEmpty),
            LINUX,
            MEANING,
        ],
    ),
    named(
        "states",
        &[
            required("width", &["8", "16", "32"]),
            required("initial", &[]),
            required("error", &[]),
        ],
        &[
            filled("Value", C::Number),
            filled("State", C::Name),
            column("Needs", C::Names, MayBeEmpty),
            LINUX,
            column("Instead", C::Names, MayBeAbsent),
            MEANING,
        ],
    ),
    named(
        "predicates",
        &[],
        &[
            filled("Name", C::Name),
            filled("Holds when", C::Expr),
            MEANING,
        ],
    ),
    named(
        "behaviours",
        &[],
        &[
            filled("Aspect", C::Prose),
            filled("Name", C::Name),
            filled("Holds while", C::Expr),
            filled("The device", C::Prose),
        ],
    ),
    named(
        "refused",
        &[],
        &[
            filled("Refused when", C::Expr),
            filled("Error", C::Name),
            MEANING,
        ],
    ),
    named(
        "actions",
        &[
            required("of", &[]),
            required("status", &["adopted", "proposed"]),
            required("title", &[]),
        ],
        &[
            filled("Becomes true", C::Expr),
            filled("Action", C::Name),
            column(
                "Window",
                C::Word(&["outgoing", "incoming", "load"]),
                MayBeEmpty,
            ),
            filled("The driver", C::Prose),
        ],
    ),
    named(
        "arcs",
        &[],
        &[
            filled("From", C::Name),
            filled("To", C::Name),
            column("Needs", C::Expr, MayBeEmpty),
            column(
                "Session",
                C::Word(&["starts saving", "starts resuming", "keeps", "ends"]),
                MayBeEmpty,
            ),
            filled("Callback", C::Name),
            filled("The driver", C::Prose),
        ],
    ),
    named(
        "paths",
        &[],
        &[
            filled("Inside", C::Expr),
            filled("Only where", C::Expr),
            MEANING,
        ],
    ),
    named(
        "layout",
        &[],
        &[
            filled("State", C::State),
            filled("Column", C::Number),
            filled("Row", C::Number),
        ],
    ),
    named(
        "protocol",
        &[optional("of"), required("else", &[])],
        &[
            filled("Access", C::Access),
            filled("While", C::Expr),
            filled("Phase", C::Name),
            filled("Then", C::Name),
            column("Callback", C::Name, MayBeEmpty),
            column("Error", C::Name, MayBeAbsent),
            filled("Effect", C::Prose),
        ],
    ),
    kind(
        "errors",
        &[
            filled("Error", C::Name),
            filled("Operation", C::Prose),
            filled("When", C::Prose),
            filled("Errno", C::Name),
            filled(
                "State after",
                C::Word(&["unchanged", "on the path", "error"]),
            ),
            filled("Rule", C::Rule),
        ],
    ),
    kind(
        "events",
        &[
            filled("Event", C::Name),
            filled("When", C::Prose),
            column("State after", C::State, MayBeEmpty),
            filled("The driver", C::Prose),
        ],
    ),
    kind(
        "description",
        &[
            filled("Property", C::Name),
            filled("Type", C::Word(&["yes/no", "number"])),
            MEANING,
        ],
    ),
    kind(
        "consequences",
        &[
            filled("Consequence", C::Name),
            filled("Holds when", C::Expr),
            filled("The VMM", C::Prose),
        ],
    ),
    kind(
        "domains",
        &[
            filled("Domain", C::Name),
            filled("Devices", C::Expr),
            filled("Maps MMIO of", C::Expr),
            MEANING,
        ],
    ),
    kind(
        "conditions",
        &[
            filled("Condition", C::Name),
            filled("Column", C::Term),
            filled("On", C::Term),
            filled("Off", C::Term),
            column("First", C::Word(&["on", "off"]), MayBeAbsent),
            MEANING,
        ],
    ),
    kind(
        "work",
        &[
            filled("Work", C::Name),
            filled("Legal while", C::Expr),
            filled("The VMM", C::Prose),
        ],
    ),
    kind(
        "failures",
        &[filled("Failure", C::Name), filled("What happens", C::Prose)],
    ),
    Kind {
        more: Some(filled("", C::Term)),
        ..named(
            "flow",
            &[
                required("side", &["source", "destination"]),
                required("devices", &["one", "many"]),
                optional("needs"),
                optional("lacks"),
                optional("unless"),
                Attribute {
                    words: &["anywhere"],
                    ..optional("from")
                },
                optional("released"),
            ],
            &[
                filled("#", C::Number),
                filled("device_state", C::Target),
                column("Work", C::Names, MayBeEmpty),
                column("The VMM", C::Prose, MayBeEmpty),
                column("Barrier", C::Prose, MayBeAbsent),
                column("Failure", C::Name, MayBeAbsent),
                column("Result", C::Name, MayBeAbsent),
            ],
        )
    },
    kind(
        "breaches",
        &[
            filled("When", C::Expr),
            filled("Breaks", C::Rule),
            filled("By", C::Word(&["VMM", "driver"])),
            MEANING,
        ],
    ),
    kind(
        "guardrails",
        &[
            filled("Trace", C::File),
            filled("VMM", C::Term),
            filled("Version", C::Term),
            filled("Scenario", C::Term),
            filled("Source", C::Word(&["recorded", "transcribed"])),
            column("Breaks", C::Rules, MayBeEmpty),
            column("Why it stays", C::Prose, MayBeEmpty),
        ],
    ),
    kind(
        "devices",
        &[
            filled("Device", C::Name),
            column("Has", C::Names, MayBeEmpty),
            MEANING,
        ],
    ),
    kind(
        "observables",
        &[
            filled("Observable", C::Name),
            filled("Of", OF),
            column("Lasts", C::Word(&["until cleared", "a moment"]), MayBeEmpty),
            column("Holds while", C::Expr, MayBeEmpty),
            MEANING,
        ],
    ),
    kind(
        "moves",
        &[
            filled("Move", C::Name),
            filled(
                "By",
                C::Word(&["guest", "operator", "device", "driver", "VMM"]),
            ),
            filled("Of", OF),
            column("Possible while", C::Expr, MayBeEmpty),
            column("Sets", C::Names, MayBeEmpty),
            column("Clears", C::Names, MayBeEmpty),
            column("State after", C::Term, MayBeAbsent),
            filled("What happens", C::Prose),
        ],
    ),
    kind(
        "invariants",
        &[
            filled("Invariant", C::Name),
            filled("Of", OF),
            filled("Claim", C::Word(&["never", "can", "can with the guest"])),
            filled("Predicate", C::Expr),
            filled("Rule", C::Rule),
            MEANING,
        ],
    ),
    kind(
        "variants",
        &[
            filled("Variant", C::Name),
            filled("Changes", C::Term),
            column("To", C::Expr, MayBeEmpty),
            filled("Breaks", C::Name),
            filled("Devices", C::Names),
            MEANING,
        ],
    ),
    Kind {
        names: 2,
        edition: false,
        more: Some(column("", C::States, MayBeEmpty)),
        ..kind("mapping", &[filled("What changed", C::Prose)])
    },
    Kind {
        edition: false,
        ..kind("terms", &[filled("Term", C::Term), MEANING])
    },
    Kind {
        edition: false,
        ..kind(
            "demands",
            &[
                filled("Demand", C::Term),
                filled("In short", C::Prose),
                filled("Rules", C::Rules),
            ],
        )
    },
    Kind {
        edition: false,
        ..kind(
            "classes",
            &[
                filled("Table", C::Name),
                filled("Part", C::Term),
                filled(
                    "Kind",
                    C::Word(&["ABI", "behaviour", "requirement", "editorial"]),
                ),
                column("Added", C::Word(JUDGEMENTS), MayBeEmpty),
                column("Removed", C::Word(JUDGEMENTS), MayBeEmpty),
                column("Changed", C::Word(JUDGEMENTS), MayBeEmpty),
                filled("Because", C::Prose),
            ],
        )
    },
    Kind {
        edition: false,
        ..kind(
            "versions",
            &[
                filled("Version", C::Term),
                filled("Date", C::Term),
                filled(
                    "Step",
                    C::Word(&["first", "breaking", "compatible", "editorial"]),
                ),
                filled("In short", C::Prose),
            ],
        )
    },
];
