//! Findings that a device is known for: which tests are expected to fail, why, and what proves it.

use std::path::Path;

use crate::select::Pattern;
use crate::test::Test;

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The tests that fail.
    pub pattern: Pattern,
    /// Why.
    pub reason: String,
    /// What proves that it is the driver which is wrong.
    pub evidence: String,
    /// Where it is recorded: the line in the file.
    pub line: usize,
}

/// A file of known findings.
///
/// An entry is a line with a pattern of tests, and below it, indented, `reason:` and `evidence:`; text may go on in lines that
/// are indented further. Lines that begin with `#` are comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected(Vec<Known>);

/// A mistake in such a file: the line, counted from 1, and what is wrong.
pub type Mistake = (usize, String);

impl Expected {
    /// Reads a file.
    ///
    /// # Errors
    /// All mistakes, each as `file:line: what`, or why the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Vec<String>> {
        let name = path.display();
        let text =
            std::fs::read_to_string(path).map_err(|error| vec![format!("{name}: {error}")])?;
        let place = |(line, what): Mistake| format!("{name}:{line}: {what}");
        Self::parse(&text).map_err(|mistakes| mistakes.into_iter().map(place).collect())
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// All mistakes.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let mut parser = Parser::default();
        for (number, line) in text.lines().enumerate() {
            parser.line(number + 1, line);
        }
        parser.end();
        parser.mistakes.sort_by_key(|(line, _)| *line);
        match parser.mistakes.is_empty() {
            true => Ok(Self(parser.known)),
            false => Err(parser.mistakes),
        }
    }

    /// What is known of a test.
    pub fn of(&self, test: &Test) -> Option<&Known> {
        self.0.iter().find(|known| known.pattern.means(test))
    }

    /// Entries that mean no test at all: the file is older than the suite, or has a misprint.
    pub fn useless<'a>(&'a self, tests: &'a [Test]) -> impl Iterator<Item = &'a Known> {
        let useless = |known: &&Known| !tests.iter().any(|test| known.pattern.means(test));
        self.0.iter().filter(useless)
    }
}

#[derive(Default)]
struct Parser {
    known: Vec<Known>,
    mistakes: Vec<Mistake>,
    /// The field whose text may go on, and how far it is indented.
    field: Option<(Field, usize)>,
}

#[derive(Clone, Copy)]
enum Field {
    Reason,
    Evidence,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            self.end();
            self.field = None;
            self.known.push(Known {
                pattern: Pattern::new(text),
                reason: String::new(),
                evidence: String::new(),
                line: number,
            });
            return;
        }
        let more = self
            .field
            .filter(|(_, field)| indent > *field)
            .map(|(field, _)| field);
        let Some(known) = self.known.last_mut() else {
            self.mistakes.push((
                number,
                "expected the name of a test, at the beginning of the line".to_owned(),
            ));
            return;
        };
        let mut begin = |field, text: &str| {
            let into = known.text(field);
            if !into.is_empty() {
                self.mistakes.push((number, "said twice".to_owned()));
            }
            into.push_str(text.trim());
            self.field = Some((field, indent));
        };
        if let Some(field) = more {
            let into = known.text(field);
            into.push(' ');
            into.push_str(text);
        } else if let Some(text) = text.strip_prefix("reason:") {
            begin(Field::Reason, text);
        } else if let Some(text) = text.strip_prefix("evidence:") {
            begin(Field::Evidence, text);
        } else {
            self.mistakes
                .push((number, "expected `reason:` or `evidence:`".to_owned()));
        }
    }

    /// An entry is complete, or should be.
    fn end(&mut self) {
        let Some(known) = self.known.last() else {
            return;
        };
        for (name, text) in [("reason", &known.reason), ("evidence", &known.evidence)] {
            if text.is_empty() {
                self.mistakes.push((
                    known.line,
                    format!("`{}` has no {name}", known.pattern.text()),
                ));
            }
        }
    }
}

impl Known {
    fn text(&mut self, field: Field) -> &mut String {
        match field {
            Field::Reason => &mut self.reason,
            Field::Evidence => &mut self.evidence,
        }
    }
}

#[cfg(test)]
mod tests;
