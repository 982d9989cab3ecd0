//! The next entry of the change log, from what was found.

use std::fmt;

use spec_model::model::{Book, Class, VersionNumber};
use spec_model::source::{SourceFile, Span, display};

use crate::change::{Change, Diff};
use crate::render::{count, escape, headline};

/// What the change log chapter becomes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The path of the chapter, as it was read.
    pub path: String,
    /// The version that the entry is for.
    pub version: VersionNumber,
    /// The whole new text.
    pub text: String,
    /// Whether it differs from the text that is there.
    pub is_new: bool,
}

/// Why there is no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoEntry {
    /// Nothing but the change log itself was changed.
    NothingChanged,
    /// The new version has no table of versions.
    NoTable,
    /// The old version has no table of versions: there is nothing to count from.
    NoVersion,
}

impl fmt::Display for NoEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingChanged => "nothing was changed that a change log would tell",
            Self::NoTable => "the book has no table of versions (`<!-- spec: versions -->`)",
            Self::NoVersion => "the old version of the book has no table of versions: there is nothing to count from",
        })
    }
}

impl std::error::Error for NoEntry {}

/// Writes the entry of all changes since the old version. Doing it again changes nothing; after more changes, it
/// writes the same entry anew, with the words that people wrote into the column *In short*.
///
/// # Errors
/// There is nothing to tell, or no version to count from.
pub fn entry(diff: &Diff, head: &Book, date: &str) -> Result<Entry, NoEntry> {
    let table = head
        .tables
        .iter()
        .find(|table| table.kind == "versions")
        .ok_or(NoEntry::NoTable)?;
    let base = diff.base_version.ok_or(NoEntry::NoVersion)?;
    let file = head.sources.file(table.span.file);
    let path = display(&file.path);
    let told = Told::new(diff, &path).ok_or(NoEntry::NothingChanged)?;
    let version = base.after(told.class);
    let newer = head.versions.iter().filter(|it| it.number.value > base);
    let newer: Vec<_> = newer.collect();
    let first = newer.first();
    let short = first.map_or_else(|| told.summary(), |it| it.text.value.replace('|', "\\|"));
    let date = first.map_or(date, |it| it.date.value.as_str());
    let row = format!("| {version} | {date} | {} | {short} |", told.class.name());
    // Rows and sections of a version that was not accepted yet give way to the new ones.
    let mut edits: Vec<(Span, String)> = newer
        .iter()
        .map(|it| (whole_line(file, it.span), String::new()))
        .collect();
    let at = head
        .versions
        .iter()
        .map(|it| line_start(&file.text, it.span.start))
        .min();
    let at = at.unwrap_or(table.span.end);
    edits.push((place(table.span, at), format!("{row}\n")));
    edits.extend(
        newer
            .iter()
            .filter_map(|it| section(head, table.span, it.number.value))
            .map(|span| (span, String::new())),
    );
    let below = after_table(&file.text, table.span.end);
    edits.push((place(table.span, below), told.section(version)));
    let text = edited(&file.text, edits);
    Ok(Entry {
        path,
        version,
        is_new: text != file.text,
        text,
    })
}

/// What an entry tells: everything but the change log itself.
struct Told<'d> {
    changes: Vec<&'d Change>,
    consequences: usize,
    class: Class,
}

impl<'d> Told<'d> {
    fn new(diff: &'d Diff, log: &str) -> Option<Self> {
        let of_log = |change: &&Change| {
            let facts = [&change.before, &change.after].into_iter().flatten();
            facts.clone().all(|fact| fact.place.path == log)
        };
        let changes = diff.changes.iter().filter(|change| !of_log(change));
        let changes: Vec<&Change> = changes.collect();
        let classes = changes.iter().map(|change| change.class);
        let consequences = diff.consequences.iter().map(|it| it.class);
        Some(Self {
            class: classes
                .max()?
                .max(consequences.max().unwrap_or(Class::Editorial)),
            consequences: diff.consequences.len(),
            changes,
        })
    }

