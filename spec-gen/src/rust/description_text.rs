//! A description as text, a line `name=value` for each property; the same is read back.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::model::PropertyType;

use super::Cx;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    if cx.edition.properties.is_empty() {
        return TokenStream::new();
    }
    let (display, parse) = (display(cx), parse(cx));
    quote!(#display #parse)
}

fn display(cx: &Cx<'_>) -> TokenStream {
    let lines = cx.edition.properties.iter().map(|p| {
        let field = cx.names.properties.get(&p.name.value);
        let line = format!(
            "{}={{}}",
            p.name.value.replace('{', "{{").replace('}', "}}")
        );
        let value = match p.ty {
            PropertyType::Flag => quote!(if self.#field { "yes" } else { "no" }),
            PropertyType::Number => quote!(self.#field),
        };
        quote!(core::writeln!(f, #line, #value)?;)
    });
    quote! {
        /// A line `name=value` for each property, in the order of the book.
        impl core::fmt::Display for Description {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                #(#lines)*
                Ok(())
            }
        }
    }
}

fn parse(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.properties;
    let count = Literal::usize_unsuffixed(rows.len());
    let names: Vec<&String> = rows.iter().map(|p| &p.name.value).collect();
    let fields: Vec<Ident> = rows
        .iter()
        .map(|p| cx.names.properties.get(&p.name.value))
        .collect();
    let numbers: Vec<Literal> = (0..rows.len()).map(Literal::usize_unsuffixed).collect();
    let values = rows.iter().map(|p| match p.ty {
        PropertyType::Flag => quote! {
            match value {
                "yes" => true,
                "no" => false,
                _ => return Err(wrong(Problem::Value)),
            }
        },
        PropertyType::Number => quote! {
            match value.parse() {
                // A sign is no part of a decimal number.
                Ok(number) if !value.starts_with('+') => number,
                _ => return Err(wrong(Problem::Value)),
            }
        },
    });
    quote! {
        /// Reads what `Display` writes, the lines in any order. Every property must be given, once; other lines
        /// are ignored.
        impl core::str::FromStr for Description {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let mut description = Self::default();
                let mut given = [false; #count];
                for (number, line) in text.lines().enumerate() {
                    let wrong = |problem| ParseError { part: number + 1, problem };
                    let (name, value) = match line.split_once('=') {
                        Some(property) => property,
                        None => continue,
                    };
                    let property = match name {
                        #(#names => { description.#fields = #values; #numbers })*
                        _ => continue,
                    };
                    if core::mem::replace(&mut given[property], true) {
                        return Err(wrong(Problem::Repeated));
                    }
                }
                #(if !given[#numbers] {
                    return Err(ParseError { part: 0, problem: Problem::Missing(#names) });
                })*
                Ok(description)
            }
        }
    }
}
