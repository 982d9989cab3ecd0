//! `rules`: every rule of the book as a constant, so that a test that names a rule which does not exist does
//! not compile.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::model::{Book, Level, Rule};

use crate::doc::Docs;
use crate::names::RootNames;

pub(super) fn generate(book: &Book, root: &RootNames) -> TokenStream {
    let docs = Docs::new(book, &root.rules, "self");
    let constants = book
        .rules
        .iter()
        .map(|rule| constant(book, root, &docs, rule));
    let names = book.rules.iter().map(|rule| root.rules.get(&rule.id.value));
    let types = types();
    quote! {
        /// The rules of the book. Each constant is a rule; its text is the doc comment.
        pub mod rules {
            #types
            #(#constants)*

            /// Every rule, in the order of the book.
            pub const ALL: &[Rule] = &[#(#names),*];
        }
    }
}

fn types() -> TokenStream {
    quote! {
        /// A rule of the book.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct Rule {
            /// The id by which the book marks it: `v1.state.sync`.
            pub id: &'static str,
            /// The chapter, relative to the folder of the book.
            pub chapter: &'static str,
            /// How strongly it binds.
            pub level: Level,
            /// Whether a test can show that it is kept.
            pub testable: bool,
            /// What it says, without mark-up; empty for a rule that names only a table.
            pub text: &'static str,
        }

        /// How strongly a rule binds, by the strongest keyword of its text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Level {
            /// It defines, and asks for nothing.
            Definition,
            /// MAY
            May,
            /// SHOULD, SHOULD NOT
            Should,
            /// MUST, MUST NOT
            Must,
        }
    }
}

fn constant(book: &Book, root: &RootNames, docs: &Docs<'_>, rule: &Rule) -> TokenStream {
    let name = root.rules.get(&rule.id.value);
    let id = &rule.id.value;
    let chapter = book
        .chapters
        .get(rule.chapter)
        .map_or("", |c| c.path.as_str());
    let testable = rule.untestable.is_none();
    let plain = crate::doc::words(&rule.text.value);
    let level = match rule.level {
        Level::Definition => quote!(Definition),
        Level::May => quote!(May),
        Level::Should => quote!(Should),
        Level::Must => quote!(Must),
    };
    let why_not = rule
        .untestable
        .as_ref()
        .map(|why| format!("\n\nNo test can show it: {}.", docs.markdown(&why.value)));
    let text = docs.markdown(&rule.text.value);
    let doc = crate::doc::doc(format!("{text}{}", why_not.unwrap_or_default()).trim());
    let doc = if doc.is_empty() {
        crate::doc::doc(&format!("`{id}`"))
    } else {
        doc
    };
    quote! {
        #doc
        pub const #name: Rule = Rule { id: #id, chapter: #chapter, level: Level::#level, testable: #testable, text: #plain };
    }
}
