//! Changes to the text of a chapter, by the spans that the model gives.

use std::ops::Range;

use spec_model::source::Span;

/// The changes of one chapter.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    list: Vec<Edit>,
}

#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl Edits {
    /// Puts other text in the place of a span.
    pub(crate) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.put(span.start..span.end, text);
    }

    /// Adds text before the byte at an offset.
    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.put(at..at, text);
    }

    /// Puts text in the place of these bytes.
    pub(crate) fn put(&mut self, place: Range<usize>, text: impl Into<String>) {
        self.list.push(Edit {
            start: place.start,
            end: place.end,
            text: text.into(),
        });
    }

    /// The changed text. Of two changes to the same bytes the one asked for first holds: that is how
    /// "hide every directive" leaves those alone that another pass has replaced.
    pub(crate) fn apply(mut self, text: &str) -> String {
        self.list.sort_by_key(|e| (e.start, e.start != e.end));
        let added: usize = self.list.iter().map(|e| e.text.len()).sum();
        let mut out = String::with_capacity(text.len() + added);
        let mut at = 0;
        for edit in &self.list {
            if edit.start < at {
                continue;
            }
            out.push_str(&text[at..edit.start]);
            out.push_str(&edit.text);
            at = edit.end;
        }
        out.push_str(&text[at..]);
        out
    }
}

/// The text with what `put` makes of each part between these two marks, which go too. Where it makes nothing, the mark
/// is not ours, and stays.
pub(crate) fn between(
    text: &str,
    (begin, end): (&str, &str),
    mut put: impl FnMut(&str, &mut String) -> Option<()>,
) -> String {
    let mut out = String::with_capacity(2 * text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        out.push_str(before);
        let part = after.split_once(end);
        rest = match part.and_then(|(part, after)| put(part, &mut out).map(|()| after)) {
            Some(after) => after,
            None => {
                out.push_str(begin);
                after
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use spec_model::source::FileId;

    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span {
            file: FileId(0),
            start,
            end,
        }
    }

    #[test]
    fn edits_apply_in_the_order_of_the_text() {
        let mut edits = Edits::default();
        edits.replace(span(6, 7), "W");
        edits.insert(0, "> ");
        edits.replace(span(0, 5), "Hi");
        assert_eq!(edits.apply("Hello world"), "> Hi World");
    }

    #[test]
    fn parts_between_marks_are_replaced_and_other_marks_stay() {
        let doubled = |text: &str| {
            between(text, ("<", ">"), |part, out| {
                let number: u32 = part.parse().ok()?;
                out.push_str(&(2 * number).to_string());
                Some(())
            })
        };
        assert_eq!(doubled("a <1> b <x> c <20>"), "a 2 b <x> c 40");
        assert_eq!(doubled("a <1"), "a <1");
    }

    #[test]
    fn the_first_of_two_changes_to_the_same_bytes_holds() {
        let mut edits = Edits::default();
        edits.replace(span(2, 6), "x");
        edits.replace(span(2, 6), "");
        edits.replace(span(4, 5), "");
        assert_eq!(edits.apply("0123456789"), "01x6789");
    }
}
