//! `capabilities` tables: what a device can do beyond the least, as a set.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::model::Capability;

use super::{Cx, bits};
use crate::doc::doc;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.capabilities;
    if rows.is_empty() && cx.edition.bits.is_none() {
        return TokenStream::new();
    }
    let raw = bits::uint(u32::try_from(rows.len()).unwrap_or(u32::MAX).max(32));
    let constants = constants(cx, rows);
    let functions = functions();
    let display = display();
    quote! {
        /// A set of optional capabilities of a device.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct Capabilities(#raw);

        impl Capabilities {
            #constants
            #functions
        }

        #display
    }
}

fn constants(cx: &Cx<'_>, rows: &[Capability]) -> TokenStream {
    let name = |c: &Capability| cx.names.capabilities.get(&c.name.value);
    let idents: Vec<_> = rows.iter().map(name).collect();
    let docs = rows.iter().map(|c| {
        let announced = format!(
            "Announced by: {}\n\nWithout it: {}",
            cx.docs.sentence(&c.announced.value),
            cx.docs.sentence(&c.without.value)
        );
        cx.docs.row_and(&c.meaning.value, &announced, c.name.span)
    });
    let shifts = (0..rows.len()).map(Literal::usize_unsuffixed);
    let names = rows.iter().map(|c| &c.name.value);
    let count = Literal::usize_unsuffixed(rows.len());
    let all = doc("Every capability of the book.");
    quote! {
        /// Nothing optional.
        pub const NONE: Self = Self(0);

        #(#docs pub const #idents: Self = Self(1 << #shifts);)*

        #all
        pub const ALL: Self = Self::NONE #(.with(Self::#idents))*;

        /// Each capability with its name, in the order of the book.
        pub const NAMES: [(&'static str, Self); #count] = [#((#names, Self::#idents)),*];
    }
}

fn functions() -> TokenStream {
    quote! {
        /// Whether all of these are among them.
        pub const fn contains(self, others: Self) -> bool {
            self.0 & others.0 == others.0
        }

        /// These and those.
        #[must_use]
        pub const fn with(self, others: Self) -> Self {
            Self(self.0 | others.0)
        }

        /// These but not those.
        #[must_use]
        pub const fn without(self, others: Self) -> Self {
            Self(self.0 & !others.0)
        }

        /// The capability that the book calls so.
        pub fn named(name: &str) -> Option<Self> {
            Self::NAMES.iter().find(|entry| entry.0 == name).map(|entry| entry.1)
        }
    }
}

fn display() -> TokenStream {
    quote! {
        impl core::ops::BitOr for Capabilities {
            type Output = Self;

            fn bitor(self, others: Self) -> Self {
                self.with(others)
            }
        }

        /// The names in the order of the book, joined by `|`; `none` for the empty set.
        impl core::fmt::Display for Capabilities {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                if *self == Self::NONE {
                    return f.write_str("none");
                }
                let mut between = "";
                for (name, one) in Self::NAMES {
                    if self.contains(one) {
                        f.write_str(between)?;
                        f.write_str(name)?;
                        between = "|";
                    }
                }
                Ok(())
            }
        }
    }
}
