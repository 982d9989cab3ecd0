//! What is wrong with a book, and where; one sink with a barrier after each phase.

use crate::source::{SourceMap, Span};

mod render;

/// Which mistake it is. Stable: tests and tools match on it, never on the wording.
///
/// The text form is kebab-case (`unknown-column`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Code(pub &'static str);

/// Whether the book can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The book has no model until this is mended.
    Error,
    /// The model stands, yet something is probably not what its author meant.
    Warning,
}

/// A second place that explains the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which mistake.
    pub code: Code,
    /// Whether it stops the build.
    pub severity: Severity,
    /// The place of the mistake.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub title: String,
    /// A few words under the carets: what was expected.
    pub label: String,
    /// Other places that matter (the first declaration of a name declared twice).
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, title: impl Into<String>) -> Self {
        Self {
            code: Code(code),
            severity: Severity::Error,
            span,
            title: title.into(),
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, title)
        }
    }

    /// Adds the words under the carets.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The whole message without colour: `path:line:col: title`, the drawn source line, the help.
    pub fn render(&self, sources: &SourceMap) -> String {
        render::render(self, sources, false)
    }

    /// The same with terminal colours.
    pub fn render_styled(&self, sources: &SourceMap) -> String {
        render::render(self, sources, true)
    }
}

/// Collects diagnostics. A phase pushes all it finds; [`Diagnostics::barrier`] stops before the next.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

/// Returned by a barrier: a phase left errors in the sink, and later phases would talk nonsense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds those of another sink.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Ends a phase: [`Stopped`] if it left an error.
    pub fn barrier(&self) -> Result<(), Stopped> {
        if self.has_errors() {
            Err(Stopped)
        } else {
            Ok(())
        }
    }

    /// Whether any error is among them.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Sorted by file and place, duplicates removed.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list
            .sort_by(|a, b| (a.span, a.code, &a.title).cmp(&(b.span, b.code, &b.title)));
        self.list.dedup();
        self.list
    }
}
