//! The registers of each structure that a protocol is about.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::model::{Field, FieldAccess, Struct};

use super::Cx;
use super::choice::{self, Choice, Variant};
use crate::names::RegisterNames;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let of = |names: &RegisterNames| {
        let of = cx
            .edition
            .structs
            .iter()
            .find(|s| s.name.value == names.of)?;
        Some(registers(cx, of, names))
    };
    cx.names.registers.iter().filter_map(of).collect()
}

fn registers(cx: &Cx<'_>, of: &Struct, names: &RegisterNames) -> TokenStream {
    let idents: Vec<Ident> = of
        .fields
        .iter()
        .map(|f| names.fields.get(&f.name.value))
        .collect();
    let variant = |(field, ident): (&Field, &Ident)| Variant {
        ident: ident.clone(),
        name: field.name.value.clone(),
        doc: cx.docs.row(&field.meaning.value, field.name.span),
    };
    let variants: Vec<Variant> = of.fields.iter().zip(&idents).map(variant).collect();
    let docs = cx.docs.about(
        &format!(
            "A register: a field of [`{}`].",
            cx.names.structs.get(&names.of)
        ),
        of.span,
    );
    let ty = &names.ty;
    let choice = Choice {
        ty,
        doc: docs,
        variants: &variants,
        order: "by offset",
        functions: facts(of, &idents),
    }
    .generate();
    let data_start = &names.data_start;
    let size = Literal::u64_unsuffixed(of.size.value);
    quote! {
        #choice

        /// The first offset of the region that can belong to the data section.
        pub const #data_start: u64 = #size;
    }
}

/// `offset`, `width`, `readable`, `writable`, `at`.
fn facts(of: &Struct, idents: &[Ident]) -> TokenStream {
    let numbers = |number: fn(&Field) -> u64| {
        choice::arms(
            idents,
            of.fields
                .iter()
                .map(|f| Literal::u64_unsuffixed(number(f)))
                .map(|n| quote!(#n)),
        )
    };
    let offsets = numbers(|f| f.offset.value);
    let widths = numbers(|f| f.width);
    let is = |test: fn(FieldAccess) -> bool| {
        choice::arms(
            idents,
            of.fields.iter().map(|f| test(f.access)).map(|b| quote!(#b)),
        )
    };
    let readable = is(|a| a != FieldAccess::Write);
    let writable = is(|a| matches!(a, FieldAccess::Write | FieldAccess::ReadWrite));
    let reserved = is(|a| a == FieldAccess::Reserved);
    let at = of
        .fields
        .iter()
        .map(|f| Literal::u64_unsuffixed(f.offset.value));
    quote! {
            /// Bytes from the start of the region.
            pub const fn offset(self) -> u64 {
                #offsets
            }

            /// Bytes of an access: no other width is answered.
            pub const fn width(self) -> u64 {
                #widths
            }

            /// Whether user space may read it.
            pub const fn readable(self) -> bool {
                #readable
            }

            /// Whether it has no meaning: reads give 0, writes are ignored.
            pub const fn reserved(self) -> bool {
                #reserved
            }

            /// Whether user space may write it with effect.
            pub const fn writable(self) -> bool {
                #writable
            }

            /// The register that begins at this offset.
            pub const fn at(offset: u64) -> Option<Self> {
                match offset {
                    #(#at => Some(Self::#idents),)*
                    _ => None,
                }
            }
    }
}
