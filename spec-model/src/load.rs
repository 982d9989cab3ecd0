//! SUMMARY.md, the chapters that it lists, and the traces beside it: the only file access of this
//! crate.

use crate::map::Map;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::markdown::{Entry, entries};
use crate::model::TraceFile;
use crate::source::{FileId, SourceMap, Span, beside, display};

/// A chapter that was read.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Relative to the folder of SUMMARY.md, with forward slashes.
    pub(crate) path: String,
    /// The text of its link.
    pub(crate) title: String,
    pub(crate) file: FileId,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// SUMMARY.md, the chapters, the traces.
    pub(crate) sources: SourceMap,
    pub(crate) chapters: Vec<Listed>,
    pub(crate) traces: Vec<TraceFile>,
}

/// The folder of traces, beside SUMMARY.md.
pub const TRACE_FOLDER: &str = "traces";

/// The extension of traces.
pub const TRACE_EXTENSION: &str = "trace";

fn is_trace(name: &str) -> bool {
    let stem = name.strip_suffix(TRACE_EXTENSION);
    stem.is_some_and(|stem| stem.ends_with('.')) && !name.contains('/')
}

/// Why a file has no text, for people.
type Reason = String;

/// Reads a book from disk.
pub(crate) fn from_disk(summary: &Path, diagnostics: &mut Diagnostics) -> Loaded {
    let folder = summary.parent().unwrap_or(Path::new("")).to_owned();
    let text = text_of(std::fs::read(summary));
    let mut loaded = collect(
        &display(summary),
        text,
        |path| text_of(std::fs::read(folder.join(path))),
        diagnostics,
    );
    for name in trace_names(&folder) {
        let text = text_of(std::fs::read(folder.join(TRACE_FOLDER).join(&name)));
        add_trace(&mut loaded, &display(summary), &name, text, diagnostics);
    }
    loaded
}

/// The names of the traces; none where there is no such folder.
fn trace_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join(TRACE_FOLDER))
        .into_iter()
        .flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_trace(name)).collect();
    names.sort();
    names
}

fn add_trace(
    loaded: &mut Loaded,
    summary: &str,
    name: &str,
    text: Result<String, Reason>,
    diagnostics: &mut Diagnostics,
) {
    let path = format!("{TRACE_FOLDER}/{name}");
    let shown = format!("{}{path}", folder_of(summary));
    let file = loaded
        .sources
        .add(shown, text.as_deref().unwrap_or_default());
    if let Err(reason) = text {
        let start = Span {
            file,
            start: 0,
            end: 0,
        };
        let title = format!("cannot read the trace `{path}`: {reason}");
        diagnostics.push(Diagnostic::error("unreadable-trace", start, title));
    }
    loaded.traces.push(TraceFile { path, file });
}

/// Reads a book from memory: paths and texts, SUMMARY.md first.
pub(crate) fn from_memory(files: Vec<(String, String)>, diagnostics: &mut Diagnostics) -> Loaded {
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
    let mut loaded = collect(&summary, text, chapter, diagnostics);
    let traces = format!("{folder}{TRACE_FOLDER}/");
    let trace = |path: &str| {
        let name = path.strip_prefix(&traces).filter(|name| is_trace(name));
        name.map(str::to_owned)
    };
    let mut named: Vec<(String, String)> = rest
        .drain()
        .filter_map(|(path, text)| Some((trace(&path)?, text)))
        .collect();
    named.sort();
    for (name, text) in named {
        add_trace(&mut loaded, &summary, &name, Ok(text), diagnostics);
    }
    loaded
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
) -> Loaded {
    let Loaded {
        mut sources,
        chapters: mut list,
        traces,
    } = Loaded::default();
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
            return Loaded {
                sources,
                chapters: list,
                traces,
            };
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
    Loaded {
        sources,
        chapters: list,
        traces,
    }
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
    beside("SUMMARY.md", &dest.replace("%20", " ")).ok_or_else(|| {
        let title = format!("`{dest}` lies outside of the book");
        let error = Diagnostic::error("outside-book", place, title);
        Box::new(error.help("chapters lie beside SUMMARY.md or below"))
    })
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
