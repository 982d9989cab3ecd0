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
    fn the_first_of_two_changes_to_the_same_bytes_holds() {
        let mut edits = Edits::default();
        edits.replace(span(2, 6), "x");
        edits.replace(span(2, 6), "");
        edits.replace(span(4, 5), "");
        assert_eq!(edits.apply("0123456789"), "01x6789");
    }
}
