//! What a page shows beyond its prose: pictures, generated tables, and the tables of the book; nine tenths of a
//! page's elements.
//!
//! mdBook works through every element several times, and none of these needs it to. So the text of a chapter
//! can have a [`mark`] for each, and [`fill`] puts them in the finished page.

use std::ops::Range;

use crate::edit::{Edits, between};
use crate::html::{Element, el};
use crate::page::Page;
use crate::{flows, moves, show, variants};

/// Where one goes in a chapter, and how to make it.
pub(crate) struct Drawing<'a> {
    /// The bytes of the chapter that it takes the place of; none, where it is added.
    pub(crate) place: Range<usize>,
    /// What the search shall find there.
    pub(crate) words: String,
    pub(crate) draw: Draw<'a>,
}

type Draw<'a> = Box<dyn Fn(&Page<'a>) -> Vec<Element> + 'a>;

/// Those of a chapter, always in the same order.
pub(crate) fn of<'a>(page: &Page<'a>) -> Vec<Drawing<'a>> {
    let flows = flows::drawings(page);
    let variants = variants::drawings(page);
    let moves = moves::drawings(page);
    let shows = show::drawings(page);
    flows.chain(variants).chain(moves).chain(shows).collect()
}

/// Puts a mark where each will stand.
pub(crate) fn mark_all(page: &Page<'_>, edits: &mut Edits) {
    for (n, drawing) in of(page).into_iter().enumerate() {
        let mark = mark(page.number, n, &drawing.words);
        // A block of its own: blank lines end the Markdown around it.
        edits.put(drawing.place, format!("\n\n{mark}\n\n"));
    }
}

const BEGIN: &str = "<!--drawing ";
const SAYS: &str = "-->";
const END: &str = "<!--drawn-->";

/// Stands for a drawing in the text: the words that the search shall find there.
pub(crate) fn mark(chapter: usize, number: usize, words: &str) -> String {
    let words = (!words.is_empty()).then(|| el("p").text(words));
    let words = words.map_or_else(String::new, |words| words.to_string());
    format!("{BEGIN}{chapter}.{number}{SAYS}{words}{END}")
}

/// The text with what `drawn` gives for a chapter and the number of a drawing in it.
pub(crate) fn fill<T: AsRef<str>>(text: &str, drawn: impl Fn(usize, usize) -> Option<T>) -> String {
    between(text, (BEGIN, END), |mark, out| {
        let (chapter, number) = mark.split_once(SAYS)?.0.split_once('.')?;
        let drawing = drawn(chapter.parse().ok()?, number.parse().ok()?)?;
        out.push_str(drawing.as_ref());
        Some(())
    })
}
