//! `ioctl` tables: a constant for each request number.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::model::Ioctl;

use super::{Cx, constants};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.ioctls;
    if rows.is_empty() {
        return TokenStream::new();
    }
    let constants = rows.iter().map(|row| constant(cx, row));
    quote! {
        /// Request numbers of ioctls.
        pub mod ioctl { #(#constants)* }
    }
}

fn constant(cx: &Cx<'_>, row: &Ioctl) -> TokenStream {
    let name = cx.names.ioctls.get(&row.name.value);
    let argument = cx.names.structs.get(&row.argument.value);
    let doc = cx.inner_docs.row_and(
        &row.meaning.value,
        &format!("Its argument is a [`{argument}`](super::{argument})."),
        row.name.span,
    );
    let spelling = constants::spelling(&row.name.value);
    let request = constants::hexadecimal(row.request());
    quote! {
        #doc
        #spelling
        pub const #name: u32 = #request;
    }
}
