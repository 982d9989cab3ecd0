//! `capabilities` tables: what a device can do beyond the least, as a set.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::analysis;
use spec_model::model::Capability;

use super::constants::in_linux;
use super::{Cx, state};
use crate::doc::doc;
use crate::ident::ident;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let rows = &cx.edition.capabilities;
    if rows.is_empty() && cx.register().is_none() {
        return TokenStream::new();
    }
    let flags = announced(rows).is_some();
    let raw = if flags {
        ident("u64")
    } else {
        state::uint(u32::try_from(rows.len()).unwrap_or(u32::MAX).max(32))
    };
    let constants = constants(cx, rows);
    let legal = legal(cx, rows);
    let functions = functions();
    let announced = flags.then(flag_functions);
    let set = cx.edition.fsm.is_some().then(|| set(cx, rows));
    let display = display(flags);
    quote! {
        /// A set of capabilities of a device.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct Capabilities(#raw);

        impl Capabilities {
            #constants
            #legal
            #functions
            #announced
            #set
        }

        #display
    }
}

/// The flags by which devices announce them, where they do so.
fn announced(rows: &[Capability]) -> Option<Vec<u64>> {
    let flags = rows.iter().map(|row| Some(row.flag.as_ref()?.value));
    flags
        .collect::<Option<Vec<u64>>>()
        .filter(|flags| !flags.is_empty())
}

fn constants(cx: &Cx<'_>, rows: &[Capability]) -> TokenStream {
    let name = |c: &Capability| cx.names.capabilities.get(&c.name.value);
    let idents: Vec<_> = rows.iter().map(name).collect();
    let docs = rows.iter().map(|c| {
        let required = if c.required {
            " Every device has it."
        } else {
            ""
        };
        let announced = format!(
            "Announced by: {}{required} {}\n\nWithout it: {}",
            cx.docs.sentence(&c.announced.value),
            in_linux(c.linux.as_ref()),
            cx.docs.sentence(&c.without.value)
        );
        let announced = announced.replace(" \n", "\n");
        cx.docs.row_and(&c.meaning.value, &announced, c.name.span)
    });
    let shifts = (0..rows.len()).map(Literal::usize_unsuffixed);
    let values: Vec<TokenStream> = match announced(rows) {
        Some(flags) => {
            let flags = flags.into_iter().map(Literal::u64_unsuffixed);
            flags.map(|flag| quote!(#flag)).collect()
        }
        None => shifts.map(|shift| quote!(1 << #shift)).collect(),
    };
    let names = rows.iter().map(|c| &c.name.value);
    let count = Literal::usize_unsuffixed(rows.len());
    let all = doc("Every capability of the book.");
    quote! {
        /// None of them.
        pub const NONE: Self = Self(0);

        #(#docs pub const #idents: Self = Self(#values);)*

        #all
        pub const ALL: Self = Self::NONE #(.with(Self::#idents))*;

        /// Each capability with its name, in the order of the book.
        pub const NAMES: [(&'static str, Self); #count] = [#((#names, Self::#idents)),*];
    }
}

/// `LEGAL`, where not every set is one that a device can have, or devices announce them.
fn legal(cx: &Cx<'_>, rows: &[Capability]) -> Option<TokenStream> {
    if rows.iter().all(|row| row.flag.is_none() && !row.required) {
        return None;
    }
    let sets = analysis::capability_sets(cx.edition);
    let count = Literal::usize_unsuffixed(sets.len());
    let sets = sets.iter().map(|set| {
        let names = set.iter().map(|name| cx.names.capabilities.get(name));
        quote!(Self::NONE #(.with(Self::#names))*)
    });
    Some(quote! {
        /// Every set that a device can have: those with all that is required.
        pub const LEGAL: [Self; #count] = [#(#sets),*];
    })
}

/// `set`: which of the sets that a device can have.
fn set(cx: &Cx<'_>, rows: &[Capability]) -> TokenStream {
    let optional: Vec<&Capability> = rows.iter().filter(|row| !row.required).collect();
    let number = in_a_row(&optional).unwrap_or_else(|| one_by_one(cx, &optional));
    quote! {
        /// The number of the set among those that a device can have: a bit for each capability that is not
        /// required.
        const fn set(self) -> usize {
            #number
        }
    }
}

/// The number, where the flags are bits next to each other.
fn in_a_row(optional: &[&Capability]) -> Option<TokenStream> {
    let first = optional.first()?.flag.as_ref()?.value;
    let follows = |(at, row): (u32, &&Capability)| {
        let flag = row.flag.as_ref();
        flag.is_some_and(|flag| first.checked_shl(at) == Some(flag.value))
    };
    if !first.is_power_of_two() || !(0..).zip(optional).all(follows) {
        return None;
    }
    let shift = Literal::u32_unsuffixed(first.trailing_zeros());
    let sets = Literal::u64_unsuffixed(1u64.checked_shl(u32::try_from(optional.len()).ok()?)?);
    Some(quote!(((self.0 >> #shift) % #sets) as usize))
}

/// The number in any case.
fn one_by_one(cx: &Cx<'_>, optional: &[&Capability]) -> TokenStream {
    let mut number = TokenStream::new();
    for (place, row) in optional.iter().enumerate() {
        let name = cx.names.capabilities.get(&row.name.value);
        let place = Literal::usize_unsuffixed(place);
        let bit = quote!(self.contains(Self::#name) as usize);
        number = match number.is_empty() {
            true => quote!((#bit)),
            false => quote!(#number | ((#bit) << #place)),
        };
    }
    if number.is_empty() { quote!(0) } else { number }
}

/// `from_flags` and `flags`.
fn flag_functions() -> TokenStream {
    quote! {
        /// The capabilities of these flags. Flags without a meaning stay.
        pub const fn from_flags(flags: u64) -> Self {
            Self(flags)
        }

        /// The flags that a device with these capabilities announces.
        pub const fn flags(self) -> u64 {
            self.0
        }
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

fn display(flags: bool) -> TokenStream {
    let rest = match flags {
        true => quote! {
            let rest = self.without(Self::ALL).0;
            if rest == 0 {
                return Ok(());
            }
            f.write_str(between)?;
            core::write!(f, "{rest:#x}")
        },
        false => quote!(Ok(())),
    };
    let title = match flags {
        true => {
            "The names in the order of the book, joined by `|`; flags without a meaning in hexadecimal; `none` for the empty set."
        }
        false => "The names in the order of the book, joined by `|`; `none` for the empty set.",
    };
    let title = doc(title);
    quote! {
        impl core::ops::BitOr for Capabilities {
            type Output = Self;

            fn bitor(self, others: Self) -> Self {
                self.with(others)
            }
        }

        #title
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
                #rest
            }
        }
    }
}
