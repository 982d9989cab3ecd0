//! Enumerations of what the book decided: each with `ALL`, `name` and `Display`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::doc::doc;

/// A variant: its identifier, the name in the book, its doc comment.
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) doc: TokenStream,
}

/// An enumeration to be written.
pub(super) struct Choice<'a> {
    pub(super) ty: &'a Ident,
    pub(super) doc: TokenStream,
    pub(super) variants: &'a [Variant],
    /// What the order of `ALL` is.
    pub(super) order: &'a str,
    /// Further functions of its own.
    pub(super) functions: TokenStream,
}

impl Choice<'_> {
    /// The enumeration with `ALL`, `name` and `Display`.
    pub(super) fn generate(&self) -> TokenStream {
        let Self {
            ty,
            doc: docs,
            variants,
            order,
            functions,
        } = self;
        let idents: Vec<&Ident> = variants.iter().map(|v| &v.ident).collect();
        let variant_docs = variants.iter().map(|v| &v.doc);
        let count = Literal::usize_unsuffixed(variants.len());
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
                #functions
            }

            impl core::fmt::Display for #ty {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.write_str(self.name())
                }
            }
        }
    }
}

/// What most orders are.
pub(super) const BY_BOOK: &str = "in the order of the book";

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
