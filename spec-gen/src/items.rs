//! Which generated items implement which rule: those whose doc comments name it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use spec_model::model::Book;

use crate::rust::groups;

/// A generated item that a rule asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The rule.
    pub rule: String,
    /// The path within the generated module: `v1::DeviceState::RUNNING`.
    pub path: String,
}

/// Every item that names a rule in its doc comment, in the order of generation. Constants with the ids
/// of rules are left out: every rule has one.
pub fn items(book: &Book) -> Vec<Item> {
    let mut found = Vec::new();
    for group in groups(book)
        .into_iter()
        .filter(|group| group.name != "rules")
    {
        let mut path: Vec<String> = group.edition.into_iter().collect();
        walk(group.tokens, &mut path, &mut found);
    }
    found
}

/// What has items inside; a function has statements.
const CONTAINERS: &[&str] = &["mod", "struct", "enum", "trait", "impl"];
/// Other words that stand before the name of an item.
const BEFORE: &[&str] = &["pub", "const", "static", "unsafe", "fn", "type"];

/// What is known of an item before its end.
#[derive(Default)]
struct Head {
    /// The rule that its doc comment names.
    rule: Option<String>,
    container: bool,
    name: Option<String>,
}

impl Head {
    fn word(&mut self, word: &str) {
        match word {
            // The type of `impl Trait for Type` comes last.
            "for" if self.container => self.name = None,
            _ if self.name.is_some() => {}
            _ if CONTAINERS.contains(&word) => self.container = true,
            _ if BEFORE.contains(&word) => {}
            _ => self.name = Some(word.to_owned()),
        }
    }

    /// The item ends, or its body begins.
    fn end(self, path: &[String], found: &mut Vec<Item>) {
        if let (Some(rule), Some(name)) = (self.rule, self.name) {
            let path = [path, &[name]].concat().join("::");
            found.push(Item { rule, path });
        }
    }
}

/// Reads items one after the other: attributes, words, the name, the rest up to a brace, `;` or `,`.
fn walk(tokens: TokenStream, path: &mut Vec<String>, found: &mut Vec<Item>) {
    let mut head = Head::default();
    let mut after_hash = false;
    for token in tokens {
        let hash = std::mem::replace(&mut after_hash, false);
        match token {
            TokenTree::Punct(mark) => match mark.as_char() {
                '#' => after_hash = true,
                ';' | ',' => std::mem::take(&mut head).end(path, found),
                _ => {}
            },
            TokenTree::Ident(word) => head.word(&word.to_string()),
            TokenTree::Group(group) if hash => {
                head.rule = rule_in(group.stream()).or(head.rule);
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let head = std::mem::take(&mut head);
                let inside = head.name.clone().filter(|_| head.container);
                head.end(path, found);
                if let Some(name) = inside {
                    path.push(name);
                    walk(group.stream(), path, found);
                    path.pop();
                }
            }
            TokenTree::Group(_) | TokenTree::Literal(_) => {}
        }
    }
    head.end(path, found);
}

/// The rule that `doc = "… Rule [`v1.state.bits`](…) …"` names.
fn rule_in(attribute: TokenStream) -> Option<String> {
    let text = attribute.into_iter().find_map(|token| match token {
        TokenTree::Literal(text) => Some(text.to_string()),
        _ => None,
    })?;
    let (_, after) = text.split_once("Rule [`")?;
    Some(after.split_once('`')?.0.to_owned())
}
