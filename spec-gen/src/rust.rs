//! The model as Rust items: no_std, no allocation, no dependency, no unsafe code.
//!
//! [`groups`] gives the items group by group, [`tokens`] all of them, each edition in a module of its own.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::analysis::{self, Register};
use spec_model::model::{Book, Edition};

use crate::doc::{Docs, doc};
use crate::names::{Names, RootNames};

mod actions;
mod answer;
mod arcs;
mod bits;
mod bits_text;
mod call;
mod capabilities;
mod choice;
mod constants;
mod deed;
mod description;
mod description_text;
mod driver;
mod expr;
mod faults;
mod flow_types;
mod flows;
mod ioctls;
mod next;
mod optional;
mod parse_error;
mod paths;
mod predicates;
mod protocol;
mod refusals;
mod registers;
mod requests;
mod rules;
mod state;
mod states;
mod states_text;
mod structs;
mod system;

pub(crate) use states::ERROR;

/// One group of generated items.
pub struct Group {
    /// The edition whose module holds it; `None` for the root.
    pub edition: Option<String>,
    /// What it holds: `actions`.
    pub name: &'static str,
    /// The items.
    pub tokens: TokenStream,
}

/// What a generator sees: an edition, its identifiers, and the writer of its doc comments.
pub(crate) struct Cx<'a> {
    pub(crate) book: &'a Book,
    pub(crate) edition: &'a Edition,
    pub(crate) names: &'a Names,
    pub(crate) root: &'a RootNames,
    /// For items in the edition's module.
    pub(crate) docs: Docs<'a>,
    /// For items in a module inside it.
    pub(crate) inner_docs: Docs<'a>,
}

/// Writes the items of one group.
type Generator = fn(&Cx<'_>) -> TokenStream;

/// The groups of an edition, in the order of the generated module.
const EDITION_GROUPS: &[(&str, Generator)] = &[
    ("constants", constants::of_edition),
    ("ioctls", ioctls::generate),
    ("structs", structs::generate),
    ("registers", registers::generate),
    ("bits", bits::generate),
    ("bits_text", bits_text::generate),
    ("states", states::generate),
    ("states_text", states_text::generate),
    ("predicates", predicates::generate),
    ("capabilities", capabilities::generate),
    ("actions", actions::generate),
    ("refusals", refusals::generate),
    ("arcs", arcs::generate),
    ("requests", requests::generate),
    ("faults", faults::generate),
    ("protocol", protocol::generate),
    ("driver", driver::generate),
    ("description", description::generate),
    ("description_text", description_text::generate),
    ("parse_error", parse_error::generate),
    ("system", system::generate),
    ("flow_types", flow_types::generate),
    ("flows", flows::generate),
];

/// Every group that is not empty: the root's, then each edition's.
pub fn groups(book: &Book) -> Vec<Group> {
    groups_of(book, &|_| true)
}

/// The same of those editions alone, and of the root (`None`), that are `wanted`.
pub fn groups_of(book: &Book, wanted: &dyn Fn(Option<&str>) -> bool) -> Vec<Group> {
    let root = RootNames::new(book);
    let mut out = Vec::new();
    if wanted(None) {
        let of_root = |name, tokens| Group {
            edition: None,
            name,
            tokens,
        };
        out.push(of_root("rules", rules::generate(book, &root)));
        out.push(of_root("constants", constants::of_book(book, &root)));
    }
    let editions = book.editions.iter();
    for edition in editions.filter(|edition| wanted(Some(&edition.name.value))) {
        let cx = Cx {
            book,
            edition,
            names: &Names::new(edition),
            root: &root,
            docs: Docs::new(book, &root.rules, "super::rules"),
            inner_docs: Docs::new(book, &root.rules, "super::super::rules"),
        };
        let group = |&(name, generate): &(&'static str, Generator)| Group {
            edition: Some(edition.name.value.clone()),
            name,
            tokens: generate(&cx),
        };
        out.extend(EDITION_GROUPS.iter().map(group));
    }
    out.retain(|group| !group.tokens.is_empty());
    out
}

/// All items, each edition in its module.
pub fn tokens(book: &Book) -> TokenStream {
    let root = RootNames::new(book);
    let groups = groups(book);
    let of = |edition: Option<&str>| -> TokenStream {
        groups
            .iter()
            .filter(|g| g.edition.as_deref() == edition)
            .map(|g| g.tokens.clone())
            .collect()
    };
    let mut out = of(None);
    for edition in &book.editions {
        let name = root.editions.get(&edition.name.value);
        let items = of(Some(&edition.name.value));
        let title = doc(&format!(
            "{}: generated from the book.",
            edition.title.trim_end_matches('.')
        ));
        out.extend(quote! {
            #title
            pub mod #name { #items }
        });
    }
    out
}

impl<'a> Cx<'a> {
    /// The register with the state, whatever it holds.
    pub(crate) fn register(&self) -> Option<Register<'a>> {
        analysis::register(self.edition)
    }

    /// An expression as the book writes it.
    pub(crate) fn written(&self, at: spec_model::source::Span) -> String {
        self.book
            .sources
            .text(at)
            .trim()
            .trim_matches('`')
            .replace("\\|", "|")
    }
}
