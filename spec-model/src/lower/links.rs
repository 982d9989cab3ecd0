//! Links to rules.

use super::names::Names;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::load::Listed;
use crate::markdown::{Document, RULE_SCHEME};
use crate::model::{Link, LinkForm};
use crate::source::{SourceMap, Span, Spanned};

/// Every link to a rule, in the order of the book.
pub(super) fn links(
    sources: &SourceMap,
    chapters: &[Listed],
    documents: &[Document<'_>],
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Link> {
    let mut links = Vec::new();
    for (chapter, (listed, document)) in chapters.iter().zip(documents).enumerate() {
        for link in &document.links {
            let Some(id) = link.dest.strip_prefix(RULE_SCHEME) else {
                continue;
            };
            let span = Span {
                file: listed.file,
                start: link.range.start,
                end: link.range.end,
            };
            let Some((form, place)) = form(sources.text(span), id, span) else {
                diagnostics.push(
                    Diagnostic::error(
                        "malformed-link",
                        span,
                        "a link to a rule is written in place",
                    )
                    .help(format!(
                        "write `[text]({RULE_SCHEME}{id})`, or `[{id}]` alone"
                    )),
                );
                continue;
            };
            let id_place = Span {
                start: place.end - id.len(),
                ..place
            };
            rules.expect(id, id_place, diagnostics);
            links.push(Link {
                rule: Spanned::new(id.to_owned(), place),
                form,
                chapter,
                span,
            });
        }
    }
    links
}

/// How a link is written, and the place that a real destination replaces.
fn form(text: &str, id: &str, span: Span) -> Option<(LinkForm, Span)> {
    let inner = Span {
        start: span.start + 1,
        end: span.end.saturating_sub(1),
        ..span
    };
    if text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        == Some(id)
    {
        return Some((LinkForm::Bare, inner));
    }
    let dest = format!("]({RULE_SCHEME}{id}");
    let start = span.start + text.rfind(&dest)? + 2;
    Some((
        LinkForm::Inline,
        Span {
            start,
            end: start + dest.len() - 2,
            ..span
        },
    ))
}
