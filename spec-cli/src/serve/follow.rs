//! Builds after every change.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::watch::{Watch, sources};
use super::{LIVE_RELOAD, Shelf};
use crate::locate::Location;
use crate::output::{Outcome, Stop, error, note, overhear};
use crate::site::{self, Plan};

/// Follows the sources of one book.
pub(crate) struct Follower {
    /// What `--book` names.
    book: Option<PathBuf>,
    shelf: Arc<Shelf>,
    watch: Watch,
}

impl Follower {
    /// Builds the book onto the shelf.
    pub(crate) fn new(book: Option<PathBuf>, shelf: Arc<Shelf>) -> Self {
        Self {
            book,
            shelf,
            watch: Watch::default(),
        }
    }

    /// Builds now, calls `ready`, and builds after every change, for ever.
    pub(crate) fn run(mut self, ready: impl FnOnce()) {
        self.build();
        ready();
        loop {
            self.watch.wait();
            note("a source has changed");
            self.build();
        }
    }

    /// A failure is printed, and the last good site stays.
    fn build(&mut self) {
        // Looks before the build reads: what changes during it is seen afterwards.
        self.watch.look();
        let (good, said) = overhear(|| match self.survive() {
            Ok(()) => true,
            Err(stop) => {
                if let Stop::Trouble(line) = &stop {
                    error(line);
                }
                false
            }
        });
        if good {
            return;
        }
        let stays = match self.shelf.current() {
            Some(_) => "the last good site stays",
            None => "there is no site yet",
        };
        note(&format!(
            "{stays}; it is built again as soon as a source changes"
        ));
        self.shelf.fail(said);
    }

    /// A defect of ours must not end the server: the next change may avoid it.
    fn survive(&mut self) -> Outcome {
        let result = catch_unwind(AssertUnwindSafe(|| self.try_build()));
        result.unwrap_or_else(|_| {
            Err(Stop::trouble(
                "the build panicked: this is a defect of vfio-spec",
            ))
        })
    }

    fn try_build(&mut self) -> Outcome {
        let started = Instant::now();
        // book.toml may have changed too.
        let at = Location::find(self.book.as_deref())?;
        self.watch.follow(sources(&at));
        note(&format!("building the site from {}", at.source().display()));
        let dest = self.shelf.next();
        site::build(
            &at,
            &Plan {
                dest: dest.clone(),
                live_reload: Some(LIVE_RELOAD),
            },
        )?;
        note(&format!("built in {} ms", started.elapsed().as_millis()));
        self.shelf.put(dest);
        Ok(())
    }
}
