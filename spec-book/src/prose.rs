//! Markdown of a cell or a paragraph inside generated HTML.

use spec_model::inline::{Piece, pieces};
use spec_model::source::Span;

use crate::html::{Element, code, link};
use crate::page::Page;

impl Page<'_> {
    /// What a cell says, without backticks.
    pub(crate) fn source(&self, span: Span) -> String {
        let text = self.book.sources.text(span);
        text.trim_matches(['`', ' ']).replace("\\|", "|")
    }

    /// Adds a text to an element. Links to rules stay links; others, relative to the chapter that they
    /// were written in, become words.
    pub(crate) fn prose(&self, into: Element, markdown: &str) -> Element {
        pieces(markdown)
            .into_iter()
            .fold(into, |into, piece| match piece {
                Piece::Text(text) => into.text(text),
                Piece::Code(text) => into.child(code(text)),
                Piece::Link { text, to } => {
                    match to.strip_prefix("rule:").and_then(|id| self.rule(id)) {
                        Some(rule) => into.child(link(self.to_rule(rule), text)),
                        None => into.text(text),
                    }
                }
                Piece::Line | Piece::Paragraph | Piece::Item => into.text(" "),
            })
    }
}
