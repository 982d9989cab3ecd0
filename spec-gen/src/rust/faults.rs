//! `errors` tables: each row a variant of `Fault`, with its errno and what the device reads afterwards.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::{Fault, FaultAfter};

use super::choice::{self, BY_BOOK, Choice, Variant};
use super::{Cx, constants, states};
use crate::doc::doc;
use crate::ident::ident;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.faults;
    let idents: Vec<Ident> = rows
        .iter()
        .map(|f| cx.names.faults.get(&f.name.value))
        .collect();
    let variants: Vec<Variant> = rows.iter().map(|row| variant(cx, row)).collect();
    let (about, wide) = (doc("Why an operation failed."), as_wide_as_a_state(cx));
    let fault = Choice {
        ty: &ident("Fault"),
        doc: quote!(#about #wide),
        variants: &variants,
        order: BY_BOOK,
        functions: facts(cx, rows, &idents),
    }
    .generate();
    let on_the_path = rows.iter().any(|row| row.after == FaultAfter::OnThePath);
    let on_the_path = on_the_path.then(|| {
        quote! {
            /// The state that the failing arc left from: the old one, or one along the path.
            OnThePath,
        }
    });
    quote! {
        #fault

        impl core::error::Error for Fault {}

        /// What the device reads after a failure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum After {
            /// What it read before.
            Unchanged,
            /// The error state.
            Error,
            #on_the_path
        }
    }
}

/// Where a request gives a state or an error, both have the same width: then the result is two numbers, and nothing has to
/// be unpacked before the state is known.
fn as_wide_as_a_state(cx: &Cx<'_>) -> Option<TokenStream> {
    let raw = states::raw_type(cx.edition.fsm.as_ref()?);
    Some(quote!(#[repr(#raw)]))
}

fn variant(cx: &Cx<'_>, row: &Fault) -> Variant {
    let when = format!(
        "{}: {}.",
        cx.docs.sentence(&row.operation.value).trim_end_matches('.'),
        cx.docs.markdown(&row.when.value).trim_end_matches('.')
    );
    let fails = format!("Fails with `{}`.", row.errno.value);
    Variant {
        ident: cx.names.faults.get(&row.name.value),
        name: row.name.value.clone(),
        doc: cx.docs.text_and(&when, &fails, row.name.span),
    }
}

/// `errno`, `after`, `rule`.
fn facts(cx: &Cx<'_>, rows: &[Fault], idents: &[Ident]) -> TokenStream {
    let errnos = choice::arms(idents, rows.iter().map(|row| errno(cx, row)));
    let afters = choice::arms(
        idents,
        rows.iter().map(|row| match row.after {
            FaultAfter::Unchanged => quote!(After::Unchanged),
            FaultAfter::Error => quote!(After::Error),
            FaultAfter::OnThePath => quote!(After::OnThePath),
        }),
    );
    let rules = choice::arms(
        idents,
        rows.iter().map(|row| {
            let rule = cx.root.rules.get(&row.rule.value);
            quote!(super::rules::#rule)
        }),
    );
    quote! {
            /// The positive number that the operation fails with.
            pub const fn errno(self) -> i32 {
                #errnos
            }

            /// What the device reads afterwards.
            pub const fn after(self) -> After {
                #afters
            }

            /// The rule that it enforces.
            pub const fn rule(self) -> super::rules::Rule {
                #rules
            }
    }
}

fn errno(cx: &Cx<'_>, row: &Fault) -> TokenStream {
    match constants::path(cx, &row.errno.value) {
        Some((path, ty)) if ty == "i32" => path,
        Some((path, _)) => quote!(#path as i32),
        None => {
            let text = format!("no constant is called {}", row.errno.value);
            quote!(core::compile_error!(#text))
        }
    }
}
