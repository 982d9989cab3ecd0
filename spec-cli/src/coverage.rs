//! Which rules the tests of this repository name.

use spec_model::coverage::{Report, files, scan};
use spec_model::model::{Book, Rule};

use crate::locate::Location;
use crate::output::{Outcome, Stop, warning};

/// Every rule, and whether a test names it.
pub(crate) struct Coverage<'b> {
    /// How many rules there are.
    pub(crate) rules: usize,
    /// How many of them say why no test can name them.
    pub(crate) untestable: usize,
    /// Those that should be tested and are not.
    pub(crate) uncovered: Vec<&'b Rule>,
    /// Those that claim to be untestable and are tested.
    pub(crate) contradicted: Vec<&'b Rule>,
}

impl<'b> Coverage<'b> {
    /// Reads the tests beside the book; `None` where there is no Rust beside it.
    pub(crate) fn read(at: &Location, book: &'b Book) -> Outcome<Option<Self>> {
        let files = files(at.directory())
            .map_err(|error| Stop::trouble(format!("cannot read the tests: {error}")))?;
        if files.is_empty() {
            return Ok(None);
        }
        let mut mentions = Vec::new();
        for (path, text) in &files {
            match scan(path, text) {
                Ok(found) => mentions.extend(found),
                Err(unreadable) => warning(&unreadable.to_string()),
            }
        }
        let report = Report::new(book, mentions);
        Ok(Some(Self {
            rules: book.rules.len(),
            untestable: book
                .rules
                .iter()
                .filter(|rule| rule.untestable.is_some())
                .count(),
            uncovered: report.uncovered(book).collect(),
            contradicted: report.contradicted(book).collect(),
        }))
    }

    /// How many rules a test names that should be named by one.
    pub(crate) fn tested(&self) -> usize {
        self.rules - self.untestable - self.uncovered.len()
    }

    /// Whether each rule is tested or says why not.
    pub(crate) fn is_complete(&self) -> bool {
        self.uncovered.is_empty() && self.contradicted.is_empty()
    }
}
