//! The register's value as text: `SAVING|RUNNING`, `0`, `ERROR`; the same is read back.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::analysis;
use spec_model::model::BitField;

use super::{Cx, bits, state};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(field) = &cx.edition.bits else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let names = names(cx, field);
    let display = display(cx, field);
    let debug = state::debug(ty);
    let parse = parse(cx, field);
    quote! {
        impl #ty { #names }

        #display

        #debug

        #parse
    }
}

/// Name and value of every bit, in bit order.
fn names(cx: &Cx<'_>, field: &BitField) -> TokenStream {
    let count = Literal::usize_unsuffixed(field.bits.len());
    let pairs = field.bits.iter().map(|b| {
        let (text, name) = (&b.name.value, cx.names.units.get(&b.name.value));
        quote!((#text, Self::#name))
    });
    quote! {
        /// Every bit with its name, in bit order.
        pub const NAMES: [(&'static str, Self); #count] = [#(#pairs),*];
    }
}

fn display(cx: &Cx<'_>, field: &BitField) -> TokenStream {
    let ty = &cx.names.state;
    let error = analysis::error_state(field).map(|_| {
        quote! {
            if *self == Self::ERROR {
                return f.write_str("ERROR");
            }
        }
    });
    quote! {
        /// The names of the bits in bit order, joined by `|`; bits without a name in hexadecimal.
        impl core::fmt::Display for #ty {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                if *self == Self::NONE {
                    return f.write_str("0");
                }
                #error
                let mut between = "";
                for (name, bit) in Self::NAMES {
                    if self.contains(bit) {
                        f.write_str(between)?;
                        f.write_str(name)?;
                        between = "|";
                    }
                }
                let reserved = self.0 & Self::RESERVED;
                if reserved == 0 {
                    return Ok(());
                }
                f.write_str(between)?;
                core::write!(f, "{reserved:#x}")
            }
        }
    }
}

fn parse(cx: &Cx<'_>, field: &BitField) -> TokenStream {
    let ty = &cx.names.state;
    let part = state::part(&bits::raw_type(field));
    let error = analysis::error_state(field).map(|_| {
        quote! {
            if text == "ERROR" {
                return Ok(Self::ERROR);
            }
        }
    });
    quote! {
        impl #ty {
            #part
        }

        /// Reads what `Display` writes, and numbers (`3`, `0x3`); blanks around a name do not matter.
        impl core::str::FromStr for #ty {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let text = text.trim();
                #error
                let mut value = Self::NONE;
                for (number, part) in text.split('|').enumerate() {
                    match Self::part(part.trim()) {
                        Some(bits) => value = value.with(bits),
                        None => {
                            return Err(ParseError { part: number + 1, problem: Problem::Unknown });
                        }
                    }
                }
                Ok(value)
            }
        }
    }
}
