//! Compares the traces of released user space: they are recorded, so that they come and go whole.

use spec_model::model::{Book, TraceFile};
use spec_model::source::Span;

use crate::change::What;
use crate::sides::{Plain, Shown, Sides, Topic};

/// Compares every trace, by its path.
pub(crate) fn compare(sides: &mut Sides<'_>) {
    let (base, head) = (sides.base, sides.head);
    let plain = Plain { binding: true };
    for old in &base.traces {
        match head.traces.iter().find(|new| new.path == old.path) {
            None => {
                let gone = (whole(base, old), None);
                sides.report(&topic(old, "row"), What::Removed, gone, &plain);
            }
            Some(new) => {
                let text =
                    |book: &Book, trace: &TraceFile| book.sources.file(trace.file).text.clone();
                let (before, after) = (text(base, old), text(head, new));
                if before != after && sides.renames.text(edition(base, old), &before) != after {
                    let lines = differing(&before, &after);
                    let shown = (line(old, &before, lines), line(new, &after, lines));
                    sides.report(&topic(old, "text"), What::Changed, shown, &plain);
                }
            }
        }
    }
    for new in &head.traces {
        if !base.traces.iter().any(|old| old.path == new.path) {
            let added = (None, whole(head, new));
            sides.report(&topic(new, "row"), What::Added, added, &plain);
        }
    }
}

fn topic(trace: &TraceFile, part: &str) -> Topic {
    Topic {
        table: "trace".into(),
        subject: trace.path.clone(),
        part: part.into(),
        ..Topic::default()
    }
}

/// The edition whose guardrail it is.
fn edition<'b>(book: &'b Book, trace: &TraceFile) -> Option<&'b str> {
    let mut editions = book.editions.iter();
    let guards = |edition: &&spec_model::model::Edition| {
        let mut rows = edition.guardrails.iter();
        rows.any(|row| row.trace.value == trace.path)
    };
    editions
        .find(guards)
        .map(|edition| edition.name.value.as_str())
}

fn whole(book: &Book, trace: &TraceFile) -> Shown {
    let text = &book.sources.file(trace.file).text;
    let span = Span {
        file: trace.file,
        start: 0,
        end: 0,
    };
    Some((span, format!("{} lines", text.lines().count())))
}

/// How many bytes at the beginning are the same, up to the beginning of a line.
fn differing(before: &str, after: &str) -> usize {
    let same = before
        .lines()
        .zip(after.lines())
        .take_while(|(a, b)| a == b);
    same.map(|(line, _)| line.len() + 1).sum()
}

/// The first line that differs.
fn line(trace: &TraceFile, text: &str, start: usize) -> Shown {
    let start = text.floor_char_boundary(start.min(text.len()));
    let line = text[start..].lines().next().unwrap_or_default();
    let end = start + line.len();
    Some((
        Span {
            file: trace.file,
            start,
            end,
        },
        line.to_owned(),
    ))
}
