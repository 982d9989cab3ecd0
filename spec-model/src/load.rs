//! SUMMARY.md and the chapters that it lists: the only file access of this crate.

use crate::map::Map;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::markdown::{Entry, entries};
use crate::source::{FileId, SourceMap, Span, display};

/// A chapter that was read.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Relative to the folder of SUMMARY.md, with forward slashes.
    pub(crate) path: String,
    /// The text of its link.
    pub(crate) title: String,
    pub(crate) file: FileId,
}

/// Why a file has no text, for people.
type Reason = String;

/// Reads a book from disk.
pub(crate) fn from_disk(summary: &Path, diagnostics: &mut Diagnostics) -> (SourceMap, Vec<Listed>) {
    let folder = summary.parent().unwrap_or(Path::new("")).to_owned();
    let text = text_of(std::fs::read(summary));
    collect(
        &display(summary),
        text,
        |path| text_of(std::fs::read(folder.join(path))),
        diagnostics,
    )
}

/// Reads a book from memory: paths and texts, SUMMARY.md first.
pub(crate) fn from_memory(
    files: Vec<(String, String)>,
    diagnostics: &mut Diagnostics,
) -> (SourceMap, Vec<Listed>) {
    let mut files = files.into_iter();
    let (summary, text) = match files.next() {
        Some((path, text)) => (path, Ok(text)),
        None => (
            "SUMMARY.md".to_owned(),
            Err("there are no files".to_owned()),
        ),
    };
    let folder = folder_of(&summary).to_owned();
    let mut rest: Map<String, String> = files.collect();
    let chapter = |path: &str| {
        rest.remove(&format!("{folder}{path}"))
            .ok_or_else(|| "no such file".to_owned())
    };
    collect(&summary, text, chapter, diagnostics)
}

fn text_of(read: std::io::Result<Vec<u8>>) -> Result<String, Reason> {
    let bytes = read.map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        format!("the file is not UTF-8 at byte {place}")
    })
}

/// The folder of a path with its slash; empty if it has none.
fn folder_of(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |slash| slash + 1)]
}

fn collect(
    summary: &str,
    text: Result<String, Reason>,
    mut chapter: impl FnMut(&str) -> Result<String, Reason>,
    diagnostics: &mut Diagnostics,
) -> (SourceMap, Vec<Listed>) {
    let mut sources = SourceMap::default();
    let mut list = Vec::new();
    let start = |file| Span {
        file,
        start: 0,
        end: 0,
    };
    let text = match text {
        Ok(text) => text,
        Err(reason) => {
            let file = sources.add(summary, "");
            let title = format!("cannot read the list of chapters: {reason}");
            let error = Diagnostic::error("unreadable-summary", start(file), title);
            diagnostics.push(error.help("a book is named by its SUMMARY.md"));
            return (sources, list);
        }
    };
    let file = sources.add(summary, without_mark(text));
    let entries = entries(&sources.file(file).text);
    if entries.is_empty() {
        let error = Diagnostic::error("empty-summary", start(file), "SUMMARY.md lists no chapter");
        diagnostics.push(error.help("write a list of links, `- [Title](chapter.md)`"));
    }
    let mut first: Map<String, Span> = Map::default();
    for entry in entries {
        let place = Span {
            file,
            start: entry.range.start,
            end: entry.range.end,
        };
        match path_of(&entry, place)
            .and_then(|path| once(path, place, &mut first))
            .and_then(|path| {
                let text = chapter(&path).map_err(|reason| unreadable(&path, place, &reason))?;
                let file = sources.add(format!("{}{path}", folder_of(summary)), without_mark(text));
                Ok(Listed {
                    path,
                    title: entry.title,
                    file,
                })
            }) {
            Ok(listed) => list.push(listed),
            Err(error) => diagnostics.push(*error),
        }
    }
    (sources, list)
}

/// Without a byte order mark, as mdBook reads it.
fn without_mark(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

/// The path of an entry relative to SUMMARY.md.
fn path_of(entry: &Entry, place: Span) -> Result<String, Box<Diagnostic>> {
    let Some(dest) = &entry.dest else {
        let error = Diagnostic::error(
            "missing-link",
            place,
            "an entry of SUMMARY.md is a link to a chapter",
        );
        return Err(Box::new(error.help("write `[Title](chapter.md)`")));
    };
    if dest.is_empty() {
        let error = Diagnostic::error(
            "draft-chapter",
            place,
            format!("`{}` is a draft: it has no file", entry.title),
        );
        return Err(Box::new(
            error.help("write the chapter and give its path, or remove the entry"),
        ));
    }
    let mut parts: Vec<&str> = Vec::new();
    let path = dest.replace("%20", " ");
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_some() => {}
            ".." => {
                let error = Diagnostic::error(
                    "outside-book",
                    place,
                    format!("`{dest}` lies outside of the book"),
                );
                return Err(Box::new(
                    error.help("chapters lie beside SUMMARY.md or below"),
                ));
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// A chapter stands in SUMMARY.md once.
fn once(
    path: String,
    place: Span,
    first: &mut Map<String, Span>,
) -> Result<String, Box<Diagnostic>> {
    match first.get(&path) {
        Some(&span) => Err(Box::new(
            Diagnostic::error(
                "duplicate-chapter",
                place,
                format!("chapter `{path}` is listed twice"),
            )
            .related(span, "first listed here"),
        )),
        None => {
            first.insert(path.clone(), place);
            Ok(path)
        }
    }
}

fn unreadable(path: &str, place: Span, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "unreadable-chapter",
        place,
        format!("cannot read chapter `{path}`: {reason}"),
    )
    .label("listed here")
}
