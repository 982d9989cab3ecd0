//! Text to trace: header, then events. Every mistake is reported with its place.

mod event;
mod header;
mod words;

use spec_model::diagnostic::Diagnostics;
use spec_model::model::{Book, Edition};
use spec_model::source::FileId;

use crate::trace::Trace;
use words::{Line, lines};

/// What could be read.
pub(crate) struct Read<'b> {
    /// The edition that the trace is of; `None` where the file does not tell.
    pub(crate) edition: Option<&'b Edition>,
    pub(crate) trace: Trace<'b>,
}

/// Reads a trace. `edition` is what the table that lists the file says.
pub(crate) fn read<'b>(
    book: &'b Book,
    text: &str,
    file: FileId,
    edition: Option<&'b Edition>,
    diagnostics: &mut Diagnostics,
) -> Read<'b> {
    let lines: Vec<Line<'_>> = lines(text, file).collect();
    let (comments, events): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.is_comment());
    let header = header::read(&comments, &events, diagnostics);
    let edition = header::edition(book, &header, edition, file, diagnostics);
    let Some(edition) = edition else {
        let trace = Trace::default();
        return Read {
            edition: None,
            trace,
        };
    };
    let mut trace = header::trace(book, edition, &header, file, diagnostics);
    let reader = event::Reader::new(book, edition, &trace.devices);
    let mut read = Vec::new();
    for line in events {
        match reader.event(line) {
            Ok(event) => read.push(event),
            Err(error) => diagnostics.push(*error),
        }
    }
    trace.events = read;
    Read {
        edition: Some(edition),
        trace,
    }
}
