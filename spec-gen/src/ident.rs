//! Names of the book as Rust identifiers: always legal, never the same twice in one namespace.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

/// Keywords of every edition, strict and reserved; all can be written `r#name`.
const KEYWORDS: &str = "abstract as async await become box break const continue do dyn else enum extern \
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
    static struct trait true try type typeof unsafe unsized use virtual where while yield";

/// Words that cannot be identifiers even with `r#`.
const PATH_WORDS: &[&str] = &["self", "Self", "super", "crate", "_"];

/// One namespace: gives every name out once.
#[derive(Default)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// A namespace in which some names are spoken for.
    pub(crate) fn with(reserved: &str) -> Self {
        Self {
            taken: reserved.split_whitespace().map(str::to_owned).collect(),
        }
    }

    /// The identifier for a wish; underscores are added where the name is taken or not allowed.
    pub(crate) fn take(&mut self, wish: &str) -> Ident {
        let mut name = legal(wish);
        while PATH_WORDS.contains(&name.as_str()) || self.taken.contains(&name) {
            name.push('_');
        }
        self.taken.insert(name.clone());
        raw(&name)
    }
}

/// An identifier that need not be unique.
pub(crate) fn ident(wish: &str) -> Ident {
    Scope::default().take(wish)
}

/// `in_error`, `IN_ERROR` or `in-error` as `InError`.
pub(crate) fn camel(name: &str) -> String {
    let part = |part: &str| {
        let lower = if part.chars().any(char::is_lowercase) {
            part.to_owned()
        } else {
            part.to_lowercase()
        };
        let mut chars = lower.chars();
        chars
            .next()
            .map(|first| first.to_uppercase().collect::<String>() + chars.as_str())
    };
    name.split(['_', '-', '.', ' ']).filter_map(part).collect()
}

/// Only letters, digits and underscores, and no digit in front. What is not ASCII is spelled by its number.
fn legal(wish: &str) -> String {
    let mut name = String::new();
    for c in wish.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '_' => name.push(c),
            '0'..='9' if name.is_empty() => name.extend(['_', c]),
            '0'..='9' => name.push(c),
            ' '..='~' => name.push('_'),
            _ => name.push_str(&format!("u{:x}", u32::from(c))),
        }
    }
    if name.is_empty() {
        "_".to_owned()
    } else {
        name
    }
}

fn raw(name: &str) -> Ident {
    if KEYWORDS.split_whitespace().any(|word| word == name) {
        Ident::new_raw(name, Span::call_site())
    } else {
        Ident::new(name, Span::call_site())
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, camel, ident};

    #[test]
    fn every_wish_becomes_a_legal_identifier() {
        for (wish, name) in [
            ("type", "r#type"),
            ("Self", "Self_"),
            ("crate", "crate_"),
            ("1.a-b", "_1_a_b"),
            ("", "__"),
            ("größe", "gru00f6u00dfe".replace("u00", "u").as_str()),
        ] {
            assert_eq!(ident(wish).to_string(), name, "{wish}");
        }
    }

    #[test]
    fn a_name_is_given_out_once() {
        let mut scope = Scope::with("NONE");
        let names = ["NONE", "A", "A", "A_"].map(|wish| scope.take(wish).to_string());
        assert_eq!(names, ["NONE_", "A", "A_", "A__"]);
    }

    #[test]
    fn camel_case_of_every_spelling() {
        for (name, is) in [
            ("in_error", "InError"),
            ("SAVING", "Saving"),
            ("rfc_v2", "RfcV2"),
            ("a__b", "AB"),
            ("qEMU", "QEMU"),
        ] {
            assert_eq!(camel(name), is);
        }
    }
}
