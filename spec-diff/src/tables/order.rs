//! In which order rows stand, and where.

use std::collections::BTreeMap;

use spec_model::model::Table;

use crate::change::What;
use crate::pairing::out_of_order;
use crate::sheet::{Row, Sheet};
use crate::sides::{Plain, Sides, Topic};

/// Rows in another order: one change for the whole sheet.
pub(super) fn compare(
    sides: &mut Sides<'_>,
    topic: &Topic,
    (base, head): (&Sheet<'_>, &Sheet<'_>),
    pairs: &[(usize, usize)],
) {
    if out_of_order(pairs).is_empty() {
        return;
    }
    let mut by_head = pairs.to_vec();
    by_head.sort_by_key(|&(_, h)| h);
    // From the first row that is another one to the last.
    let differs = |n: &usize| pairs[*n].0 != by_head[*n].0;
    let (Some(first), Some(last)) = (
        (0..pairs.len()).find(differs),
        (0..pairs.len()).rfind(differs),
    ) else {
        return;
    };
    let list = |names: Vec<String>| names.join(", ");
    let old = pairs[first..=last]
        .iter()
        .map(|&(b, _)| base.rows[b].name(b));
    let new = by_head[first..=last]
        .iter()
        .map(|&(_, h)| head.rows[h].name(h));
    let old = (base.rows[pairs[first].0].span, list(old.collect()));
    let new = (head.rows[by_head[first].1].span, list(new.collect()));
    let topic = Topic {
        part: "order".into(),
        ..topic.clone()
    };
    let binding = Plain {
        binding: base.is_binding() || head.is_binding(),
    };
    sides.report(&topic, What::Reordered, (Some(old), Some(new)), &binding);
}

/// Tables that stand in another chapter, and rows that stand in another table.
pub(super) fn places(
    sides: &mut Sides<'_>,
    topic: &Topic,
    (base, head): (&Sheet<'_>, &Sheet<'_>),
    pairs: &[(usize, usize)],
) {
    let mut went: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for &(b, h) in pairs {
        let to = went.entry(base.rows[b].table).or_default();
        *to.entry(head.rows[h].table).or_default() += 1;
    }
    let most = |to: &BTreeMap<usize, usize>| {
        to.iter()
            .max_by_key(|(_, rows)| **rows)
            .map(|(table, _)| *table)
    };
    let table_of: BTreeMap<usize, usize> = went
        .iter()
        .filter_map(|(from, to)| Some((*from, most(to)?)))
        .collect();
    for (&from, &to) in &table_of {
        let (old, new) = (base.tables[from], head.tables[to]);
        let (before, after) = (chapter(sides.base, old), chapter(sides.head, new));
        if sides.renames.chapter(&before) != after {
            let topic = Topic {
                part: if base.is_named() { "table" } else { "row" }.into(),
                ..topic.clone()
            };
            let shown = (Some((old.directive, before)), Some((new.directive, after)));
            sides.report(&topic, What::Moved, shown, &Plain { binding: false });
        }
    }
    for &(b, h) in pairs {
        let (old, new) = (&base.rows[b], &head.rows[h]);
        if table_of.get(&old.table) != Some(&new.table) {
            let topic = Topic {
                part: "row".into(),
                subject: old.name(b),
                ..topic.clone()
            };
            let shown = |book, row: &Row<'_>, sheet: &Sheet<'_>| {
                Some((row.span, chapter(book, sheet.tables[row.table])))
            };
            let shown = (shown(sides.base, old, base), shown(sides.head, new, head));
            sides.report(&topic, What::Moved, shown, &Plain { binding: false });
        }
    }
}

fn chapter(book: &spec_model::model::Book, table: &Table) -> String {
    book.chapters[table.chapter].path.clone()
}
