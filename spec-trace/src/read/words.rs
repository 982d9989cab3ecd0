//! Lines and words with their places.

use spec_model::diagnostic::Diagnostic;
use spec_model::source::{FileId, Span, Spanned};

/// A word of a line.
pub(super) type Word<'t> = Spanned<&'t str>;

/// A line that is not empty.
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// Without the white space around it.
    pub(super) span: Span,
}

/// Every line with something in it.
pub(super) fn lines(text: &str, file: FileId) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let from = start;
        start += line.len();
        part(
            line,
            0..line.len(),
            Span {
                file,
                start: from,
                end: start,
            },
        )
    });
    let lines = lines.map(|word| Line {
        text: word.value,
        span: word.span,
    });
    lines.filter(|line| !line.text.is_empty())
}

/// A part of a text that stands at `span`, without the white space around it.
fn part(text: &str, range: std::ops::Range<usize>, span: Span) -> Word<'_> {
    let inner = &text[range.clone()];
    let start = span.start + range.start + (inner.len() - inner.trim_start().len());
    let text = inner.trim();
    let end = start + text.len();
    Spanned::new(text, Span { start, end, ..span })
}

impl<'t> Line<'t> {
    /// `# key: value`
    pub(super) fn is_comment(&self) -> bool {
        self.text.starts_with('#')
    }

    /// The words.
    pub(super) fn words(&self) -> Vec<Word<'t>> {
        split(&Spanned::new(self.text, self.span), char::is_whitespace)
    }

    /// The key and the value of a header line.
    pub(super) fn header(&self) -> Option<(Word<'t>, Word<'t>)> {
        let colon = self.text.find(':')?;
        let key = part(self.text, 1..colon, self.span);
        let value = part(self.text, colon + 1..self.text.len(), self.span);
        Some((key, value))
    }
}

/// The parts between separators that are not empty, each without the white space around it.
pub(super) fn split<'t>(text: &Word<'t>, separator: impl Fn(char) -> bool) -> Vec<Word<'t>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for piece in text.value.split_inclusive(&separator) {
        let end = start + piece.trim_end_matches(&separator).len();
        parts.push(part(text.value, start..end, text.span));
        start += piece.len();
    }
    parts.retain(|part| !part.value.is_empty());
    parts
}

/// The words of a line, taken one by one.
pub(super) struct Words<'l, 't> {
    line: &'l Line<'t>,
    words: std::vec::IntoIter<Word<'t>>,
}

/// Why a line has no meaning.
pub(super) type Wrong = Box<Diagnostic>;

impl<'l, 't> Words<'l, 't> {
    pub(super) fn new(line: &'l Line<'t>) -> Self {
        Self {
            line,
            words: line.words().into_iter(),
        }
    }

    /// The next word, which must be there: `what` is expected.
    pub(super) fn word(&mut self, what: &str) -> Result<Word<'t>, Wrong> {
        let end = self.line.span.end;
        let place = Span {
            start: end,
            ..self.line.span
        };
        self.words.next().ok_or_else(|| {
            let error = Diagnostic::error("truncated-line", place, "the line ends too early");
            Box::new(error.label(format!("expected {what}")))
        })
    }

    /// The next word, if there is one.
    pub(super) fn maybe(&mut self) -> Option<Word<'t>> {
        self.words.next()
    }

    /// The next word, left where it is.
    pub(super) fn peek(&self) -> Option<&Word<'t>> {
        self.words.as_slice().first()
    }

    /// The next word as a number: `what` is expected.
    pub(super) fn number(&mut self, what: &str) -> Result<u64, Wrong> {
        let word = self.word(what)?;
        number(&word).ok_or_else(|| {
            let title = format!("`{}` is no number", word.value);
            let error = Diagnostic::error("bad-number", word.span, title);
            Box::new(error.label(format!(
                "expected {what}: decimal, or hexadecimal with `0x`"
            )))
        })
    }

    /// Nothing is left.
    pub(super) fn end(&mut self) -> Result<(), Wrong> {
        match self.words.next() {
            None => Ok(()),
            Some(word) => {
                let title = format!("`{}` is one word too many", word.value);
                let error = Diagnostic::error("surplus-word", word.span, title);
                Err(Box::new(error.label("expected the end of the line")))
            }
        }
    }
}

/// A number of 64 bits, decimal or hexadecimal with `0x`.
pub(super) fn number(word: &Word<'_>) -> Option<u64> {
    let digits = |text: &str, radix| {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric());
        u64::from_str_radix(text, radix).ok().filter(|_| plain)
    };
    match word.value.strip_prefix("0x") {
        Some(hex) => digits(hex, 16),
        None => digits(word.value, 10),
    }
}

/// `` `a`, `b` or `c` ``
pub(super) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing: the book declares none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
