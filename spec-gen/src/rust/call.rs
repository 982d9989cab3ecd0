//! Callbacks: what each kind takes and gives, and the functions that call the driver's method.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::Operation;
use spec_model::source::{Span, Spanned};

use super::Cx;
use super::choice::{BY_BOOK, Choice, Variant};
use crate::doc::doc;
use crate::ident::ident;
use crate::names::CallKind;

/// What the callbacks of one kind have in common.
pub(super) struct Signature {
    /// Behind `self`.
    pub(super) parameters: TokenStream,
    /// The same as they are handed on.
    pub(super) arguments: TokenStream,
    /// What success gives.
    pub(super) gives: TokenStream,
    /// What parameters and result mean.
    pub(super) meaning: &'static str,
    /// The function that calls them.
    function: &'static str,
    /// What that lets the driver do.
    lets: &'static str,
}

impl Signature {
    pub(super) fn of(kind: CallKind) -> Self {
        match kind {
            CallKind::Operation(operation) => Self::of_operation(operation),
            CallKind::Read => Self {
                parameters: quote!(),
                arguments: quote!(),
                gives: quote!(u64),
                meaning: "Gives the value that is read.",
                function: "call_read",
                lets: "Lets the driver answer the read of a register.",
            },
            CallKind::Write => Self {
                parameters: quote!(, value: u64),
                arguments: quote!(value),
                gives: quote!(()),
                meaning: "`value` is what was written.",
                function: "call_write",
                lets: "Lets the driver take the write of a register.",
            },
            CallKind::ReadData => Self {
                parameters: quote!(, offset: u64, into: &mut [u8]),
                arguments: quote!(offset, into),
                gives: quote!(()),
                meaning: "`offset` is relative to the region.",
                function: "call_read_data",
                lets: "Lets the driver fill what is read of the data section.",
            },
            CallKind::WriteData => Self {
                parameters: quote!(, offset: u64, from: &[u8]),
                arguments: quote!(offset, from),
                gives: quote!(()),
                meaning: "`offset` is relative to the region.",
                function: "call_write_data",
                lets: "Lets the driver take what is written to the data section.",
            },
        }
    }

    fn of_operation(operation: Operation) -> Self {
        match operation {
            Operation::Read => Self {
                parameters: quote!(, into: &mut [u8]),
                arguments: quote!(into),
                gives: quote!(usize),
                meaning: "Fills `into` from its beginning, and gives how many bytes.",
                function: "call_read_stream",
                lets: "Lets the driver fill what is read of the stream.",
            },
            Operation::Write => Self {
                parameters: quote!(, from: &[u8]),
                arguments: quote!(from),
                gives: quote!(usize),
                meaning: "Takes bytes from the beginning of `from`, and gives how many.",
                function: "call_write_stream",
                lets: "Lets the driver take what is written to the stream.",
            },
            Operation::Poll => Self {
                parameters: quote!(),
                arguments: quote!(),
                gives: quote!(bool),
                meaning: "Gives the answer.",
                function: "call_poll_stream",
                lets: "Lets the driver say whether there is something to do.",
            },
            Operation::Seek => Self {
                parameters: quote!(),
                arguments: quote!(),
                gives: quote!(()),
                meaning: "",
                function: "call_seek_stream",
                lets: "Lets the driver answer an operation that names a position.",
            },
            Operation::PrecopyInfo => Self {
                parameters: quote!(),
                arguments: quote!(),
                gives: quote!(PrecopyInfo),
                meaning: "Gives the estimates.",
                function: "call_precopy_info",
                lets: "Lets the driver estimate how much there is to read.",
            },
        }
    }
}

/// A row of a protocol that names a callback.
pub(super) struct CallRow<'a> {
    pub(super) callback: &'a str,
    pub(super) kind: CallKind,
    pub(super) effect: &'a str,
    /// The access.
    pub(super) at: Span,
}

/// The rows of all protocols that name one.
pub(super) fn rows<'a>(cx: &Cx<'a>) -> impl Iterator<Item = CallRow<'a>> {
    let of_registers = cx.edition.protocols.iter().flat_map(|p| &p.transitions);
    let of_registers = of_registers.filter_map(|row| {
        Some(CallRow {
            callback: &row.callback.as_ref()?.value,
            kind: CallKind::of(&row.access.value),
            effect: &row.effect.value,
            at: row.access.span,
        })
    });
    let of_fds = cx.edition.fd_protocols.iter().flat_map(|p| &p.rows);
    let of_fds = of_fds.filter_map(|row| {
        Some(CallRow {
            callback: &row.callback.as_ref()?.value,
            kind: CallKind::Operation(row.operation.value),
            effect: &row.effect.value,
            at: row.operation.span,
        })
    });
    of_registers.chain(of_fds)
}

/// The type of callbacks: the protocols' rows name them, the functions of [`dispatch`] call them.
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

/// A function for each kind of callback.
pub(super) fn dispatch(cx: &Cx<'_>) -> TokenStream {
    let registers = [
        CallKind::Read,
        CallKind::Write,
        CallKind::ReadData,
        CallKind::WriteData,
    ];
    let operations = Operation::ALL.map(CallKind::Operation);
    let kinds = registers.into_iter().chain(operations);
    let estimates = estimates(cx);
    let functions = kinds.map(|kind| call(cx, kind));
    quote!(#estimates #(#functions)*)
}

/// The error of an access that no row of the first protocol speaks of.
fn refused<'a>(cx: &Cx<'a>) -> Option<&'a Spanned<String>> {
    let of_registers = cx.edition.protocols.iter().map(|p| &p.refused);
    let of_fds = cx.edition.fd_protocols.iter().map(|p| &p.refused);
    of_registers.chain(of_fds).next()
}

/// The type that estimates have, where a callback gives them.
fn estimates(cx: &Cx<'_>) -> TokenStream {
    let kind = CallKind::Operation(Operation::PrecopyInfo);
    if cx.names.callbacks.iter().all(|c| c.kind != kind) {
        return TokenStream::new();
    }
    quote! {
        /// How much there is to read before the device is stopped.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct PrecopyInfo {
            /// What should be read before the device is stopped.
            pub initial_bytes: u64,
            /// What has changed since it was read.
            pub dirty_bytes: u64,
            /// Whether there are new initial data since the last answer.
            pub reinit: bool,
        }
    }
}

/// The function that calls the callbacks of one kind; nothing where there is none.
fn call(cx: &Cx<'_>, kind: CallKind) -> TokenStream {
    let Signature {
        parameters,
        arguments,
        gives,
        lets,
        function,
        ..
    } = Signature::of(kind);
    let (mine, others): (Vec<_>, Vec<_>) = cx.names.callbacks.iter().partition(|c| c.kind == kind);
    let Some(refused) = refused(cx).filter(|_| !mine.is_empty()) else {
        return TokenStream::new();
    };
    let variants: Vec<&Ident> = mine.iter().map(|c| &c.variant).collect();
    let methods = mine.iter().map(|c| &c.method);
    let other_variants = others.iter().map(|c| &c.variant);
    let refused = cx.names.faults.get(&refused.value);
    let refuse = (!others.is_empty())
        .then(|| quote!(#(Callback::#other_variants)|* => Err(Fault::#refused),));
    let about = doc(lets);
    let function = ident(function);
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
