//! Rule marks: lines that are exactly `r[id]`.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A rule mark.
pub(super) struct Mark {
    /// The whole line without its end.
    pub(super) line: Range<usize>,
    /// Between the brackets.
    pub(super) id: Range<usize>,
}

/// Every line of a chapter that looks like a rule mark, until it is known to be one or to be code.
pub(super) struct Marks {
    /// The part of the line from `r[` on, in order.
    lines: Vec<Range<usize>>,
    taken: Vec<usize>,
    covered: Vec<Range<usize>>,
}

impl Marks {
    /// Finds the lines that begin with `r[`, also behind the signs of lists and quotes.
    pub(super) fn find(text: &str) -> Self {
        let mut found = Vec::new();
        for (bracket, _) in text.match_indices('[') {
            if text[..bracket].ends_with('r') && begins_line(&text[..bracket - 1]) {
                let start = bracket - 1;
                let length = text[start..].find('\n').unwrap_or(text.len() - start);
                found.push(start..start + text[start..start + length].trim_end().len());
            }
        }
        Self {
            lines: found,
            taken: Vec::new(),
            covered: Vec::new(),
        }
    }

    /// The mark that begins at this offset, the start of a paragraph.
    pub(super) fn take(&mut self, text: &str, at: usize) -> Option<Mark> {
        let index = self
            .lines
            .binary_search_by_key(&at, |line| line.start)
            .ok()?;
        let line = self.lines[index].clone();
        let at_margin = at == 0 || text.as_bytes()[at - 1] == b'\n';
        let inner = text[line.clone()].strip_prefix("r[")?.strip_suffix(']')?;
        if !at_margin || inner.contains(['[', ']']) {
            return None;
        }
        self.taken.push(at);
        Some(Mark {
            id: line.start + 2..line.end - 1,
            line,
        })
    }

    /// Says that a range is code or HTML, where nothing is a mark.
    pub(super) fn cover(&mut self, range: Range<usize>) {
        self.covered.push(range);
    }

    /// The lines that look like marks and stand where a mark means nothing.
    pub(super) fn misplaced(&self) -> Vec<Range<usize>> {
        let is_code = |at: usize| {
            let next = self.covered.partition_point(|range| range.end <= at);
            self.covered
                .get(next)
                .is_some_and(|range| range.start <= at)
        };
        let free = |line: &&Range<usize>| {
            self.taken.binary_search(&line.start).is_err() && !is_code(line.start)
        };
        self.lines.iter().filter(free).cloned().collect()
    }
}

/// Whether the bracket at this offset is that of a rule mark at the margin.
pub(super) fn is_bracket(text: &str, at: usize) -> bool {
    text[..at]
        .strip_suffix('r')
        .is_some_and(|before| before.is_empty() || before.ends_with('\n'))
}

/// Whether the last line of a text holds nothing but the signs of lists and quotes.
fn begins_line(text: &str) -> bool {
    let rest = text.trim_end_matches([' ', '\t', '>', '-', '*', '+', ':']);
    rest.is_empty() || rest.ends_with('\n')
}

/// What is wrong with a line that [`Marks::misplaced`] gave.
pub(super) fn misplaced(text: &str, span: Span) -> Diagnostic {
    let line = &text[span.start..span.end];
    if line.ends_with(']') {
        Diagnostic::error(
            "misplaced-rule",
            span,
            "a rule mark stands at the margin, as the first line of its block",
        )
        .label("this one is inside another block")
        .help("put a blank line above it, no sign or space before it and no underline below it")
    } else {
        Diagnostic::error(
            "malformed-rule",
            span,
            "a line that begins with `r[` is a rule mark and nothing else",
        )
        .label("expected `r[area.thing.detail]` alone on the line")
        .help("put the text on the next line, or write the brackets in backticks")
    }
}
