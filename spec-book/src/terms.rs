//! The words of the glossary: an anchor for each, and a link from its first use in each chapter.

use spec_model::inline::plain;
use spec_model::model::Term;

use crate::edit::Edits;
use crate::html::{el, link};
use crate::page::Page;

/// Adds the links of this chapter.
pub(crate) fn link_uses(page: &Page<'_>, edits: &mut Edits) {
    for used in page.own(&page.book.term_uses, |used| used.chapter) {
        let term = &page.book.terms[used.term];
        let href = page.to(page.chapter_of_file(term.name.span.file), &anchor(term));
        let words = page.book.sources.text(used.span);
        let element = link(href, words)
            .class("term")
            .attr("title", plain(&term.meaning.value));
        edits.replace(used.span, element.to_string());
    }
}

/// Adds the anchors of this chapter.
pub(crate) fn anchors(page: &Page<'_>, edits: &mut Edits) {
    let here = |term: &&Term| term.name.span.file == page.file() && !term.code;
    for term in page.book.terms.iter().filter(here) {
        let mark = el("a").attr("id", anchor(term));
        edits.insert(term.name.span.start, mark.to_string());
    }
}

fn anchor(term: &Term) -> String {
    format!("term-{}", term.name.value.replace(' ', "-"))
}
