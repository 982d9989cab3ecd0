//! `changelog`: the next entry of the book's change log.

use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use spec_diff::changelog::{Entry, NoEntry, entry};

use crate::output::{Outcome, Stop, note, print};
use crate::versions::{Version, Versions};

/// Write the next entry of the change log
///
/// Compares the working tree with BASE, as `diff` does, and writes what it finds into the chapter that holds the
/// table of versions: a row with the version that the changes demand, and a section that lists them. Doing it again changes
/// nothing; after more changes, the same entry is written anew. Words in the column "In short" are kept.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The old version, a revision or a folder; by default where this branch left the main one
    base: Option<String>,
    /// The date of the entry; by default today, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
    /// Print the whole new chapter, and write nothing
    #[arg(long)]
    print: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec changelog                   the entry for this branch
  vfio-spec changelog v1.0.0            the entry for all since a tag

Exit codes: 0 written, or nothing to write; 2 trouble: a version with mistakes, no table of versions.";

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let versions = Versions::find(args.base.as_deref(), None, book)?;
    let (base, head) = versions.read()?;
    let diff = spec_diff::compare(&base, &head, None);
    let date = args.date.clone().unwrap_or_else(today);
    let entry = match entry(&diff, &head, &date) {
        Ok(entry) => entry,
        Err(nothing @ NoEntry::NothingChanged) => {
            note(&format!("{nothing}: nothing is written"));
            return Ok(());
        }
        Err(other) => return Err(Stop::trouble(other.to_string())),
    };
    if args.print {
        return print(&entry.text);
    }
    let Version::Folder(_) = versions.head.version else {
        return Err(Stop::trouble(
            "only the working tree has a change log to write",
        ));
    };
    if !entry.is_new {
        note(&format!(
            "{} has the entry for {} already",
            entry.path, entry.version
        ));
        return Ok(());
    }
    sound(&head, &entry)?;
    write(&entry)
        .map_err(|error| Stop::trouble(format!("cannot write {}: {error}", entry.path)))?;
    note(&format!(
        "{} has an entry for {} now",
        entry.path, entry.version
    ));
    Ok(())
}

/// An entry that would leave a book with mistakes is not written.
fn sound(head: &spec_model::model::Book, entry: &Entry) -> Outcome {
    let files = head.sources.files().map(|(_, file)| {
        let path = spec_model::source::display(&file.path);
        let text = if path == entry.path {
            entry.text.clone()
        } else {
            file.text.clone()
        };
        (path, text)
    });
    spec_model::read(files.collect())
        .map(drop)
        .map_err(|rejected| {
            crate::reader::show_all(&rejected.sources, &rejected.diagnostics);
            Stop::trouble("with this entry the book would have mistakes; nothing is written")
        })
}

/// The whole file appears at once, or not at all.
fn write(entry: &Entry) -> std::io::Result<()> {
    let path = Path::new(&entry.path);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(entry.text.as_bytes())?;
    file.as_file()
        .set_permissions(std::fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Today, in UTC.
fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// The date of a day since 1970-01-01: whole years and months are taken off.
fn date(mut days: u64) -> String {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut lengths = [
        31,
        28 + u64::from(is_leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
    .into_iter();
    let mut month = 1;
    while let Some(length) = lengths.next().filter(|length| days >= *length) {
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_dates() {
        for (days, date) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (20_819, "2027-01-01"),
        ] {
            assert_eq!(super::date(days), date);
        }
    }
}
