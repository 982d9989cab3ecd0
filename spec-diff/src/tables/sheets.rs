//! Whole sheets: which is which, and what their directives say.

use spec_model::source::Span;

use super::{cells, order, rows};
use crate::change::What;
use crate::names::Renames;
use crate::pairing::{Pairing, Taken};
use crate::sheet::{Cell, Sheet};
use crate::sides::{Plain, Sides, Topic};

/// Pairs sheets by what they are of; then named ones of one kind by their rows.
pub(super) fn pair(base: &[Sheet<'_>], head: &[Sheet<'_>], renames: &Renames) -> Pairing {
    let mut taken = Taken::new(base.len(), head.len());
    for (b, sheet) in base.iter().enumerate() {
        if let Some(h) = same(sheet, head, renames) {
            taken.take(b, h);
        }
    }
    taken.greedily(|b, h| {
        let kin = base[b].is_named() && is_kin(&base[b], &head[h]);
        kin.then(|| share(&base[b], &head[h], renames))
            .filter(|share| *share >= 0.5)
    });
    taken.into_pairing()
}

fn is_kin(base: &Sheet<'_>, head: &Sheet<'_>) -> bool {
    base.id.kind == head.id.kind && base.id.edition == head.id.edition
}

fn same(base: &Sheet<'_>, head: &[Sheet<'_>], renames: &Renames) -> Option<usize> {
    let edition = base.id.edition.as_deref();
    let names = base.id.names.iter().map(|name| renames.name(edition, name));
    let names: Vec<String> = names.collect();
    head.iter().position(|sheet| {
        is_kin(base, sheet) && (sheet.id.names == names || sheet.id.names == base.id.names)
    })
}

/// The part of the rows that both have.
fn share(base: &Sheet<'_>, head: &Sheet<'_>, renames: &Renames) -> f64 {
    let edition = base.id.edition.as_deref();
    let same = |cell: &Cell<'_>, other: &Cell<'_>| {
        cell.says(other) || renames.apply(edition, cell.content()) == *other.content()
    };
    let pairs = rows::pair(base, head, renames).pairs;
    let equal = pairs.iter().filter(|&&(b, h)| {
        let cells = base.rows[b].cells.iter().zip(&head.rows[h].cells);
        cells.clone().all(|(cell, other)| same(cell, other))
    });
    equal.count() as f64 / base.rows.len().max(head.rows.len()).max(1) as f64
}

/// What a change in this sheet is about.
pub(super) fn topic(base: Option<&Sheet<'_>>, head: Option<&Sheet<'_>>) -> Topic {
    let of = base.or(head);
    let rules = [base, head]
        .into_iter()
        .flatten()
        .flat_map(|sheet| &sheet.tables);
    let mut rules: Vec<String> = rules.filter_map(|table| table.rule.clone()).collect();
    rules.sort();
    rules.dedup();
    Topic {
        edition: of.and_then(|sheet| sheet.id.edition.clone()),
        table: of.map_or_else(String::new, |sheet| sheet.id.kind.clone()),
        names: of.map_or_else(Vec::new, |sheet| sheet.id.names.clone()),
        name: of.filter(|sheet| sheet.has_kin).map(name_of),
        rules,
        ..Topic::default()
    }
}

fn name_of(sheet: &Sheet<'_>) -> String {
    sheet.id.names.join(" ")
}

/// The directive, and the place of the name in it.
fn named(sheet: &Sheet<'_>) -> (Span, String) {
    let name = sheet.tables[0].names.first();
    (
        name.map_or(sheet.tables[0].directive, |name| name.span),
        name_of(sheet),
    )
}

/// Compares two sheets that are one.
pub(super) fn compare<'b>(
    sides: &mut Sides<'_>,
    base: &Sheet<'b>,
    head: &Sheet<'b>,
    left: &mut rows::Left<'b>,
) {
    let binding = Plain {
        binding: base.is_binding() || head.is_binding(),
    };
    let mut topic = topic(Some(base), Some(head));
    if base.id.names != head.id.names {
        declare_rename(sides, base, head, &topic, &binding);
    }
    for cell in &base.attributes {
        let other = head
            .attributes
            .iter()
            .find(|other| other.title == cell.title);
        cells::compare(sides, &topic, (Some(cell), other), (base, head));
    }
    for cell in &head.attributes {
        if !base
            .attributes
            .iter()
            .any(|other| other.title == cell.title)
        {
            cells::compare(sides, &topic, (None, Some(cell)), (base, head));
        }
    }
    let pairing = rows::pair(base, head, &sides.renames);
    for &(b, h) in &pairing.pairs {
        rows::compare(sides, &topic, (base, b), (head, h));
    }
    topic.subject = String::new();
    order::compare(sides, &topic, (base, head), &pairing.pairs);
    order::places(sides, &topic, (base, head), &pairing.pairs);
    left.take(base, head, &pairing);
}

fn declare_rename(
    sides: &mut Sides<'_>,
    base: &Sheet<'_>,
    head: &Sheet<'_>,
    topic: &Topic,
    binding: &Plain,
) {
    let edition = base.id.edition.as_deref();
    let old = base
        .id
        .names
        .iter()
        .map(|name| sides.renames.name(edition, name));
    // One rename, however many tables of the register bear the name.
    let declared = sides.changes.iter().any(|change| {
        let text = |fact: &Option<crate::change::Fact>| fact.as_ref().map(|fact| fact.text.clone());
        change.what == What::Renamed
            && change.edition.as_deref() == edition
            && text(&change.before) == Some(name_of(base))
            && text(&change.after) == Some(name_of(head))
    });
    if declared && old.collect::<Vec<_>>() == head.id.names {
        let place = |book, sheet: &Sheet<'_>| crate::change::Place::of(book, named(sheet).0);
        sides.follows.push(crate::sides::Follow {
            names: base.id.names.clone(),
            base: place(sides.base, base),
            head: place(sides.head, head),
        });
        return;
    }
    let topic = Topic {
        part: "table".into(),
        ..topic.clone()
    };
    sides.report(
        &topic,
        What::Renamed,
        (Some(named(base)), Some(named(head))),
        binding,
    );
}

/// A sheet of the old version alone.
pub(super) fn removed<'b>(sides: &mut Sides<'_>, sheet: &Sheet<'b>, left: &mut rows::Left<'b>) {
    if sheet.is_named() {
        let topic = Topic {
            part: "table".into(),
            name: Some(name_of(sheet)),
            ..topic(Some(sheet), None)
        };
        let binding = Plain {
            binding: sheet.is_binding(),
        };
        sides.report(&topic, What::Removed, (Some(whole(sheet)), None), &binding);
    } else {
        left.removed(sheet);
    }
}

/// A sheet of the new version alone.
pub(super) fn added<'b>(sides: &mut Sides<'_>, sheet: &Sheet<'b>, left: &mut rows::Left<'b>) {
    if sheet.is_named() {
        let topic = Topic {
            part: "table".into(),
            name: Some(name_of(sheet)),
            ..topic(None, Some(sheet))
        };
        let binding = Plain {
            binding: sheet.is_binding(),
        };
        sides.report(&topic, What::Added, (None, Some(whole(sheet))), &binding);
    } else {
        left.added(sheet);
    }
}

fn whole(sheet: &Sheet<'_>) -> (Span, String) {
    let rows = match sheet.rows.len() {
        1 => "1 row".to_owned(),
        n => format!("{n} rows"),
    };
    (sheet.span(), format!("{}, {rows}", name_of(sheet)))
}
