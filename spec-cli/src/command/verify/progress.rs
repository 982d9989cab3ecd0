//! A line that moves, for those who wait.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use spec_system::Progress;

/// Shown on a terminal once the work has taken a second, and gone when it is done.
pub(super) struct Line {
    start: Instant,
    shown: Mutex<Option<Instant>>,
    terminal: bool,
}

const PATIENCE: Duration = Duration::from_secs(1);
const PACE: Duration = Duration::from_millis(200);

impl Line {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            shown: Mutex::new(None),
            terminal: io::stderr().is_terminal(),
        }
    }

    /// States of all machines so far, their rate, and the depth of the one that was just looked at.
    pub(super) fn show(&self, progress: Progress) {
        let waited = self.start.elapsed();
        if !self.terminal || waited < PATIENCE {
            return;
        }
        let Ok(mut shown) = self.shown.lock() else {
            return;
        };
        if shown.is_some_and(|shown| shown.elapsed() < PACE) {
            return;
        }
        *shown = Some(Instant::now());
        let (states, depth) = (progress.states, progress.depth);
        let rate = progress.rate() / 1e6;
        let text = format!("{states} states, depth {depth}, {rate:.1} million states a second");
        // If nobody can read it, nobody misses it.
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K{text}");
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        let shown = self.shown.lock().is_ok_and(|shown| shown.is_some());
        if shown {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}
