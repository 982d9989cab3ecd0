//! Which tests name which rules.
//!
//! A test names rules by `covers![V1_STATE_SYNC, V1_STATE_RESET];`. [`scan`] finds these in the text
//! of one Rust file, [`Report::new`] sorts them by rule. Only [`files`] reads from disk.

mod files;
mod lexer;
mod scan;

use std::collections::HashMap;

use crate::model::{Book, Rule};

pub use files::{FOLDERS, files};
pub use scan::scan;

/// A rule's constant in a `covers!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// `V1_STATE_SYNC`
    pub constant: String,
    /// The file, as it was given to [`scan`].
    pub path: String,
    /// From 1.
    pub line: usize,
    /// The function around it; `None` for a `covers!` that stands in no function.
    pub function: Option<Function>,
}

/// A function that names rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// With the modules around it: `errors::reset_leaves_error`.
    pub name: String,
    /// Where it begins, from 1.
    pub line: usize,
    /// Whether it has a `#[test]`.
    pub test: bool,
    /// Whether it has an `#[ignore]`: it is there, and does not run.
    pub ignored: bool,
}

impl Mention {
    /// Whether the test runner runs it: only then is the rule tested.
    pub fn runs(&self) -> bool {
        self.function
            .as_ref()
            .is_some_and(|function| function.test && !function.ignored)
    }
}

/// A file that is not Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file, as it was given to [`scan`].
    pub path: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{}:{}: this is not Rust: expected tokens",
            self.path, self.line, self.column
        )
    }
}

impl std::error::Error for Unreadable {}

/// Mentions by rule.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// For each of [`Book::rules`], where it is named.
    pub rules: Vec<Vec<Mention>>,
    /// Names of no rule.
    pub unknown: Vec<Mention>,
}

impl Report {
    /// Sorts what was found by rule.
    pub fn new(book: &Book, mentions: impl IntoIterator<Item = Mention>) -> Self {
        let constants = book.rules.iter().enumerate();
        let places: HashMap<String, usize> = constants
            .map(|(index, rule)| (rule.constant(), index))
            .collect();
        let mut report = Self {
            rules: vec![Vec::new(); book.rules.len()],
            unknown: Vec::new(),
        };
        for mention in mentions {
            match places.get(&mention.constant) {
                Some(&index) => report.rules[index].push(mention),
                None => report.unknown.push(mention),
            }
        }
        report
    }

    /// Rules that no test which runs names, and that do not say why.
    pub fn uncovered<'b>(&self, book: &'b Book) -> impl Iterator<Item = &'b Rule> {
        let rules = book.rules.iter().zip(&self.rules);
        let open = rules
            .filter(|(rule, tests)| rule.untestable.is_none() && !tests.iter().any(Mention::runs));
        open.map(|(rule, _)| rule)
    }

    /// Rules that claim to be untestable, and that a test names.
    pub fn contradicted<'b>(&self, book: &'b Book) -> impl Iterator<Item = &'b Rule> {
        let rules = book.rules.iter().zip(&self.rules);
        let tested = rules
            .filter(|(rule, tests)| rule.untestable.is_some() && tests.iter().any(Mention::runs));
        tested.map(|(rule, _)| rule)
    }
}
