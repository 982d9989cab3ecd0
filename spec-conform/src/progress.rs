//! How far a run is, on a terminal.

use std::io::{self, IsTerminal, Write};

/// A line on standard error that is written over and over; nothing where that is no terminal.
pub(crate) struct Progress {
    on: bool,
    all: usize,
    done: usize,
}

impl Progress {
    /// Nothing of so many is done.
    pub(crate) fn new(all: usize) -> Self {
        Self {
            on: io::stderr().is_terminal(),
            all,
            done: 0,
        }
    }

    /// One more is done.
    pub(crate) fn step(&mut self, name: &str) {
        self.done += 1;
        self.write(&format!("\r\x1b[K{}/{} {name}", self.done, self.all));
    }

    /// Clears the line, so that something else can be written.
    pub(crate) fn clear(&self) {
        self.write("\r\x1b[K");
    }

    /// Whoever watches may have gone.
    fn write(&self, text: &str) {
        if self.on {
            let mut out = io::stderr().lock();
            let _ = write!(out, "{text}").and_then(|()| out.flush());
        }
    }
}
