//! Generated items: public ones that come, go, or have another signature.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use spec_model::model::Book;
use syn::{Attribute, File, ImplItem, Item, TraitItem, Visibility};

use super::{Outcome, judged, touched};
use crate::change::{Consequence, What};
use crate::sides::Sides;

/// Compares what both versions generate for programs.
pub(crate) fn find(sides: &Sides<'_>, found: &mut Vec<Consequence>) {
    let (before, after) = differing(sides);
    for (name, old) in &before {
        match after.get(name) {
            None => add(
                sides,
                name,
                (What::Removed, "row"),
                (Some(old), None),
                found,
            ),
            Some(new) if new != old => {
                let part = if grows(old, new) {
                    "growth"
                } else {
                    "signature"
                };
                add(
                    sides,
                    name,
                    (What::Changed, part),
                    (Some(old), Some(new)),
                    found,
                );
            }
            Some(_) => {}
        }
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        add(sides, name, (What::Added, "row"), (None, Some(new)), found);
    }
}

fn add(
    sides: &Sides<'_>,
    name: &str,
    (what, part): (What, &str),
    (before, after): (Option<&String>, Option<&String>),
    found: &mut Vec<Consequence>,
) {
    let text = |text: Option<&String>| text.into_iter().cloned().collect();
    let outcome = Outcome {
        subject: name.to_owned(),
        before: text(before),
        after: text(after),
        devices: Vec::new(),
        on: None,
    };
    found.push(judged(sides, None, ("item", part), what, outcome));
}

/// Whether an item only got more members: all words of the old one are in the new one, in their order, apart from numbers.
fn grows(old: &str, new: &str) -> bool {
    let is_list = old.contains("enum ") || old.contains('[');
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c| !inside(c)).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let (old, mut rest) = (words(old), words(new).into_iter());
    let mut found = |word: &String| match word.parse::<u64>() {
        Ok(number) => rest
            .next()
            .and_then(|word| word.parse().ok())
            .is_some_and(|more: u64| more >= number),
        Err(_) => rest.any(|other| other == *word),
    };
    is_list && old.iter().all(&mut found)
}

/// The signatures of the groups of items that differ; parsing all of them would take longer than all else.
fn differing(sides: &Sides<'_>) -> (Signatures, Signatures) {
    type Text = (Option<String>, &'static str, String);
    let texts = |book: &Book| -> Vec<Text> {
        let touched = |edition: Option<&str>| touched::items(sides, edition);
        spec_gen::rust::groups_of(book, &touched)
            .into_iter()
            .map(|group| (group.edition, group.name, group.tokens.to_string()))
            .collect()
    };
    let (before, after) = std::thread::scope(|scope| {
        let before = scope.spawn(|| texts(sides.base));
        let after = texts(sides.head);
        (before.join().unwrap_or_default(), after)
    });
    let alone = |list: &[Text], other: &[Text]| {
        let mut found = Signatures::new();
        for (edition, _, text) in list.iter().filter(|group| !other.contains(group)) {
            // What does not parse would not compile either, and is a defect of the generator.
            if let Ok(file) = syn::parse_str::<File>(text) {
                items(
                    &file.items,
                    edition.as_deref().unwrap_or_default(),
                    &mut found,
                );
            }
        }
        found
    };
    (alone(&before, &after), alone(&after, &before))
}

/// Public items by their path, without documentation and bodies.
type Signatures = BTreeMap<String, String>;

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
