//! `constants` tables: a module for each group.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::model::{Book, Constant, ConstantGroup};
use spec_model::source::Spanned;

use super::Cx;
use crate::doc::Docs;
use crate::ident::{Scope, ident};
use crate::names::{Lexicon, RootNames};

/// The groups that belong to no edition.
pub(super) fn of_book(book: &Book, root: &RootNames) -> TokenStream {
    let outer = Docs::new(book, &root.rules, "rules");
    let inner = Docs::new(book, &root.rules, "super::rules");
    book.constants
        .iter()
        .map(|group| module(group, &root.groups, outer, inner))
        .collect()
}

/// The groups of an edition.
pub(super) fn of_edition(cx: &Cx<'_>) -> TokenStream {
    let groups = &cx.edition.constants;
    groups
        .iter()
        .map(|group| module(group, &cx.names.groups, cx.docs, cx.inner_docs))
        .collect()
}

fn module(group: &ConstantGroup, names: &Lexicon, outer: Docs<'_>, inner: Docs<'_>) -> TokenStream {
    let name = names.get(&group.name.value);
    let doc = outer.about(&format!("Constants: `{}`.", group.name.value), group.span);
    let mut scope = Scope::default();
    let constants = group
        .constants
        .iter()
        .map(|c| constant(group, c, &mut scope, inner));
    quote! {
        #doc
        pub mod #name { #(#constants)* }
    }
}

fn constant(
    group: &ConstantGroup,
    constant: &Constant,
    scope: &mut Scope,
    docs: Docs<'_>,
) -> TokenStream {
    let name = scope.take(&constant.name.value);
    let ty = ident(&group.ty);
    let value = Literal::u64_unsuffixed(constant.value.value);
    let linux = constant
        .linux
        .as_ref()
        .filter(|linux| linux.value != constant.name.value);

    let doc = docs.row_and(
        &constant.meaning.value,
        &in_linux(linux),
        constant.name.span,
    );
    let spelling = spelling(&constant.name.value);
    quote! {
        #doc
        #spelling
        pub const #name: #ty = #value;
    }
}

/// A number as people write request numbers.
pub(super) fn hexadecimal(number: u32) -> Literal {
    let written = format!("{number:#x}").parse();
    written.unwrap_or_else(|_| Literal::u32_unsuffixed(number))
}

/// How today's header spells a name, as a sentence.
pub(super) fn in_linux(linux: Option<&Spanned<String>>) -> String {
    linux.map_or_else(String::new, |linux| {
        format!("In `<linux/vfio.h>` today: `{}`.", linux.value)
    })
}

/// Leave for a name that is not spelled as rustc wishes.
pub(super) fn spelling(name: &str) -> Option<TokenStream> {
    let lower = name.contains(char::is_lowercase);
    lower.then(|| quote!(#[allow(non_upper_case_globals, reason = "spelled as in the uAPI")]))
}

/// The path from an edition's module to a constant, with its type: `super::errno::EINVAL`, `i32`.
pub(super) fn path(cx: &Cx<'_>, name: &str) -> Option<(TokenStream, String)> {
    let holds = |group: &&ConstantGroup| group.constants.iter().any(|c| c.name.value == name);
    let constant = ident(name);
    if let Some(group) = cx.edition.constants.iter().find(holds) {
        let module = cx.names.groups.get(&group.name.value);
        return Some((quote!(#module::#constant), group.ty.clone()));
    }
    let group = cx.book.constants.iter().find(holds)?;
    let module = cx.root.groups.get(&group.name.value);
    Some((quote!(super::#module::#constant), group.ty.clone()))
}
