//! The trait that a driver implements: a method for each action, callback and event, documented by its row.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::{Event, Transition};

use super::Cx;
use super::choice::{BY_BOOK, Choice, Variant};
use crate::doc::doc;
use crate::ident::ident;
use crate::names::{CallKind, CallbackNames, adopted};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let methods: TokenStream = [about(cx), actions(cx), callbacks(cx), events(cx)]
        .into_iter()
        .collect();
    if methods.is_empty() {
        return methods;
    }
    let dispatch = dispatch(cx);
    let title = doc(&format!(
        "A driver of a device that speaks {}.",
        cx.edition.name.value
    ));
    quote! {
        #title
        ///
        /// The machine decides what happens and in which order; the driver does it.
        pub trait Driver { #methods }

        #dispatch
    }
}

/// `capabilities` and `describe`.
fn about(cx: &Cx<'_>) -> TokenStream {
    let capabilities = (!cx.edition.capabilities.is_empty()).then(|| {
        quote! {
            /// The optional capabilities of the device. They do not change while it is open.
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

fn actions(cx: &Cx<'_>) -> TokenStream {
    let rows = adopted(cx.edition)
        .map(|t| t.actions.as_slice())
        .unwrap_or_default();
    let mut seen = Vec::new();
    let method = |row: &spec_model::model::Action| {
        let name = cx.names.act.get(&row.name.value);
        if seen.contains(&name) {
            return None;
        }
        seen.push(name.clone());
        let when = format!("Called when `{}` becomes true.", row.spelling);
        let doc = cx.docs.row_and(&row.meaning.value, &when, row.name.span);
        Some(quote! {
            #doc
            ///
            /// # Errors
            /// The action failed; see [`Fault::after`] for what the device reads then.
            fn #name(&mut self) -> Result<(), Fault>;
        })
    };
    rows.iter().filter_map(method).collect()
}

fn callbacks(cx: &Cx<'_>) -> TokenStream {
    let method = |callback: &CallbackNames| {
        let name = &callback.method;
        let doc = callback_doc(cx, callback);
        let (parameters, gives) = match callback.kind {
            CallKind::Read => (quote!(), quote!(u64)),
            CallKind::Write => (quote!(, value: u64), quote!(())),
            CallKind::ReadData => (quote!(, offset: u64, into: &mut [u8]), quote!(())),
            CallKind::WriteData => (quote!(, offset: u64, from: &[u8]), quote!(())),
        };
        quote! {
            #doc
            ///
            /// # Errors
            /// Why the access fails.
            fn #name(&mut self #parameters) -> Result<#gives, Fault>;
        }
    };
    cx.names.callbacks.iter().map(method).collect()
}

/// The rows that name the callback, and what its parameters are.
fn callback_doc(cx: &Cx<'_>, callback: &CallbackNames) -> TokenStream {
    let rows = cx.edition.protocols.iter().flat_map(|p| &p.transitions);
    let of = |row: &&Transition| {
        row.callback
            .as_ref()
            .is_some_and(|name| name.value == callback.name)
            && CallKind::of(&row.access.value) == callback.kind
    };
    let mut effects: Vec<&str> = Vec::new();
    let mut at = None;
    for row in rows.filter(of) {
        at = at.or(Some(row.access.span));
        if !effects.contains(&row.effect.value.as_str()) {
            effects.push(&row.effect.value);
        }
    }
    let effects: Vec<String> = effects
        .iter()
        .map(|effect| cx.docs.sentence(effect))
        .collect();
    let parameters = match callback.kind {
        CallKind::Read => "Gives the value that is read.",
        CallKind::Write => "`value` is what was written.",
        CallKind::ReadData | CallKind::WriteData => "`offset` is relative to the region.",
    };
    at.map(|at| cx.docs.text_and(&effects.join("\n\n"), parameters, at))
        .unwrap_or_default()
}

fn events(cx: &Cx<'_>) -> TokenStream {
    let method = |event: &Event| {
        let name = cx.names.events.get(&event.name.value);
        let when = cx.docs.sentence(&event.when.value);
        let (state, told) = match &cx.edition.bits {
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

/// The type of callbacks: the protocols' rows name them, the functions here call them.
pub(super) fn callback_type(cx: &Cx<'_>) -> TokenStream {
    let variants: Vec<Variant> = cx
        .names
        .callbacks
        .iter()
        .map(|c| Variant {
            ident: c.variant.clone(),
            name: c.name.clone(),
            doc: doc(&format!("[`Driver::{}`]", c.method)),
        })
        .collect();
    Choice {
        ty: &ident("Callback"),
        doc: doc("A method of [`Driver`] that carries out an access."),
        variants: &variants,
        order: BY_BOOK,
        functions: TokenStream::new(),
    }
    .generate()
}

/// `act`, `call_read`, `call_write`, `call_read_data`, `call_write_data`.
fn dispatch(cx: &Cx<'_>) -> TokenStream {
    let act = act(cx);
    let read = call(cx, CallKind::Read, "call_read");
    let write = call(cx, CallKind::Write, "call_write");
    let read_data = call(cx, CallKind::ReadData, "call_read_data");
    let write_data = call(cx, CallKind::WriteData, "call_write_data");
    quote!(#act #read #write #read_data #write_data)
}

fn act(cx: &Cx<'_>) -> TokenStream {
    let Some(table) = adopted(cx.edition) else {
        return TokenStream::new();
    };
    let arms = table
        .actions
        .iter()
        .zip(&cx.names.actions)
        .map(|(row, variant)| {
            let method = cx.names.act.get(&row.name.value);
            quote!(Action::#variant => driver.#method(),)
        });
    quote! {
        /// Lets the driver take one action.
        ///
        /// # Errors
        /// Those of the driver's method.
        pub fn act<D: Driver + ?Sized>(driver: &mut D, action: Action) -> Result<(), Fault> {
            match action { #(#arms)* }
        }
    }
}

/// The function that calls the callbacks of one kind; nothing where there is none.
fn call(cx: &Cx<'_>, kind: CallKind, function: &str) -> TokenStream {
    let function = ident(function);
    let (parameters, arguments, gives) = match kind {
        CallKind::Read => (quote!(), quote!(), quote!(u64)),
        CallKind::Write => (quote!(, value: u64), quote!(value), quote!(())),
        CallKind::ReadData => (
            quote!(, offset: u64, into: &mut [u8]),
            quote!(offset, into),
            quote!(()),
        ),
        CallKind::WriteData => (
            quote!(, offset: u64, from: &[u8]),
            quote!(offset, from),
            quote!(()),
        ),
    };
    let (mine, others): (Vec<_>, Vec<_>) = cx.names.callbacks.iter().partition(|c| c.kind == kind);
    let Some(first) = cx.edition.protocols.first().filter(|_| !mine.is_empty()) else {
        return TokenStream::new();
    };
    let variants: Vec<&Ident> = mine.iter().map(|c| &c.variant).collect();
    let methods = mine.iter().map(|c| &c.method);
    let other_variants = others.iter().map(|c| &c.variant);
    let refused = cx.names.faults.get(&first.refused.value);
    let refuse = (!others.is_empty())
        .then(|| quote!(#(Callback::#other_variants)|* => Err(Fault::#refused),));
    let about = doc(match kind {
        CallKind::Read => "Lets the driver answer the read of a register.",
        CallKind::Write => "Lets the driver take the write of a register.",
        CallKind::ReadData => "Lets the driver fill what is read of the data section.",
        CallKind::WriteData => "Lets the driver take what is written to the data section.",
    });
    let refuses = doc(&format!(
        "Those of the driver's method; [`Fault::{refused}`] for a callback of another kind."
    ));
    quote! {
        #about
        ///
        /// # Errors
        #refuses
        pub fn #function<D: Driver + ?Sized>(
            driver: &mut D,
            callback: Callback
            #parameters
        ) -> Result<#gives, Fault> {
            match callback {
                #(Callback::#variants => driver.#methods(#arguments),)*
                #refuse
            }
        }
    }
}
