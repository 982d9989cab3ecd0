//! Every flow table is followed by its picture.

use spec_model::model::Flow;

use crate::draw::sequence;
use crate::edit::Edits;
use crate::html::block;
use crate::page::Page;

/// Adds the sequence diagrams of this chapter.
pub(crate) fn draw(page: &Page<'_>, edits: &mut Edits) {
    let Some(edition) = page.edition() else {
        return;
    };
    let own = |flow: &&Flow| flow.span.file == page.file();
    for flow in edition.flows.iter().filter(own) {
        edits.insert(flow.span.end, block(&sequence::draw(page, edition, flow)));
    }
}
