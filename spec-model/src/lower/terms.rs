//! Where prose uses the words of the glossary: the first time in each chapter.

use std::ops::Range;

use crate::load::Listed;
use crate::markdown::Document;
use crate::model::{Term, TermUse};
use crate::source::{SourceMap, Span};

/// The first use of every term in each chapter, by place: in paragraphs and lists, outside of code and
/// links, and not in the chapter that explains the term. What a chapter of an edition explains is a word
/// of that edition.
pub(super) fn uses(
    sources: &SourceMap,
    chapters: &[Listed],
    documents: &[Document<'_>],
    editions: &[Option<String>],
    terms: &[Term],
) -> Vec<TermUse> {
    let dictionary = Dictionary::new(terms);
    let mut uses = Vec::new();
    for (chapter, (listed, document)) in chapters.iter().zip(documents).enumerate() {
        let text = &sources.file(listed.file).text;
        // Each term once; those that are explained here, never.
        let is_open = |term: &Term| {
            let file = term.name.span.file;
            let home = chapters.iter().position(|chapter| chapter.file == file);
            let edition = home.and_then(|home| editions[home].as_ref());
            file != listed.file
                && edition.is_none_or(|edition| editions[chapter].as_ref() == Some(edition))
        };
        let mut open: Vec<bool> = terms.iter().map(is_open).collect();
        for range in prose(document) {
            dictionary.find(&text[range.clone()], &mut open, |term, place| {
                uses.push(TermUse {
                    term,
                    chapter,
                    span: Span {
                        file: listed.file,
                        start: range.start + place.start,
                        end: range.start + place.end,
                    },
                });
            });
        }
    }
    uses
}

/// Paragraphs and lists without code and links, in the order of the text.
fn prose(document: &Document<'_>) -> Vec<Range<usize>> {
    let links = document.links.iter().map(|link| link.range.clone());
    let mut holes: Vec<Range<usize>> = document.codes.iter().cloned().chain(links).collect();
    holes.sort_by_key(|hole| hole.start);
    let mut parts = Vec::new();
    let mut holes = holes.into_iter().peekable();
    for block in &document.prose {
        let mut from = block.start;
        while let Some(hole) = holes.next_if(|hole| hole.start < block.end) {
            if hole.start > from {
                parts.push(from..hole.start);
            }
            from = from.max(hole.end);
        }
        if from < block.end {
            parts.push(from..block.end);
        }
    }
    parts
}

/// Terms by the first byte of their first word, in small letters.
struct Dictionary<'t>(Vec<Beginning<'t>>);

/// The terms with one first byte.
#[derive(Clone, Default)]
struct Beginning<'t> {
    /// How long a first word is, a bit each: few words of a text are as long.
    lengths: u64,
    /// Number and words, the longest first.
    terms: Vec<(usize, Vec<&'t str>)>,
}

/// The bit of a length in [`Beginning::lengths`].
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

impl<'t> Dictionary<'t> {
    fn new(terms: &'t [Term]) -> Self {
        let mut beginnings = vec![Beginning::default(); 256];
        for (index, term) in terms.iter().enumerate().filter(|(_, term)| !term.code) {
            let words: Vec<&str> = term.name.value.split_whitespace().collect();
            if let Some(first) = words.first() {
                let byte = first.as_bytes()[0].to_ascii_lowercase();
                let beginning = &mut beginnings[usize::from(byte)];
                // One more for the plural.
                beginning.lengths |= bit(first.len()) | bit(first.len() + 1);
                beginning.terms.push((index, words));
            }
        }
        for beginning in &mut beginnings {
            let terms = &mut beginning.terms;
            terms.sort_by_key(|(_, words)| std::cmp::Reverse(words.len()));
        }
        Self(beginnings)
    }

    /// Tells every term that is still open, with its place, and closes it.
    fn find(&self, text: &str, open: &mut [bool], mut found: impl FnMut(usize, Range<usize>)) {
        let mut from = 0;
        while let Some(word) = next_word(text, from) {
            from = word.end;
            if let Some((index, end)) = self.at(text, &word) {
                from = end;
                if std::mem::take(&mut open[index]) {
                    found(index, word.start..end);
                }
            }
        }
    }

    /// The longest term that begins with this word, and its end.
    fn at(&self, text: &str, word: &Range<usize>) -> Option<(usize, usize)> {
        let byte = text.as_bytes()[word.start].to_ascii_lowercase();
        let beginning = &self.0[usize::from(byte)];
        if beginning.lengths & bit(word.len()) == 0 {
            return None;
        }
        let mut terms = beginning.terms.iter();
        terms.find_map(|(index, term)| Some((*index, end(text, word.clone(), term)?)))
    }
}

/// Where a term ends that begins with this word: words with only white space between them, the last one
/// perhaps in the plural.
fn end(text: &str, mut word: Range<usize>, term: &[&str]) -> Option<usize> {
    let (last, before) = term.split_last()?;
    for wanted in before {
        let next = next_word(text, word.end)?;
        let between = &text.as_bytes()[word.end..next.start];
        let together = between.iter().all(|byte| matches!(byte, b' ' | b'\n'));
        if !together || !alike(&text[word], wanted) {
            return None;
        }
        word = next;
    }
    let (end, word) = (word.end, &text[word]);
    let plural = word.strip_suffix('s');
    let fits = alike(word, last) || plural.is_some_and(|word| alike(word, last));
    fits.then_some(end)
}

/// The same letters; the first may be a capital at the beginning of a sentence.
fn alike(word: &str, wanted: &str) -> bool {
    word == wanted
        || word.len() == wanted.len()
            && word.get(1..) == wanted.get(1..)
            && word.get(..1).map(str::to_ascii_lowercase).as_deref() == wanted.get(..1)
}

/// The first word at or after a place: letters and digits, and hyphens between them.
fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let (mut at, mut start) = (from, None);
    // Byte by byte: a proc macro runs this without optimisation.
    while let Some(&byte) = text.as_bytes().get(at) {
        let (inside, width) = if byte.is_ascii() {
            (IN_A_WORD[usize::from(byte)], 1)
        } else {
            let c = text[at..].chars().next()?;
            (c.is_alphanumeric() || c == '’', c.len_utf8())
        };
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(start), false) => return Some(start..at),
            _ => {}
        }
        at += width;
    }
    start.map(|start| start..at)
}

/// The ASCII characters of words.
const IN_A_WORD: [bool; 128] = {
    let mut inside = [false; 128];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        inside[byte] = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'\'');
        byte += 1;
    }
    inside
};
