//! mdBook empties its output folder first: here it may not be one that holds anything else.

use std::path::{Component, Path, PathBuf};

use crate::locate::Location;
use crate::output::{Outcome, Stop};

/// Refuses an output folder that overlaps the sources in either direction, or that holds something
/// which no site build has put there. Returns its real path.
pub(super) fn safe(at: &Location, dest: &Path) -> Outcome<PathBuf> {
    let target = resolve(dest)?;
    let theme = at.html()?.theme.unwrap_or_else(|| "theme".into());
    for source in [at.source(), at.root.join(theme)] {
        let source = resolve(&source)?;
        if target.starts_with(&source) || source.starts_with(&target) {
            return Err(overlap(dest, &source));
        }
    }
    // The book's root holds the output as a rule, yet the output never holds the root.
    let root = resolve(at.directory())?;
    if root.starts_with(&target) {
        return Err(overlap(dest, &root));
    }
    refuse_strangers(dest)?;
    Ok(target)
}

fn overlap(dest: &Path, source: &Path) -> Stop {
    Stop::trouble(format!(
        "the output folder `{}` overlaps the sources in `{}`: building would delete them",
        dest.display(),
        source.display()
    ))
}

/// An existing folder must be empty or hold a site (mdBook leaves a `.nojekyll` in each).
fn refuse_strangers(dest: &Path) -> Outcome {
    let shown = dest.display();
    let entries = match std::fs::read_dir(dest) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Stop::trouble(format!("cannot write to `{shown}`: {error}"))),
    };
    if entries && !dest.join(".nojekyll").is_file() {
        return Err(Stop::trouble(format!(
            "`{shown}` holds something that is no site: building would delete it; \
             empty it or choose another with --dest"
        )));
    }
    Ok(())
}

/// The absolute path without links, also of something that is not there yet.
fn resolve(path: &Path) -> Outcome<PathBuf> {
    let trouble = |error| Stop::trouble(format!("cannot find `{}`: {error}", path.display()));
    let absolute = std::path::absolute(path).map_err(trouble)?;
    for ancestor in absolute.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            let rest = absolute.strip_prefix(ancestor).unwrap_or(Path::new(""));
            return Ok(lexical(&real.join(rest)));
        }
    }
    Ok(lexical(&absolute))
}

/// Without `.` and `..`.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}
