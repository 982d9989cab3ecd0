//! `struct` tables: the structure as the other side sees it, with assertions that rustc lays it out so.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::model::{Field, FieldAccess, Struct};

use super::Cx;
use crate::ident::{Scope, ident};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    cx.edition
        .structs
        .iter()
        .map(|s| structure(cx, s))
        .collect()
}

fn structure(cx: &Cx<'_>, s: &Struct) -> TokenStream {
    let name = cx.names.structs.get(&s.name.value);
    let doc = cx.docs.about(
        &format!("`{}`, {} bytes.", s.name.value, s.size.value),
        s.span,
    );
    let mut scope = Scope::default();
    let idents: Vec<_> = s.fields.iter().map(|f| scope.take(&f.name.value)).collect();
    let types = s.fields.iter().map(|f| ident(&f.ty.value));
    let docs = s
        .fields
        .iter()
        .map(|f| cx.docs.row_and(&f.meaning.value, access(f), f.name.span));
    let offsets = s
        .fields
        .iter()
        .map(|f| Literal::u64_unsuffixed(f.offset.value));
    let size = Literal::u64_unsuffixed(s.size.value);
    quote! {
        #doc
        #[allow(non_camel_case_types, reason = "spelled as in the uAPI")]
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct #name { #(#docs pub #idents: #types,)* }

        const _: () = {
            let size = core::mem::size_of::<#name>();
            core::assert!(size == #size);
            #(core::assert!(core::mem::offset_of!(#name, #idents) == #offsets);)*
        };
    }
}

fn access(field: &Field) -> &'static str {
    match field.access {
        FieldAccess::Reserved => "Reserved: reads 0, writes are ignored.",
        FieldAccess::Read => "User space reads it.",
        FieldAccess::Write => "User space writes it.",
        FieldAccess::ReadWrite => "User space reads and writes it.",
    }
}
