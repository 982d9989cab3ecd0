//! Generated items: public ones that come, go, or have another signature.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use spec_model::model::Book;
use syn::{Attribute, File, ImplItem, Item, TraitItem, Visibility};

use super::{Outcome, judged};
use crate::change::{Consequence, What};
use crate::sides::Sides;

/// Compares what both versions generate for programs.
pub(crate) fn find(sides: &Sides<'_>, found: &mut Vec<Consequence>) {
    let (before, after) = std::thread::scope(|scope| {
        let before = scope.spawn(|| signatures(sides.base));
        let after = signatures(sides.head);
        (before.join().unwrap_or_default(), after)
    });
    let mut add = |name: &str, what, part, before: Option<&String>, after: Option<&String>| {
        let text = |text: Option<&String>| text.into_iter().cloned().collect();
        let outcome = Outcome {
            subject: name.to_owned(),
            before: text(before),
            after: text(after),
            devices: Vec::new(),
            everywhere: true,
        };
        found.push(judged(sides, None, ("item", part), what, outcome));
    };
    for (name, old) in &before {
        match after.get(name) {
            None => add(name, What::Removed, "row", Some(old), None),
            Some(new) if new != old => add(name, What::Changed, "signature", Some(old), Some(new)),
            Some(_) => {}
        }
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        add(name, What::Added, "row", None, Some(new));
    }
}

/// Public items by their path, without documentation and bodies.
type Signatures = BTreeMap<String, String>;

fn signatures(book: &Book) -> Signatures {
    let mut found = Signatures::new();
    // What does not parse would not compile either, and is a defect of the generator.
    let Ok(file) = syn::parse2::<File>(spec_gen::rust::tokens(book)) else {
        return found;
    };
    items(&file.items, "", &mut found);
    found
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn items(list: &[Item], path: &str, found: &mut Signatures) {
    for item in list {
        one(item, path, found);
    }
}

fn insert(
    found: &mut Signatures,
    path: &str,
    name: &dyn std::fmt::Display,
    signature: TokenStream,
) {
    let name = if path.is_empty() {
        name.to_string()
    } else {
        format!("{path}::{name}")
    };
    // Several impls may hold methods of one name for one type: both count.
    let signature = spaced(&signature.to_string());
    let known = found.entry(name).or_default();
    if !known.is_empty() {
        known.push_str("; ");
    }
    known.push_str(&signature);
}

fn one(item: &Item, path: &str, found: &mut Signatures) {
    match item {
        Item::Mod(it) if is_public(&it.vis) => {
            let inner = if path.is_empty() {
                it.ident.to_string()
            } else {
                format!("{path}::{}", it.ident)
            };
            if let Some((_, list)) = &it.content {
                items(list, &inner, found);
            }
        }
        Item::Const(it) if is_public(&it.vis) => {
            let ty = &it.ty;
            let name = &it.ident;
            insert(found, path, name, quote::quote!(const #name: #ty));
        }
        Item::Struct(it) if is_public(&it.vis) => {
            let mut it = it.clone();
            it.attrs.retain(is_layout);
            it.fields.iter_mut().for_each(|field| field.attrs.clear());
            insert(found, path, &it.ident, it.to_token_stream());
        }
        Item::Enum(it) if is_public(&it.vis) => {
            let mut it = it.clone();
            it.attrs.retain(is_layout);
            it.variants
                .iter_mut()
                .for_each(|variant| variant.attrs.clear());
            insert(found, path, &it.ident, it.to_token_stream());
        }
        Item::Trait(it) if is_public(&it.vis) => methods(it, path, found),
        Item::Fn(it) if is_public(&it.vis) => {
            insert(found, path, &it.sig.ident, it.sig.to_token_stream());
        }
        Item::Type(it) if is_public(&it.vis) => {
            let (name, ty) = (&it.ident, &it.ty);
            insert(found, path, name, quote::quote!(type #name = #ty));
        }
        Item::Impl(it) => of_impl(it, path, found),
        _ => {}
    }
}

fn is_layout(attribute: &Attribute) -> bool {
    attribute.path().is_ident("repr") || attribute.path().is_ident("non_exhaustive")
}

fn methods(it: &syn::ItemTrait, path: &str, found: &mut Signatures) {
    let inner = if path.is_empty() {
        it.ident.to_string()
    } else {
        format!("{path}::{}", it.ident)
    };
    let (generics, bounds) = (&it.generics, &it.supertraits);
    let name = &it.ident;
    insert(
        found,
        path,
        name,
        quote::quote!(trait #name #generics: #bounds),
    );
    for item in &it.items {
        if let TraitItem::Fn(method) = item {
            let signature = &method.sig;
            let provided = method.default.as_ref().map(|_| quote::quote!({}));
            insert(
                found,
                &inner,
                &signature.ident,
                quote::quote!(#signature #provided),
            );
        }
    }
}

fn of_impl(it: &syn::ItemImpl, path: &str, found: &mut Signatures) {
    let ty = spaced(&it.self_ty.to_token_stream().to_string());
    let inner = if path.is_empty() {
        ty
    } else {
        format!("{path}::{ty}")
    };
    if let Some((of, _)) = &it.trait_ {
        let (generics, ty) = (&it.generics, &it.self_ty);
        insert(
            found,
            &inner,
            &"impl",
            quote::quote!(impl #generics #of for #ty),
        );
        return;
    }
    for item in &it.items {
        match item {
            ImplItem::Fn(method) if is_public(&method.vis) => {
                insert(
                    found,
                    &inner,
                    &method.sig.ident,
                    method.sig.to_token_stream(),
                );
            }
            ImplItem::Const(it) if is_public(&it.vis) => {
                let (name, ty) = (&it.ident, &it.ty);
                insert(found, &inner, name, quote::quote!(const #name: #ty));
            }
            _ => {}
        }
    }
}

/// Tokens as people write them, nearly.
fn spaced(tokens: &str) -> String {
    let mut text = tokens.to_owned();
    for (from, to) in [
        (" :: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ;", ";"),
    ] {
        text = text.replace(from, to);
    }
    text
}
