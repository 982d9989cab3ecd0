//! Where prose uses the words of the glossary: the first time in each chapter.

use std::ops::Range;

use crate::load::Listed;
use crate::map::Map;
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

/// Terms by their first word in small letters, the longest first.
struct Dictionary<'t>(Map<String, Vec<(usize, Vec<&'t str>)>>);

impl<'t> Dictionary<'t> {
    fn new(terms: &'t [Term]) -> Self {
        let mut by_word: Map<String, Vec<(usize, Vec<&str>)>> = Map::default();
        for (index, term) in terms.iter().enumerate().filter(|(_, term)| !term.code) {
            let words: Vec<&str> = term.name.value.split_whitespace().collect();
            if let Some(first) = words.first() {
                let list = by_word.entry(first.to_lowercase()).or_default();
                list.push((index, words));
                list.sort_by_key(|(_, words)| std::cmp::Reverse(words.len()));
            }
        }
        Self(by_word)
    }

    /// Tells every term that is still open, with its place, and closes it.
    fn find(&self, text: &str, open: &mut [bool], mut found: impl FnMut(usize, Range<usize>)) {
        let words = words(text);
        let mut at = 0;
        while at < words.len() {
            let first = &text[words[at].clone()];
            let lower = first.to_lowercase();
            let single = lower.strip_suffix('s').unwrap_or(&lower);
            let terms = [lower.as_str(), single]
                .into_iter()
                .find_map(|word| self.0.get(word));
            let fits = |(_, term): &&(usize, Vec<&str>)| {
                let rest = words.get(at..at + term.len());
                rest.is_some_and(|rest| same(text, rest, term))
            };
            match terms.and_then(|terms| terms.iter().find(fits)) {
                Some((index, term)) => {
                    let last = at + term.len() - 1;
                    if std::mem::take(&mut open[*index]) {
                        found(*index, words[at].start..words[last].end);
                    }
                    at = last + 1;
                }
                None => at += 1,
            }
        }
    }
}

/// Words with only white space between them, the last one perhaps in the plural.
fn same(text: &str, words: &[Range<usize>], term: &[&str]) -> bool {
    let last = term.len() - 1;
    let word = |n: usize| {
        let (word, wanted) = (&text[words[n].clone()], term[n]);
        let plural = word.strip_suffix('s').filter(|_| n == last);
        [Some(word), plural]
            .into_iter()
            .flatten()
            .any(|word| alike(word, wanted))
    };
    let together = words.windows(2).all(|pair| {
        let between = &text[pair[0].end..pair[1].start];
        between.bytes().all(|byte| byte == b' ' || byte == b'\n')
    });
    together && (0..term.len()).all(word)
}

/// The same letters; the first may be a capital at the beginning of a sentence.
fn alike(word: &str, wanted: &str) -> bool {
    word == wanted
        || word.len() == wanted.len()
            && word.get(1..) == wanted.get(1..)
            && word.get(..1).map(str::to_ascii_lowercase).as_deref() == wanted.get(..1)
}

/// The words of a text: letters and digits, and hyphens between them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut from = None;
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'' | '’');
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (from, inside(c)) {
            (None, true) => from = Some(at),
            (Some(start), false) => {
                words.push(start..at);
                from = None;
            }
            _ => {}
        }
    }
    words
}
