//! `arcs` tables: each row a variant of `Arc`, with its ends and what becomes of the data session.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::{Fsm, FsmArc, Session, SessionEffect};

use super::choice::{self, BY_BOOK, Choice, Variant};
use super::{Cx, states};
use crate::doc::doc;
use crate::ident::ident;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(fsm) = &cx.edition.fsm else {
        return TokenStream::new();
    };
    let variant = |(row, ident): (&FsmArc, &Ident)| Variant {
        ident: ident.clone(),
        name: row.callback.value.clone(),
        doc: cx
            .docs
            .row_and(&row.meaning.value, &when(cx, row), row.callback.span),
    };
    let variants: Vec<Variant> = fsm.arcs.iter().zip(&cx.names.arcs).map(variant).collect();
    let arc = Choice {
        ty: &ident("Arc"),
        doc: doc("A step that a driver implements: from one state to another."),
        variants: &variants,
        order: BY_BOOK,
        functions: facts(cx, fsm),
    }
    .generate();
    quote! {
        #arc

        /// What becomes of the data session.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum SessionEffect {
            /// There is none before and none after.
            None,
            /// There was none; one begins that user space reads.
            StartsSaving,
            /// There was none; one begins that user space writes.
            StartsResuming,
            /// It goes on.
            Keeps,
            /// It is over.
            Ends,
        }
    }
}

/// Which devices have it.
fn when(cx: &Cx<'_>, row: &FsmArc) -> String {
    match row.needs.value.names().as_slice() {
        [] => "Every device has it.".to_owned(),
        _ => format!("Only where `{}`.", cx.written(row.needs.span)),
    }
}

/// `from`, `to`, `session`, `rule`.
fn facts(cx: &Cx<'_>, fsm: &Fsm) -> TokenStream {
    let ty = &cx.names.state;
    let variants = &cx.names.arcs;
    let end = |of: fn(&FsmArc) -> u32| {
        let ends = fsm.arcs.iter().map(of);
        choice::arms(
            variants,
            ends.map(|end| states::value(cx, fsm, end, &quote!(#ty))),
        )
    };
    let (from, to) = (end(|row| row.from.value), end(|row| row.to.value));
    let sessions = fsm.arcs.iter().map(|row| session(row.session));
    let sessions = choice::arms(variants, sessions);
    let rules = fsm.arcs.iter().map(|row| row.rule.as_deref());
    let rules: Option<Vec<&str>> = rules.collect();
    let rule = rules.filter(|rules| !rules.is_empty()).map(|rules| {
        let rules = rules.into_iter().map(|id| {
            let constant = cx.root.rules.get(id);
            quote!(super::rules::#constant)
        });
        let rules = choice::arms(variants, rules);
        quote! {
            /// The rule that says what the driver does.
            pub const fn rule(self) -> super::rules::Rule {
                #rules
            }
        }
    });
    quote! {
            /// The state before.
            pub const fn from(self) -> #ty {
                #from
            }

            /// The state after.
            pub const fn to(self) -> #ty {
                #to
            }

            /// What becomes of the data session.
            pub const fn session(self) -> SessionEffect {
                #sessions
            }

            #rule
    }
}

fn session(effect: SessionEffect) -> TokenStream {
    match effect {
        SessionEffect::None => quote!(SessionEffect::None),
        SessionEffect::Starts(Session::Saving) => quote!(SessionEffect::StartsSaving),
        SessionEffect::Starts(Session::Resuming) => quote!(SessionEffect::StartsResuming),
        SessionEffect::Keeps => quote!(SessionEffect::Keeps),
        SessionEffect::Ends => quote!(SessionEffect::Ends),
    }
}
