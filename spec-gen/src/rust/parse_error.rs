//! What `FromStr` of the generated types answers to a text that it cannot read.

use proc_macro2::TokenStream;
use quote::quote;

use super::Cx;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    if cx.register().is_none() && cx.edition.properties.is_empty() {
        return TokenStream::new();
    }
    quote! {
        /// A text that could not be read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct ParseError {
            /// The part (between `|`) or the line at fault, from 1; 0 for the whole.
            pub part: usize,
            /// What is wrong with it.
            pub problem: Problem,
        }

        /// What can be wrong with a text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Problem {
            /// Neither a name that is known here nor a number.
            Unknown,
            /// The value does not suit the name.
            Value,
            /// The name was given before.
            Repeated,
            /// This name is not given.
            Missing(&'static str),
        }

        impl core::fmt::Display for ParseError {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let part = self.part;
                match self.problem {
                    Problem::Unknown => core::write!(f, "part {part}: neither a known name nor a number"),
                    Problem::Value => core::write!(f, "part {part}: the value does not suit the name"),
                    Problem::Repeated => core::write!(f, "part {part}: the name was given before"),
                    Problem::Missing(name) => core::write!(f, "`{name}` is missing"),
                }
            }
        }

        impl core::error::Error for ParseError {}
    }
}
