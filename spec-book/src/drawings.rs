//! What a page shows beyond its text: pictures and generated tables, two thirds of a page's elements.
//!
//! mdBook works through every element several times, and none of these needs it to. So the text of a chapter
//! only has a [`mark`] for each, and [`fill`] puts them in: before mdBook sees the chapter, or in the finished
//! page.

use std::ops::Range;

use crate::edit::Edits;
use crate::html::Element;
use crate::page::Page;
use crate::{flows, show, variants};

/// Where one goes in a chapter, and how to make it.
pub(crate) struct Drawing<'a> {
    /// The bytes of the chapter that it takes the place of; none, where it is added.
    pub(crate) place: Range<usize>,
    pub(crate) draw: Box<dyn Fn(&Page<'a>) -> Vec<Element> + 'a>,
}

/// Those of a chapter, always in the same order.
pub(crate) fn of<'a>(page: &Page<'a>) -> Vec<Drawing<'a>> {
    let flows = flows::drawings(page);
    let variants = variants::drawings(page);
    flows.chain(variants).chain(show::drawings(page)).collect()
}

/// Puts a mark where each will stand.
pub(crate) fn mark(page: &Page<'_>, edits: &mut Edits) {
    for (n, drawing) in of(page).into_iter().enumerate() {
        // A block of its own: blank lines end the Markdown around it.
        let mark = format!("\n\n{BEGIN}{}.{n}{END}\n\n", page.number);
        edits.put(drawing.place, mark);
    }
}

const BEGIN: &str = "<!--drawing ";
const END: &str = "-->";

/// The text with what `drawn` gives for a chapter and the number of a drawing in it.
pub(crate) fn fill<T: AsRef<str>>(text: &str, drawn: impl Fn(usize, usize) -> Option<T>) -> String {
    let mut out = String::with_capacity(2 * text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let found = after.split_once(END).and_then(|(name, after)| {
            let (chapter, number) = name.split_once('.')?;
            Some((drawn(chapter.parse().ok()?, number.parse().ok()?)?, after))
        });
        out.push_str(before);
        match found {
            Some((drawing, after)) => {
                out.push_str(drawing.as_ref());
                rest = after;
            }
            // Somebody's comment.
            None => {
                out.push_str(BEGIN);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
