//! Compares the machine-read tables.

mod cells;
mod order;
mod rows;
mod sheets;

use crate::sheet::{Sheet, sheets};
use crate::sides::Sides;

/// Compares every table: first what was renamed, then everything else in the new names.
pub(crate) fn compare(sides: &mut Sides<'_>) {
    let base = sheets(sides.base, &sides.weights);
    let head = sheets(sides.head, &sides.weights);
    // A rename lets other rows be recognised, whose names may differ too.
    for _ in 0..3 {
        let before = sides.renames.len();
        find_renames(sides, &base, &head);
        if sides.renames.len() == before {
            break;
        }
    }
    let pairing = sheets::pair(&base, &head, &sides.renames);
    let mut left = rows::Left::default();
    for &(b, h) in &pairing.pairs {
        sheets::compare(sides, &base[b], &head[h], &mut left);
    }
    for &b in &pairing.removed {
        sheets::removed(sides, &base[b], &mut left);
    }
    for &h in &pairing.added {
        sheets::added(sides, &head[h], &mut left);
    }
    rows::elsewhere(sides, left);
}

fn find_renames(sides: &mut Sides<'_>, base: &[Sheet<'_>], head: &[Sheet<'_>]) {
    let pairing = sheets::pair(base, head, &sides.renames);
    let mut found = Vec::new();
    for (b, h) in pairing.pairs {
        let (b, h) = (&base[b], &head[h]);
        if let ([old], [new]) = (&b.id.names[..], &h.id.names[..])
            && old != new
        {
            found.push((b.id.edition.clone(), old.clone(), new.clone()));
        }
        if b.is_same(h) {
            continue;
        }
        let rows = rows::pair(b, h, &sides.renames);
        for (row_b, row_h) in rows.pairs {
            let keys = b.rows[row_b].declares().zip(h.rows[row_h].declares());
            if let Some((old, new)) = keys
                && old.content() != new.content()
            {
                let name = |cell: &crate::sheet::Cell<'_>| cell.text.trim_matches('`').to_owned();
                found.push((b.id.edition.clone(), name(old), name(new)));
            }
        }
    }
    for (edition, old, new) in found {
        sides.renames.add(edition.as_deref(), &old, &new);
    }
}
