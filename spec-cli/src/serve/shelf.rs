//! The built sites: the last good one, and the one before it, which a browser may still be reading.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

use tempfile::TempDir;
use tokio::sync::watch;

use crate::output::{Outcome, Stop};

/// Where the built sites lie; [`Shelf::clear`] deletes them.
#[derive(Debug)]
pub(crate) struct Shelf {
    root: TempDir,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    built: u64,
    /// Oldest first.
    sites: VecDeque<PathBuf>,
    /// What the last build said, if it failed.
    failure: Option<String>,
}

impl Shelf {
    /// An empty one, in the folder for temporary files.
    pub(crate) fn new() -> Outcome<Self> {
        let root = tempfile::Builder::new().prefix("vfio-spec-").tempdir();
        let root = root.map_err(|error| Stop::trouble(format!("cannot make a folder: {error}")))?;
        Ok(Self {
            root,
            state: Mutex::default(),
            changes: watch::Sender::new(0),
        })
    }

    /// Where the next build goes.
    pub(crate) fn next(&self) -> PathBuf {
        let mut state = self.state();
        state.built += 1;
        self.root.path().join(state.built.to_string())
    }

    /// A build has succeeded: it is the site from now on.
    pub(crate) fn put(&self, site: PathBuf) {
        let mut state = self.state();
        state.sites.push_back(site);
        state.failure = None;
        while state.sites.len() > 2 {
            if let Some(old) = state.sites.pop_front() {
                let _ = std::fs::remove_dir_all(old);
            }
        }
        drop(state);
        self.changes.send_modify(|n| *n += 1);
    }

    /// A build has failed, for these reasons: open pages reload and show them.
    pub(crate) fn fail(&self, reasons: String) {
        self.state().failure = Some(reasons);
        self.changes.send_modify(|n| *n += 1);
    }

    /// Why the last build failed; `None` if it did not.
    pub(crate) fn failure(&self) -> Option<String> {
        self.state().failure.clone()
    }

    /// The last good site, once the first build has ended; `None` if it and all later ones failed.
    pub(crate) async fn after_first_build(&self) -> Option<PathBuf> {
        let _ = self
            .changes
            .subscribe()
            .wait_for(|&builds| builds > 0)
            .await;
        self.current()
    }

    /// Deletes everything: a thread that still holds the shelf ends with the process, and drops nothing.
    pub(crate) fn clear(&self) {
        let _ = std::fs::remove_dir_all(self.root.path());
    }

    /// The last good site, if there has been one.
    pub(crate) fn current(&self) -> Option<PathBuf> {
        self.state().sites.back().cloned()
    }

    /// Counts the builds that have ended.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
