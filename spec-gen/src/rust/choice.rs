//! Enumerations of what the book decided: each with `ALL`, `name` and `Display`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::doc::doc;

/// A variant: its identifier, the name in the book, its doc comment.
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) doc: TokenStream,
}

/// The enumeration with `ALL`, `name` and `Display`. `order` says what the order of `ALL` is.
pub(super) fn generate(
    ty: &Ident,
    docs: &TokenStream,
    variants: &[Variant],
    order: &str,
) -> TokenStream {
    let idents: Vec<&Ident> = variants.iter().map(|v| &v.ident).collect();
    let variant_docs = variants.iter().map(|v| &v.doc);
    let count = variants.len();
    let all = doc(&format!("Every value, {order}."));
    let name = name(variants);
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum #ty { #(#variant_docs #idents,)* }

        impl #ty {
            #all
            pub const ALL: [Self; #count] = [#(Self::#idents),*];

            #name
        }

        impl ::core::fmt::Display for #ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.name())
            }
        }
    }
}

/// `fn name(self)`. Without variants it has nothing to match, and says so.
fn name(variants: &[Variant]) -> TokenStream {
    let arms = variants.iter().map(|v| {
        let (ident, name) = (&v.ident, &v.name);
        quote!(Self::#ident => #name,)
    });
    quote! {
        /// The name in the book.
        pub const fn name(self) -> &'static str {
            match self { #(#arms)* }
        }
    }
}

/// A `match` over all variants, as the body of a function of `self`.
pub(super) fn arms(
    variants: &[Ident],
    values: impl IntoIterator<Item = TokenStream>,
) -> TokenStream {
    let arms = variants
        .iter()
        .zip(values)
        .map(|(ident, value)| quote!(Self::#ident => #value,));
    quote!(match self { #(#arms)* })
}
