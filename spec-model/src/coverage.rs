//! Which tests name which rules.
//!
//! A test names rules by `covers![V1_STATE_SYNC, V1_STATE_RESET];`. [`scan`] finds these in the text
//! of one Rust file, [`Report::new`] sorts them by rule. Only [`files`] reads from disk.

mod files;

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::model::{Book, Rule};

pub use files::{FOLDERS, files};

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

/// Every rule that a file names, in the order of the file.
///
/// # Errors
/// A text that Rust's lexer refuses.
pub fn scan(path: &str, text: &str) -> Result<Vec<Mention>, Unreadable> {
    let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
        let at = error.span().start();
        Unreadable {
            path: path.to_owned(),
            line: at.line,
            column: at.column + 1,
        }
    })?;
    let mut scanner = Scanner {
        path,
        mentions: Vec::new(),
    };
    scanner.tokens(tokens, &Scope::default());
    Ok(scanner.mentions)
}

/// What stands around some tokens.
#[derive(Clone, Default)]
struct Scope {
    modules: String,
    function: Option<Function>,
}

struct Scanner<'p> {
    path: &'p str,
    mentions: Vec<Mention>,
}

/// The item that the tokens so far begin.
#[derive(Default)]
struct Item {
    test: bool,
    ignored: bool,
    function: Option<Function>,
    module: Option<String>,
}

impl Scanner<'_> {
    fn tokens(&mut self, tokens: TokenStream, scope: &Scope) {
        let mut item = Item::default();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(TokenTree::Group(group)) = tokens.next_if(is_brackets) {
                        item.attribute(&group);
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => item = Item::default(),
                TokenTree::Ident(ident) if ident == "fn" => {
                    if let Some(TokenTree::Ident(name)) = tokens.peek() {
                        let name = format!("{}{name}", scope.modules);
                        let line = ident.span().start().line;
                        item.function = Some(Function {
                            name,
                            line,
                            test: item.test,
                            ignored: item.ignored,
                        });
                    }
                }
                TokenTree::Ident(ident) if ident == "mod" => {
                    item.module = tokens
                        .peek()
                        .map(|name| format!("{}{name}::", scope.modules));
                }
                TokenTree::Ident(ident) if ident == "covers" => {
                    let call =
                        tokens.next_if(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == '!'));
                    if let (Some(_), Some(TokenTree::Group(rules))) = (call, tokens.peek()) {
                        self.rules(rules.stream(), scope);
                        tokens.next();
                    }
                }
                TokenTree::Group(group) => {
                    self.tokens(group.stream(), &item.inside(scope, &group));
                    if group.delimiter() == Delimiter::Brace {
                        item = Item::default();
                    }
                }
                _ => {}
            }
        }
    }

    /// The inside of `covers![A, rules::B]`.
    fn rules(&mut self, rules: TokenStream, scope: &Scope) {
        let mut last = None;
        let end = std::iter::once(None);
        for token in rules.into_iter().map(Some).chain(end) {
            match token {
                Some(TokenTree::Ident(ident)) => last = Some(ident),
                Some(TokenTree::Punct(punct)) if punct.as_char() != ',' => {}
                _ => self.mentions.extend(last.take().map(|ident| Mention {
                    constant: ident.to_string(),
                    path: self.path.to_owned(),
                    line: ident.span().start().line,
                    function: scope.function.clone(),
                })),
            }
        }
    }
}

fn is_brackets(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

impl Item {
    /// `#[test]`, `#[path::test]` or `#[ignore = "…"]`
    fn attribute(&mut self, attribute: &Group) {
        let mut path = Vec::new();
        for token in attribute.stream() {
            match token {
                TokenTree::Ident(ident) => path.push(ident.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                _ => break,
            }
        }
        self.test |= path.last().is_some_and(|name| name == "test");
        self.ignored |= path == ["ignore"];
    }

    /// The scope of a group that follows.
    fn inside(&self, scope: &Scope, group: &Group) -> Scope {
        let mut inside = scope.clone();
        if group.delimiter() == Delimiter::Brace {
            inside.modules = self.module.clone().unwrap_or(inside.modules);
            inside.function = self.function.clone().or(inside.function);
        }
        inside
    }
}

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
