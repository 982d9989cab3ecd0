//! Which row of one version is which of the other.

use std::collections::HashMap;

use crate::names::Renames;
use crate::sheet::{Cell, Role, Row};

/// Rows of two versions, side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairing {
    /// Indices into both lists, by the first.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Rows of the old version alone.
    pub(crate) removed: Vec<usize>,
    /// Rows of the new version alone.
    pub(crate) added: Vec<usize>,
}

/// Two rows with other keys are one row if they share at least this much.
const ALIKE: f64 = 0.6;

/// Pairs rows: by their keys, then what is left by what it says.
pub(crate) fn pair(
    base: &[&Row<'_>],
    head: &[&Row<'_>],
    edition: Option<&str>,
    renames: &Renames,
) -> Pairing {
    let likeness = |b: usize, h: usize| likeness(base[b], head[h], edition, renames);
    let mut taken = Taken::new(base.len(), head.len());
    let keyed = base
        .iter()
        .chain(head)
        .any(|row| row.keys().next().is_some());
    if keyed {
        let base_keys: Vec<_> = base.iter().map(|row| key(row, edition, renames)).collect();
        let head_keys: Vec<_> = head
            .iter()
            .map(|row| key(row, edition, &Renames::default()))
            .collect();
        taken.by_key(&base_keys, &head_keys);
        taken.greedily(|b, h| (base_keys[b] == head_keys[h]).then(|| likeness(b, h)));
    } else {
        taken.in_order(likeness);
    }
    taken.greedily(|b, h| Some(likeness(b, h)).filter(|likeness| *likeness >= ALIKE));
    taken.into_pairing()
}

fn key(row: &Row<'_>, edition: Option<&str>, renames: &Renames) -> Vec<String> {
    let plain = |cell: &crate::sheet::Cell<'_>| {
        let edition = if cell.part == "more" {
            Some(cell.title)
        } else {
            edition
        };
        renames.apply(edition, cell.content()).plain()
    };
    row.keys().map(plain).collect()
}

/// How much two rows share, apart from their keys: 1 where all cells are the same.
fn likeness(base: &Row<'_>, head: &Row<'_>, edition: Option<&str>, renames: &Renames) -> f64 {
    let (mut same, mut all) = (0.0, 0.0);
    for cell in base.values() {
        let other = head
            .cell(cell.title)
            .filter(|other| other.role == Role::Value);
        if is_empty(Some(cell)) && is_empty(other) {
            continue;
        }
        all += 1.0;
        let says = |other: &Cell<'_>| {
            cell.says(other) || renames.apply(edition, cell.content()) == *other.content()
        };
        if other.is_some_and(says) {
            same += 1.0;
        }
    }
    for cell in head.values() {
        let other = base
            .cell(cell.title)
            .filter(|other| other.role == Role::Value);
        if other.is_none() && !is_empty(Some(cell)) {
            all += 1.0;
        }
    }
    if all == 0.0 { 1.0 } else { same / all }
}

fn is_empty(cell: Option<&Cell<'_>>) -> bool {
    cell.is_none_or(|cell| cell.text.is_empty() || cell.text == "–")
}

/// What is paired so far.
pub(crate) struct Taken {
    base: Vec<Option<usize>>,
    head: Vec<bool>,
}

impl Taken {
    pub(crate) fn new(base: usize, head: usize) -> Self {
        Self {
            base: vec![None; base],
            head: vec![false; head],
        }
    }

    pub(crate) fn take(&mut self, b: usize, h: usize) {
        self.base[b] = Some(h);
        self.head[h] = true;
    }

    /// Rows whose key no other row has.
    fn by_key(&mut self, base: &[Vec<String>], head: &[Vec<String>]) {
        let once = |keys: &[Vec<String>]| {
            let mut places: HashMap<Vec<String>, Option<usize>> = HashMap::new();
            for (n, key) in keys.iter().enumerate() {
                let place = if places.contains_key(key) {
                    None
                } else {
                    Some(n)
                };
                places.insert(key.clone(), place);
            }
            places
        };
        let (of_base, of_head) = (once(base), once(head));
        for (key, place) in of_base {
            let other = of_head.get(&key).copied().flatten();
            if let Some((b, h)) = place.zip(other) {
                self.take(b, h);
            }
        }
    }

