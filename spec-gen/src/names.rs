//! The identifiers that a book's names get, decided in one place: every file that mentions an item asks here.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use spec_model::model::Book;
use spec_model::source::Spanned;

use crate::ident::{Scope, ident};

mod edition;
mod protocol;

pub(crate) use edition::{Names, adopted};
pub(crate) use protocol::{CallKind, CallbackNames, ProtocolNames, RegisterNames};

/// The identifiers of the names of one namespace.
#[derive(Default)]
pub(crate) struct Lexicon {
    map: BTreeMap<String, Ident>,
    order: Vec<String>,
}

impl Lexicon {
    /// Identifiers from one scope; `wish` says how a name is spelled.
    fn fill<'a>(
        scope: &mut Scope,
        names: impl IntoIterator<Item = &'a Spanned<String>>,
        wish: impl Fn(&str) -> String,
    ) -> Self {
        let mut lexicon = Self::default();
        for name in names {
            lexicon.add(scope, &name.value, &wish(&name.value));
        }
        lexicon
    }

    fn add(&mut self, scope: &mut Scope, name: &str, wish: &str) {
        if !self.map.contains_key(name) {
            self.map.insert(name.to_owned(), scope.take(wish));
            self.order.push(name.to_owned());
        }
    }

    /// The identifier of a name; of an unknown name, the name itself, for rustc to say that it is missing.
    pub(crate) fn get(&self, name: &str) -> Ident {
        self.map.get(name).cloned().unwrap_or_else(|| ident(name))
    }

    /// The names with their identifiers, in the order of the book.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Ident)> {
        self.order
            .iter()
            .filter_map(|name| Some((name.as_str(), self.map.get(name)?)))
    }

    /// Whether the name is one of this namespace.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }
}

/// Identifiers at the root of the generated code.
pub(crate) struct RootNames {
    /// Constants in `rules`, by id.
    pub(crate) rules: Lexicon,
    /// Modules of the constants that belong to no edition.
    pub(crate) groups: Lexicon,
    /// Modules of the editions.
    pub(crate) editions: Lexicon,
}

impl RootNames {
    /// Of a book.
    pub(crate) fn new(book: &Book) -> Self {
        let mut scope = Scope::with("rules core");
        let mut rules = Lexicon::default();
        let mut constants = Scope::with("ALL Level Rule");
        for rule in &book.rules {
            rules.add(&mut constants, &rule.id.value, &rule.constant());
        }
        Self {
            rules,
            groups: Lexicon::fill(
                &mut scope,
                book.constants.iter().map(|g| &g.name),
                str::to_owned,
            ),
            editions: Lexicon::fill(
                &mut scope,
                book.editions.iter().map(|e| &e.name),
                str::to_owned,
            ),
        }
    }
}
