//! The trait that a driver implements: a method for each action or arc, callback and event, documented by
//! its row.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::model::Event;

use super::Cx;
use super::call::{self, Signature};
use super::deed::{self, Deed};
use super::optional::{self, Ending};
use crate::doc::doc;
use crate::names::CallbackNames;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let methods: TokenStream = [about(cx), deeds(cx), callbacks(cx), events(cx)]
        .into_iter()
        .collect();
    if methods.is_empty() {
        return methods;
    }
    let (act, calls) = (deed::act(cx), call::dispatch(cx));
    let title = doc(&format!(
        "A driver of a device that speaks {}.",
        cx.edition.name.value
    ));
    quote! {
        #title
        ///
        /// The machine decides what happens and in which order; the driver does it.
        pub trait Driver { #methods }

        #act
        #calls
    }
}

/// `capabilities` and `describe`.
fn about(cx: &Cx<'_>) -> TokenStream {
    let capabilities = (!cx.edition.capabilities.is_empty()).then(|| {
        quote! {
            /// The capabilities of the device. They do not change while it is open.
            fn capabilities(&self) -> Capabilities;
        }
    });
    let describe = (!cx.edition.properties.is_empty()).then(|| {
        quote! {
            /// What the device says of itself before it is used.
            fn describe(&self) -> Description;
        }
    });
    quote!(#capabilities #describe)
}

/// A method for each name: rows of one name share it.
fn deeds(cx: &Cx<'_>) -> TokenStream {
    let mut seen = Vec::new();
    let method = |deed: &Deed<'_>| {
        let name = &deed.method;
        if seen.contains(name) {
            return None;
        }
        seen.push(name.clone());
        let doc = cx.docs.row_and(deed.meaning, &deed.when, deed.name.span);
        let fails = doc_of_failure(deed);
        let ending = deed.arc.map(|arc| optional::arc(cx, arc));
        let Ending { doc: more, end } = ending.unwrap_or_else(Ending::required);
        Some(quote! {
            #doc
            ///
            #more
            /// # Errors
            #fails
            fn #name(&mut self) -> Result<(), Fault> #end
        })
    };
    deed::deeds(cx).iter().filter_map(method).collect()
}

fn doc_of_failure(deed: &Deed<'_>) -> TokenStream {
    doc(&format!(
        "The {} failed; see [`Fault::after`] for what the device reads then.",
        deed.kind.word()
    ))
}

fn callbacks(cx: &Cx<'_>) -> TokenStream {
    let method = |callback: &CallbackNames| {
        let name = &callback.method;
        let doc = callback_doc(cx, callback);
        let Signature {
            parameters, gives, ..
        } = Signature::of(callback.kind);
        let Ending { doc: more, end } = optional::callback(cx, callback);
        quote! {
            #doc
            ///
            #more
            /// # Errors
            /// Why the access fails.
            fn #name(&mut self #parameters) -> Result<#gives, Fault> #end
        }
    };
    cx.names.callbacks.iter().map(method).collect()
}

/// The rows that name the callback, and what its parameters are.
fn callback_doc(cx: &Cx<'_>, callback: &CallbackNames) -> TokenStream {
    let mut effects: Vec<&str> = Vec::new();
    let mut at = None;
    for row in call::rows(cx) {
        if row.callback != callback.name || row.kind != callback.kind {
            continue;
        }
        at = at.or(Some(row.at));
        if !effects.contains(&row.effect) {
            effects.push(row.effect);
        }
    }
    let effects: Vec<String> = effects
        .iter()
        .map(|effect| cx.docs.sentence(effect))
        .collect();
    let meaning = Signature::of(callback.kind).meaning;
    at.map(|at| cx.docs.text_and(&effects.join("\n\n"), meaning, at))
        .unwrap_or_default()
}

fn events(cx: &Cx<'_>) -> TokenStream {
    let method = |event: &Event| {
        let name = cx.names.events.get(&event.name.value);
        let when = cx.docs.sentence(&event.when.value);
        let (state, told) = match cx.register() {
            Some(_) => {
                let ty = &cx.names.state;
                (
                    quote!(, state: #ty),
                    " `state` is what the device reads from now on.",
                )
            }
            None => (TokenStream::new(), ""),
        };
        let more = format!("When: {when}{told}");
        let doc = cx
            .docs
            .row_and(&event.meaning.value, &more, event.name.span);
        quote! {
            #doc
            fn #name(&mut self #state);
        }
    };
    cx.edition.events.iter().map(method).collect()
}
