//! Draws a diagnostic. The compiler and the command line print the same text.

use super::Diagnostic;
use crate::source::SourceMap;

/// First line `path:line:col: title`, so that terminals and editors can open it even inside a
/// `compile_error!`, then the drawn place.
pub(super) fn render(diagnostic: &Diagnostic, sources: &SourceMap, styled: bool) -> String {
    let _ = styled;
    format!("{}: {}", sources.place(diagnostic.span), diagnostic.title)
}
