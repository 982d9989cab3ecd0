//! Draws a diagnostic. The compiler and the command line print the same text.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::source::{FileId, SourceMap, Span, display};

/// First line `path:line:col: title [code]`, so that terminals and editors can open it even inside a
/// `compile_error!`, then the drawn place, then the help.
pub(super) fn render(diagnostic: &Diagnostic, sources: &SourceMap, styled: bool) -> String {
    let renderer = if styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let place = sources.place(diagnostic.span);
    let code = diagnostic.code.0;
    let mut group = Group::with_level(level(diagnostic.severity));
    let mut windows = windows(diagnostic, sources);
    let label = Some(diagnostic.label.as_str()).filter(|label| !label.is_empty());
    windows[0]
        .marks
        .insert(0, (AnnotationKind::Primary, diagnostic.span, label));
    for window in &windows {
        group = group.element(window.snippet(sources, diagnostic.span.file));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let drawn = renderer.render(&[group]);
    let warning = if diagnostic.severity == Severity::Warning {
        "warning: "
    } else {
        ""
    };
    format!("{place}: {warning}{} [{code}]\n{drawn}", diagnostic.title)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    }
}

/// The lines of one file that a diagnostic speaks of.
struct Window<'d> {
    file: FileId,
    lines: Range<usize>,
    marks: Vec<(AnnotationKind, Span, Option<&'d str>)>,
}

/// One window a file, the diagnostic's own first.
fn windows<'d>(diagnostic: &'d Diagnostic, sources: &SourceMap) -> Vec<Window<'d>> {
    let mut windows = vec![Window {
        file: diagnostic.span.file,
        lines: lines(diagnostic.span, sources),
        marks: Vec::new(),
    }];
    for related in &diagnostic.related {
        let lines = lines(related.span, sources);
        let mark = (
            AnnotationKind::Context,
            related.span,
            Some(related.text.as_str()),
        );
        match windows
            .iter_mut()
            .find(|window| window.file == related.span.file)
        {
            Some(window) => {
                window.lines = window.lines.start.min(lines.start)..window.lines.end.max(lines.end);
                window.marks.push(mark);
            }
            None => windows.push(Window {
                file: related.span.file,
                lines,
                marks: vec![mark],
            }),
        }
    }
    windows
}

/// The whole lines around a span.
fn lines(span: Span, sources: &SourceMap) -> Range<usize> {
    let text = &sources.file(span.file).text;
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end..]
        .find('\n')
        .map_or(text.len(), |at| span.end + at);
    let end = span
        .end
        .max(start + text[start..end].trim_end_matches('\r').len());
    start..end
}

impl<'d> Window<'d> {
    fn snippet<'t>(
        &self,
        sources: &'t SourceMap,
        own: FileId,
    ) -> Snippet<'t, annotate_snippets::Annotation<'t>>
    where
        'd: 't,
    {
        let file = sources.file(self.file);
        let first = file.position(self.lines.start).line;
        let marks = self.marks.iter().map(|(kind, span, label)| {
            let range = span.start - self.lines.start..span.end - self.lines.start;
            kind.span(range).label(*label)
        });
        let path = (self.file != own).then(|| display(&file.path));
        Snippet::source(&file.text[self.lines.clone()])
            .line_start(first)
            .path(path)
            .annotations(marks)
    }
}