    fn counts(&self) -> String {
        let counts = Class::ALL.into_iter().rev().map(|class| {
            let number = self
                .changes
                .iter()
                .filter(|change| change.class == class)
                .count();
            (number, format!("{} change", class.name()))
        });
        let counts = counts.filter(|(number, _)| *number > 0);
        counts
            .map(|(number, thing)| count(number, &thing))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn summary(&self) -> String {
        let first = self.changes[0];
        let first = format!("{} {}", headline(first), first.what.name());
        match self.changes.len() {
            1 => escape::markdown(&first),
            more => format!(
                "{}, and {}",
                escape::markdown(&first),
                count(more - 1, "other change")
            ),
        }
    }

    /// The entry: a line for each change that is more than editorial.
    fn section(&self, version: VersionNumber) -> String {
        let mut text = format!("\n## {version}\n\n{}", self.counts());
        if self.consequences > 0 {
            text.push_str(&format!(", {}", count(self.consequences, "consequence")));
        }
        text.push_str(".\n");
        let heavy = self
            .changes
            .iter()
            .filter(|change| change.class != Class::Editorial);
        let lines: Vec<String> = heavy.map(|change| line(change)).collect();
        if !lines.is_empty() {
            text.push_str(&format!("\n{}", lines.concat()));
        }
        text
    }
}

fn line(change: &Change) -> String {
    let head = format!("{} {}", headline(change), change.what.name());
    let short = |fact: &Option<crate::change::Fact>| {
        let text = fact.as_ref().map(|fact| fact.text.replace('`', ""));
        text.filter(|text| text.chars().count() <= 60 && !text.is_empty())
            .map(|text| escape::markdown(&text))
    };
    let sides = match (short(&change.before), short(&change.after)) {
        (Some(before), Some(after)) => format!(": *{before}* to *{after}*"),
        _ => String::new(),
    };
    format!(
        "- {}, {}: {}{sides}\n",
        change.class.name(),
        change.kind.name(),
        escape::markdown(&head)
    )
}

fn place(of: Span, at: usize) -> Span {
    Span {
        start: at,
        end: at,
        ..of
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The line with its end.
fn whole_line(file: &SourceFile, span: Span) -> Span {
    let end = file.text[span.end..]
        .find('\n')
        .map_or(file.text.len(), |newline| span.end + newline + 1);
    let start = line_start(&file.text, span.start);
    Span { start, end, ..span }
}

/// Where the text below a table begins.
fn after_table(text: &str, end: usize) -> usize {
    let end = if text[..end].ends_with('\n') {
        end - 1
    } else {
        end
    };
    text[end..]
        .find('\n')
        .map_or(text.len(), |newline| end + newline + 1)
}

/// The section of a version: its heading and all until the next.
fn section(head: &Book, table: Span, version: VersionNumber) -> Option<Span> {
    let chapter = head
        .chapters
        .iter()
        .find(|chapter| chapter.file == table.file)?;
    let text = &head.sources.file(table.file).text;
    let title = version.to_string();
    let at = chapter
        .headings
        .iter()
        .position(|heading| heading.text.value == title)?;
    let level = chapter.headings[at].level;
    let start = line_start(text, chapter.headings[at].text.span.start);
    let next = chapter.headings[at + 1..]
        .iter()
        .find(|heading| heading.level <= level);
    let end = next.map_or(text.len(), |heading| {
        line_start(text, heading.text.span.start)
    });
    // With the blank line above it, so that the file ends as it did before.
    let start = if text[..start].ends_with("\n\n") {
        start - 1
    } else {
        start
    };
    let end = if text[..end].ends_with("\n\n") {
        end - 1
    } else {
        end
    };
    Some(Span {
        start,
        end,
        ..table
    })
}

/// Replaces spans; what is inserted at one place keeps its order.
fn edited(text: &str, mut edits: Vec<(Span, String)>) -> String {
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (span, new) in edits {
        out.push_str(text.get(at..span.start).unwrap_or_default());
        out.push_str(&new);
        at = at.max(span.end);
    }
    out.push_str(&text[at..]);
    out
}
