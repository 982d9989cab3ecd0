//! How far all explorations together have come.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::explore::Progress;

/// Adds up what several explorations tell, from any thread, and passes it on.
pub(crate) struct Total<'w> {
    watch: &'w (dyn Fn(Progress) + Sync),
    start: Instant,
    states: AtomicUsize,
    transitions: AtomicUsize,
}

impl<'w> Total<'w> {
    /// Begins now.
    pub(crate) fn new(watch: &'w (dyn Fn(Progress) + Sync)) -> Self {
        Self {
            watch,
            start: Instant::now(),
            states: AtomicUsize::new(0),
            transitions: AtomicUsize::new(0),
        }
    }

    /// The watcher of one more exploration. The depth that is passed on is that of the last to tell.
    pub(crate) fn one(&self) -> impl Fn(Progress) + Sync + '_ {
        let (states, transitions) = (AtomicUsize::new(0), AtomicUsize::new(0));
        move |own| {
            (self.watch)(Progress {
                states: more(&self.states, &states, own.states),
                transitions: more(&self.transitions, &transitions, own.transitions),
                depth: own.depth,
                time: self.start.elapsed(),
            });
        }
    }
}

/// Adds what has come since the last time.
fn more(sum: &AtomicUsize, last: &AtomicUsize, now: usize) -> usize {
    let new = now.saturating_sub(last.swap(now, Ordering::Relaxed));
    sum.fetch_add(new, Ordering::Relaxed) + new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_explorations_add_up() {
        let told = AtomicUsize::new(0);
        let watch = |all: Progress| told.store(all.states, Ordering::Relaxed);
        let total = Total::new(&watch);
        let tell = |one: &dyn Fn(Progress), states| {
            one(Progress {
                states,
                ..Progress::default()
            });
            told.load(Ordering::Relaxed)
        };
        let (a, b) = (total.one(), total.one());
        let all = [tell(&a, 10), tell(&b, 5), tell(&a, 12), tell(&b, 5)];
        assert_eq!(all, [10, 15, 17, 17]);
    }
}
