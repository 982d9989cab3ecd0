//! Whether one write of several bits does what user space would do one bit at a time.

use super::actions::Groups;
use super::why::Why;
use crate::model::ActionTable;

/// How one write compares with single steps.
#[derive(Clone, Debug)]
pub enum Verdict<'a> {
    /// Stepping along this path, ends included, takes the same actions in the same order.
    Equal {
        /// The states, from the old to the new.
        path: Vec<u32>,
    },
    /// No path does.
    Different {
        /// The path whose actions come nearest; `None` where every path meets an invalid state.
        nearest: Option<Vec<u32>>,
        /// In which way even that one differs.
        why: Why<'a>,
    },
}

impl Verdict<'_> {
    /// Whether single steps do the same.
    pub fn is_equal(&self) -> bool {
        matches!(self, Self::Equal { .. })
    }
}

/// Every way from `old` to `new` that flips each differing bit once and meets valid states only,
/// in numeric order. `states` are the valid states, sorted; the paths include both ends.
pub fn paths(states: &[u32], old: u32, new: u32) -> Vec<Vec<u32>> {
    let mut found = Vec::new();
    walk(states, &mut vec![old], new, &mut found);
    found.sort();
    found
}

fn walk(states: &[u32], path: &mut Vec<u32>, new: u32, found: &mut Vec<Vec<u32>>) {
    let at = path[path.len() - 1];
    if at == new {
        found.push(path.clone());
        return;
    }
    let bits = (0..u32::BITS)
        .map(|n| 1 << n)
        .filter(|bit| (at ^ new) & bit != 0);
    for next in bits.map(|bit| at ^ bit) {
        if states.binary_search(&next).is_ok() {
            path.push(next);
            walk(states, path, new, found);
            path.pop();
        }
    }
}

/// Compares the write with every path of single steps. `groups` must know all of `states`.
pub fn decompose<'a>(
    order: &'a ActionTable,
    groups: &Groups,
    states: &[u32],
    old: u32,
    new: u32,
) -> Verdict<'a> {
    let once = groups.triggered(old, new);
    let candidates = paths(states, old, new).into_iter().map(|path| {
        let steps = steps(groups, &path);
        (
            (distance(&once, &steps), turned(&once, &steps)),
            path,
            steps,
        )
    });
    // The paths are sorted, and the first of the nearest wins: the answer never changes by chance.
    match candidates.min_by_key(|(nearness, ..)| *nearness) {
        None => Verdict::Different {
            nearest: None,
            why: Why::NoPath,
        },
        Some(((0, _), path, _)) => Verdict::Equal { path },
        Some((_, path, steps)) => {
            let why = Why::of(order, &once, &steps, new);
            Verdict::Different {
                nearest: Some(path),
                why,
            }
        }
    }
}

/// The actions along a path, each with the state that the step leads to.
fn steps(groups: &Groups, path: &[u32]) -> Vec<(u32, usize)> {
    let step = |pair: &[u32]| {
        let reached = pair[1];
        groups
            .triggered(pair[0], reached)
            .into_iter()
            .map(move |action| (reached, action))
    };
    path.windows(2).flat_map(step).collect()
}

/// How many actions must be struck out of both sequences before they are equal.
fn distance(once: &[usize], steps: &[(u32, usize)]) -> usize {
    once.len() + steps.len() - 2 * longest_common(once, steps)
}

/// The length of the longest common subsequence.
fn longest_common(once: &[usize], steps: &[(u32, usize)]) -> usize {
    let mut row = vec![0; once.len() + 1];
    for &(_, action) in steps {
        let mut diagonal = 0;
        for (n, &other) in once.iter().enumerate() {
            let above = row[n + 1];
            row[n + 1] = if action == other {
                diagonal + 1
            } else {
                above.max(row[n])
            };
            diagonal = above;
        }
    }
    row[once.len()]
}

/// How many pairs of actions stand the other way round.
fn turned(once: &[usize], steps: &[(u32, usize)]) -> usize {
    let places: Vec<usize> = steps
        .iter()
        .filter_map(|(_, action)| once.iter().position(|n| n == action))
        .collect();
    let later = |(n, place): (usize, &usize)| places[n..].iter().filter(|p| *p < place).count();
    places.iter().enumerate().map(later).sum()
}
