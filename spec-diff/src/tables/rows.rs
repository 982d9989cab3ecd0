//! Rows of two sheets that are one.

use spec_model::source::Span;

use super::{cells, sheets};
use crate::change::{Place, What};
use crate::names::Renames;
use crate::pairing::{self, Pairing};
use crate::sheet::{Row, Sheet};
use crate::sides::{Follow, Plain, Sides, Topic};

/// Which row is which.
pub(super) fn pair(base: &Sheet<'_>, head: &Sheet<'_>, renames: &Renames) -> Pairing {
    let of_base: Vec<&Row<'_>> = base.rows.iter().collect();
    let of_head: Vec<&Row<'_>> = head.rows.iter().collect();
    pairing::pair(&of_base, &of_head, base.id.edition.as_deref(), renames)
}

/// Compares two rows that are one.
pub(super) fn compare(
    sides: &mut Sides<'_>,
    topic: &Topic,
    (base, b): (&Sheet<'_>, usize),
    (head, h): (&Sheet<'_>, usize),
) {
    let (old, new) = (&base.rows[b], &head.rows[h]);
    let mut topic = topic.clone();
    topic.subject = old.name(b);
    topic
        .rules
        .extend(old.rules().chain(new.rules()).map(str::to_owned));
    topic.rules.sort();
    topic.rules.dedup();
    keys(sides, &topic, (base, old), (head, new));
    for cell in old.values() {
        let other = new.values().find(|other| other.title == cell.title);
        cells::compare(sides, &topic, (Some(cell), other), (base, head));
    }
    for cell in new.values() {
        if !old.values().any(|other| other.title == cell.title) {
            cells::compare(sides, &topic, (None, Some(cell)), (base, head));
        }
    }
}

/// A row with another key: it was renamed, or it names something that was.
fn keys(
    sides: &mut Sides<'_>,
    topic: &Topic,
    (base, old): (&Sheet<'_>, &Row<'_>),
    (head, new): (&Sheet<'_>, &Row<'_>),
) {
    let pairs = old.keys().zip(new.keys());
    let changed: Vec<_> = pairs
        .filter(|(old, new)| old.content() != new.content())
        .collect();
    let rewritten = old
        .keys()
        .zip(new.keys())
        .filter(|(old, new)| old.content() == new.content() && old.text != new.text);
    for (old, new) in rewritten {
        cells::rewritten(sides, topic, old, new);
    }
    let edition = base.id.edition.as_deref();
    let follows = changed.iter().all(|(old, new)| {
        let edition = if old.part == "more" {
            Some(old.title)
        } else {
            edition
        };
        sides.renames.apply(edition, old.content()) == *new.content()
    });
    if changed.is_empty() {
    } else if follows && old.declares().is_none() {
        for (old, new) in changed {
            sides.follows.push(Follow {
                names: old.content().names().map(str::to_owned).collect(),
                base: Place::of(sides.base, old.span),
                head: Place::of(sides.head, new.span),
            });
        }
    } else {
        let binding = Plain {
            binding: base.is_binding() || head.is_binding(),
        };
        let shown = |row: &Row<'_>| {
            let keys: Vec<&str> = row.keys().map(|cell| cell.text).collect();
            let span = row.keys().next().map_or(row.span, |cell| cell.span);
            (span, keys.join(" → "))
        };
        let topic = Topic {
            part: "row".into(),
            ..topic.clone()
        };
        sides.report(
            &topic,
            What::Renamed,
            (Some(shown(old)), Some(shown(new))),
            &binding,
        );
    }
}

/// Rows that no row of their own sheet is.
#[derive(Default)]
pub(super) struct Left<'b> {
    removed: Vec<LeftRow<'b>>,
    added: Vec<LeftRow<'b>>,
}

struct LeftRow<'b> {
    topic: Topic,
    row: Row<'b>,
    binding: bool,
    /// Whether a sheet beside it may have taken the row.
    named: bool,
}

impl<'b> LeftRow<'b> {
    fn new(sheet: &Sheet<'b>, number: usize, topic: Topic) -> Self {
        let row = sheet.rows[number].clone();
        let mut rules = topic.rules.clone();
        rules.extend(row.rules().map(str::to_owned));
        rules.sort();
        rules.dedup();
        Self {
            topic: Topic {
                subject: row.name(number),
                part: "row".into(),
                rules,
                ..topic
            },
            row,
            binding: sheet.is_binding(),
            named: sheet.is_named(),
        }
    }
}

impl<'b> Left<'b> {
    pub(super) fn take(&mut self, base: &Sheet<'b>, head: &Sheet<'b>, pairing: &Pairing) {
        let topic = sheets::topic(Some(base), Some(head));
        let mut rows = pairing.removed.iter();
        self.removed
            .extend(rows.by_ref().map(|&b| LeftRow::new(base, b, topic.clone())));
        let rows = pairing.added.iter();
        self.added
            .extend(rows.map(|&h| LeftRow::new(head, h, topic.clone())));
    }

    pub(super) fn removed(&mut self, sheet: &Sheet<'b>) {
        let topic = sheets::topic(Some(sheet), None);
        let rows = 0..sheet.rows.len();
        self.removed
            .extend(rows.map(|n| LeftRow::new(sheet, n, topic.clone())));
    }

    pub(super) fn added(&mut self, sheet: &Sheet<'b>) {
        let topic = sheets::topic(None, Some(sheet));
        let rows = 0..sheet.rows.len();
        self.added
            .extend(rows.map(|n| LeftRow::new(sheet, n, topic.clone())));
    }
}

/// Rows that another table of the kind has now; then those that came and went.
pub(super) fn elsewhere(sides: &mut Sides<'_>, left: Left<'_>) {
    let Left { removed, mut added } = left;
    for old in removed {
        let is_it = |new: &LeftRow<'_>| {
            let same_kind =
                new.topic.table == old.topic.table && new.topic.edition == old.topic.edition;
            same_kind && old.named && new.named && same_row(&old.row, &new.row)
        };
        match added.iter().position(is_it) {
            Some(at) => {
                let new = added.remove(at);
                let topic = Topic {
                    part: "table".into(),
                    ..old.topic
                };
                let binding = Plain {
                    binding: old.binding || new.binding,
                };
                let from = (old.row.span, format!("in {}", topic.names.join(" ")));
                let to = (new.row.span, format!("in {}", new.topic.names.join(" ")));
                sides.report(&topic, What::Changed, (Some(from), Some(to)), &binding);
            }
            None => {
                let binding = Plain {
                    binding: old.binding,
                };
                let shown = whole(sides.base, old.row.span);
                sides.report(&old.topic, What::Removed, (Some(shown), None), &binding);
            }
        }
    }
    for new in added {
        let binding = Plain {
            binding: new.binding,
        };
        let shown = whole(sides.head, new.row.span);
        sides.report(&new.topic, What::Added, (None, Some(shown)), &binding);
    }
}

fn same_row(old: &Row<'_>, new: &Row<'_>) -> bool {
    let cells = |row: &Row<'_>| -> Vec<_> {
        let cells = row
            .cells
            .iter()
            .filter(|cell| cell.role != crate::sheet::Role::Count);
        cells.map(|cell| cell.content().clone()).collect()
    };
    cells(old) == cells(new)
}

fn whole(book: &spec_model::model::Book, span: Span) -> (Span, String) {
    (span, book.sources.text(span).trim().to_owned())
}