    /// The best pairs first; among equals those whose places are nearest. The same pairs come out if
    /// the versions are exchanged.
    pub(crate) fn greedily(&mut self, score: impl Fn(usize, usize) -> Option<f64>) {
        let mut candidates = Vec::new();
        for b in (0..self.base.len()).filter(|&b| self.base[b].is_none()) {
            for h in (0..self.head.len()).filter(|&h| !self.head[h]) {
                if let Some(score) = score(b, h) {
                    candidates.push((score, b, h));
                }
            }
        }
        candidates.sort_by(|x, y| {
            let near = |&(_, b, h): &(f64, usize, usize)| (b.abs_diff(h), b.min(h), b);
            y.0.total_cmp(&x.0).then_with(|| near(x).cmp(&near(y)))
        });
        for (_, b, h) in candidates {
            if self.base[b].is_none() && !self.head[h] {
                self.take(b, h);
            }
        }
    }

    /// The alignment that keeps the order of rows and shares most.
    fn in_order(&mut self, score: impl Fn(usize, usize) -> f64) {
        let (rows, columns) = (self.base.len(), self.head.len());
        let scores: Vec<Vec<f64>> = (0..rows)
            .map(|b| (0..columns).map(|h| score(b, h)).collect())
            .collect();
        let value = |b: usize, h: usize| {
            Some(scores[b][h])
                .filter(|score| *score > 0.4)
                .map(|score| score + 0.01)
        };
        let mut best = vec![vec![0.0f64; columns + 1]; rows + 1];
        for b in (0..rows).rev() {
            for h in (0..columns).rev() {
                let skip = best[b + 1][h].max(best[b][h + 1]);
                let pair = value(b, h).map_or(0.0, |value| value + best[b + 1][h + 1]);
                best[b][h] = skip.max(pair);
            }
        }
        let (mut b, mut h) = (0, 0);
        while b < rows && h < columns {
            let pair = value(b, h).map(|value| value + best[b + 1][h + 1]);
            if pair.is_some_and(|pair| pair >= best[b][h] - 1e-9) {
                self.take(b, h);
                (b, h) = (b + 1, h + 1);
            } else if best[b + 1][h] >= best[b][h + 1] {
                b += 1;
            } else {
                h += 1;
            }
        }
    }

    pub(crate) fn into_pairing(self) -> Pairing {
        let pairs = self.base.iter().enumerate();
        Pairing {
            pairs: pairs
                .clone()
                .filter_map(|(b, h)| Some((b, (*h)?)))
                .collect(),
            removed: pairs.filter(|(_, h)| h.is_none()).map(|(b, _)| b).collect(),
            added: (0..self.head.len()).filter(|&h| !self.head[h]).collect(),
        }
    }
}

/// The pairs that are out of order: as few as possible, so that all others are in order.
pub(crate) fn out_of_order(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The longest rising sequence of the second members: `length[n]` ends in pair n.
    let mut length = vec![1usize; pairs.len()];
    let mut before = vec![None; pairs.len()];
    for n in 0..pairs.len() {
        for m in 0..n {
            if pairs[m].1 < pairs[n].1 && length[m] + 1 > length[n] {
                length[n] = length[m] + 1;
                before[n] = Some(m);
            }
        }
    }
    let mut keep = vec![false; pairs.len()];
    let mut at = (0..pairs.len()).max_by_key(|&n| length[n]);
    while let Some(n) = at {
        keep[n] = true;
        at = before[n];
    }
    let moved = pairs.iter().zip(keep).filter(|(_, keep)| !keep);
    moved.map(|(pair, _)| *pair).collect()
}
