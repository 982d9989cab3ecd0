//! Every flow table is followed by its picture.

use spec_model::model::Flow;

use crate::draw::sequence;
use crate::drawings::Drawing;
use crate::page::Page;

/// The sequence diagrams of this chapter.
pub(crate) fn drawings<'a>(page: &Page<'a>) -> impl Iterator<Item = Drawing<'a>> + use<'a> {
    let file = page.file();
    let own = move |flow: &&Flow| flow.span.file == file;
    page.edition().into_iter().flat_map(move |edition| {
        let flows = edition.flows.iter().filter(own);
        flows.map(move |flow| Drawing {
            place: flow.span.end..flow.span.end,
            words: String::new(),
            draw: Box::new(move |page| vec![sequence::draw(page, edition, flow)]),
        })
    })
}
