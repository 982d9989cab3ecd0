//! Finds changed sources by their modification times.
//!
//! Notifications of the system also tell of reads, and each build reads every source: polling
//! cannot run in circles, and works on every disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::locate::Location;

const PAUSE: Duration = Duration::from_millis(250);

/// What the site is made of: settings, chapters, looks, and the tests that its coverage names.
pub(super) fn sources(at: &Location) -> Vec<PathBuf> {
    let mut sources = vec![
        at.root.join("book.toml"),
        at.source(),
        at.root.join("theme"),
    ];
    if let Ok(html) = at.html() {
        let extra = html
            .additional_css
            .iter()
            .chain(&html.additional_js)
            .chain(&html.theme);
        sources.extend(extra.map(|path| at.root.join(path)));
    }
    sources.extend(
        spec_model::coverage::FOLDERS
            .iter()
            .map(|folder| at.root.join(folder)),
    );
    sources
}

/// Remembers how the sources looked.
#[derive(Debug, Default)]
pub(super) struct Watch {
    sources: Vec<PathBuf>,
    seen: Look,
}

/// Length and time of every file.
type Look = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

impl Watch {
    /// Remembers how the sources look now.
    pub(super) fn look(&mut self) {
        self.seen = look(&self.sources);
    }

    /// Watches other sources from now on, if they are others.
    pub(super) fn follow(&mut self, sources: Vec<PathBuf>) {
        if sources != self.sources {
            self.sources = sources;
            self.look();
        }
    }

    /// Returns when something has changed and has then been quiet for a moment (an editor writes
    /// a file in several steps).
    pub(super) fn wait(&self) {
        let mut last = self.seen.clone();
        loop {
            std::thread::sleep(PAUSE);
            let now = look(&self.sources);
            if now == last && now != self.seen {
                return;
            }
            last = now;
        }
    }
}

fn look(sources: &[PathBuf]) -> Look {
    let mut found = Look::new();
    for source in sources {
        add(source, &mut found);
    }
    found
}

/// What cannot be read is not there; the build will say so.
fn add(path: &Path, found: &mut Look) {
    let Ok(data) = fs::metadata(path) else { return };
    if !data.is_dir() {
        found.insert(path.to_owned(), (data.len(), data.modified().ok()));
        return;
    }
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries.flatten() {
        add(&entry.path(), found);
    }
}
