//! `work`, `conditions` and `failures` tables: what a VMM does in a step, when, and what can go wrong.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::{Injection, Work};

use super::choice::{self, BY_BOOK, Choice, Variant};
use super::{Cx, expr, predicates};
use crate::doc::doc;
use crate::ident::ident;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let edition = cx.edition;
    if edition.work.is_empty() && edition.injections.is_empty() && edition.flows.is_empty() {
        return TokenStream::new();
    }
    let work = work(cx);
    let injection = injection(cx);
    quote!(#work #injection)
}

fn work(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.work;
    let idents: Vec<Ident> = rows
        .iter()
        .map(|w| cx.names.work.get(&w.name.value))
        .collect();
    let variant = |(row, ident): (&Work, &Ident)| Variant {
        ident: ident.clone(),
        name: row.name.value.clone(),
        doc: cx.docs.row_and(
            &row.meaning.value,
            &format!("Legal while `{}`.", cx.written(row.legal.span)),
            row.name.span,
        ),
    };
    let variants: Vec<Variant> = rows.iter().zip(&idents).map(variant).collect();
    Choice {
        ty: &ident("Work"),
        doc: doc("What a VMM does in a step of a flow."),
        variants: &variants,
        order: BY_BOOK,
        functions: legality(cx, rows, &idents),
    }
    .generate()
}

/// `legal`, of the state and every condition.
fn legality(cx: &Cx<'_>, rows: &[Work], idents: &[Ident]) -> TokenStream {
    let legal = choice::arms(idents, rows.iter().map(|row| legal(cx, row)));
    let mut names = rows.iter().flat_map(|row| row.legal.value.names());
    let conditions: Vec<Ident> = conditions(cx);
    let ty = &cx.names.state;
    let state = cx.register().map(|_| quote!(state: #ty,));
    let reads_state = names.any(|n| !cx.names.conditions.has(&n.name));
    let mut unused: Vec<Ident> = conditions
        .iter()
        .filter(|c| !reads(cx, rows, c))
        .cloned()
        .collect();
    unused.extend((state.is_some() && !reads_state).then(|| ident("state")));
    quote! {
        /// Whether a VMM may do it with a device in this state, under these conditions.
        pub const fn legal(self, #state #(#conditions: bool),*) -> bool {
            #(let _ = #unused;)*
            #legal
        }
    }
}

/// Whether a row speaks of the condition.
fn reads(cx: &Cx<'_>, rows: &[Work], condition: &Ident) -> bool {
    let mut names = rows.iter().flat_map(|row| row.legal.value.names());
    names
        .any(|n| cx.names.conditions.has(&n.name) && cx.names.conditions.get(&n.name) == *condition)
}

fn legal(cx: &Cx<'_>, row: &Work) -> TokenStream {
    let ty = &cx.names.state;
    expr::condition(&row.legal.value, &|name| {
        if cx.names.conditions.has(name) {
            let condition = cx.names.conditions.get(name);
            quote!(#condition)
        } else {
            predicates::state_name(cx, name, &quote!(state), &quote!(#ty))
        }
    })
}

/// The conditions as fields and parameters, in the order of the book.
pub(super) fn conditions(cx: &Cx<'_>) -> Vec<Ident> {
    cx.edition
        .conditions
        .iter()
        .map(|c| cx.names.conditions.get(&c.name.value))
        .collect()
}

fn injection(cx: &Cx<'_>) -> TokenStream {
    let variant = |row: &Injection| Variant {
        ident: cx.names.injections.get(&row.name.value),
        name: row.name.value.clone(),
        doc: cx.docs.row(&row.meaning.value, row.name.span),
    };
    let variants: Vec<Variant> = cx.edition.injections.iter().map(variant).collect();
    Choice {
        ty: &ident("Injection"),
        doc: doc("What goes wrong in a step of a flow."),
        variants: &variants,
        order: BY_BOOK,
        functions: TokenStream::new(),
    }
    .generate()
}
