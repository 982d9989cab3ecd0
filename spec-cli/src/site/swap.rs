//! A build goes into a second folder, which then takes the place of the first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::output::{Outcome, Stop};

/// An empty folder on the same disk as the output; gone again unless it takes the output's place.
pub(super) struct Staging {
    path: PathBuf,
}

impl Staging {
    /// Makes `NAME.next-PID` beside the output folder.
    pub(super) fn beside(dest: &Path) -> Outcome<Self> {
        let path = sibling(dest, "next");
        let made = remove(&path).and_then(|()| fs::create_dir_all(&path));
        made.map_err(|error| cannot_write(&path, &error))?;
        // mdBook would take a relative folder as relative to the book.
        let path = path
            .canonicalize()
            .map_err(|error| cannot_write(&path, &error))?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the place of `dest`; what was there is deleted afterwards.
    pub(super) fn replace(self, dest: &Path) -> Outcome {
        let old = sibling(dest, "old");
        let swap = || {
            remove(&old)?;
            match fs::rename(dest, &old) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            if let Err(error) = fs::rename(&self.path, dest) {
                // The last good site goes back.
                let _ = fs::rename(&old, dest);
                return Err(error);
            }
            remove(&old)
        };
        swap().map_err(|error| cannot_write(dest, &error))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = remove(&self.path);
    }
}

/// `target/book` → `target/book.next-123`. The process id keeps two builds apart.
fn sibling(dest: &Path, what: &str) -> PathBuf {
    let mut name = dest.file_name().unwrap_or("site".as_ref()).to_owned();
    name.push(format!(".{what}-{}", std::process::id()));
    dest.with_file_name(name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Stop {
    Stop::trouble(format!("cannot write to `{}`: {error}", path.display()))
}
