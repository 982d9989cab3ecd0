//! The state as text: `STOP_COPY`, and the number of what is no state; the same is read back.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Cx, state, states};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(fsm) = &cx.edition.fsm else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let count = Literal::usize_unsuffixed(fsm.states.len());
    let pairs = fsm.states.iter().map(|row| {
        let (text, name) = (&row.name.value, cx.names.units.get(&row.name.value));
        quote!((#text, Self::#name))
    });
    let debug = state::debug(ty);
    let part = state::part(&states::raw_type(fsm));
    quote! {
        impl #ty {
            /// Every state with its name, in numeric order.
            pub const NAMES: [(&'static str, Self); #count] = [#(#pairs),*];

            #part
        }

        /// The name; in hexadecimal what is no state.
        impl core::fmt::Display for #ty {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match Self::NAMES.get(self.number()) {
                    Some(entry) => f.write_str(entry.0),
                    None => core::write!(f, "{:#x}", self.0),
                }
            }
        }

        #debug

        /// Reads what `Display` writes, and numbers (`3`, `0x3`); blanks around do not matter.
        impl core::str::FromStr for #ty {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                Self::part(text.trim()).ok_or(ParseError { part: 1, problem: Problem::Unknown })
            }
        }
    }
}
