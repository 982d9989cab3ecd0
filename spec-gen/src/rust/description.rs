//! `description` and `consequences` tables: what a device says of itself, and what that forces on a VMM.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::model::{Consequence, Property, PropertyType};

use super::{Cx, expr};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.properties;
    if rows.is_empty() {
        return TokenStream::new();
    }
    let fields = rows.iter().map(|p| {
        let name = cx.names.properties.get(&p.name.value);
        let doc = cx.docs.row(&p.meaning.value, p.name.span);
        let ty = match p.ty {
            PropertyType::Flag => quote!(bool),
            PropertyType::Number => quote!(u64),
        };
        quote!(#doc pub #name: #ty,)
    });
    let flag = flag(cx, rows);
    let consequences = consequences(cx);
    quote! {
        /// What a device says of itself before it is used.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct Description { #(#fields)* }

        impl Description {
            #flag
            #consequences
        }
    }
}

fn flag(cx: &Cx<'_>, rows: &[Property]) -> TokenStream {
    let flags = rows.iter().filter(|p| p.ty == PropertyType::Flag);
    let arms = flags.map(|p| {
        let (text, name) = (&p.name.value, cx.names.properties.get(&p.name.value));
        quote!(#text => Some(self.#name),)
    });
    quote! {
        /// The property of this name, where it is one of yes or no.
        pub fn flag(&self, name: &str) -> Option<bool> {
            match name {
                #(#arms)*
                _ => None,
            }
        }
    }
}

fn consequences(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.consequences;
    let idents: Vec<Ident> = rows
        .iter()
        .map(|c| cx.names.consequences.get(&c.name.value))
        .collect();
    let names = rows.iter().map(|c| &c.name.value);
    let count = Literal::usize_unsuffixed(rows.len());
    let functions = rows
        .iter()
        .zip(&idents)
        .map(|(row, name)| function(cx, row, name));
    quote! {
        #(#functions)*

        /// Every consequence with its name, in the order of the book.
        pub const CONSEQUENCES: [(&'static str, fn(&Self) -> bool); #count] = [#((#names, Self::#idents)),*];
    }
}

fn function(cx: &Cx<'_>, row: &Consequence, name: &Ident) -> TokenStream {
    let when = cx.written(row.holds.span);
    let doc = cx.docs.row_and(
        &row.meaning.value,
        &format!("Holds when `{when}`."),
        row.name.span,
    );
    let body = expr::condition(&row.holds.value, &|name| {
        if cx.names.properties.has(name) {
            let property = cx.names.properties.get(name);
            quote!(self.#property)
        } else {
            let earlier = cx.names.consequences.get(name);
            quote!(self.#earlier())
        }
    });
    quote! {
        #doc
        pub const fn #name(&self) -> bool { #body }
    }
}
