//! `actions(…)`: the answer to a write, refusals first. All answers are worked out when the crate is compiled;
//! a write is one look-up.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::model::{BitField, Refusal};

use super::{Cx, bits, expr, predicates};
use crate::names::adopted;

/// With more bits than this, the table would outgrow a page, and every write is worked out anew.
const MAX_TABLE_BITS: usize = 5;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(bits) = &cx.edition.bits else {
        return TokenStream::new();
    };
    if adopted(cx.edition).is_none() {
        return TokenStream::new();
    }
    let decide = decide(cx, bits);
    let unsupported = unsupported(cx, bits);
    let lookup = if bits.bits.len() <= MAX_TABLE_BITS {
        table(cx, bits)
    } else {
        direct(cx)
    };
    quote! {
        #lookup
        #decide
        #unsupported
    }
}

/// The public function's head, and what it must know before it answers.
fn head(cx: &Cx<'_>) -> TokenStream {
    let state = &cx.names.state;
    let table = adopted(cx.edition).map(|t| t.span);
    let doc = table.map(|at| {
        cx.docs.about("The actions of one write that changes the state from `old` to `new`, or why it is refused.", at)
    });
    quote! {
        #doc
        ///
        /// # Errors
        /// The first row of the book's table of refusals that applies.
        pub const fn actions(
            capabilities: Capabilities,
            old: #state,
            new: #state,
        ) -> ::core::result::Result<Actions, Fault>
    }
}

fn flags(cx: &Cx<'_>) -> TokenStream {
    let state = &cx.names.state;
    quote! {
        let reserved = (old.0 ^ new.0) & #state::RESERVED != 0;
        let unsupported = new.0 & unsupported_bits(capabilities) != 0;
    }
}

fn direct(cx: &Cx<'_>) -> TokenStream {
    let (head, flags) = (head(cx), flags(cx));
    quote! {
        #head {
            #flags
            decide(reserved, unsupported, old, new)
        }
    }
}

fn table(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let (head, flags) = (head(cx), flags(cx));
    let count = bits.bits.len();
    let (state, new, reserved, unsupported) = (
        Literal::usize_unsuffixed(1 << count),
        Literal::usize_unsuffixed(count),
        Literal::usize_unsuffixed(2 * count),
        Literal::usize_unsuffixed(2 * count + 1),
    );
    let size = Literal::usize_unsuffixed(4 << (2 * count));
    let places = places(cx, bits);
    quote! {
        #head {
            #flags
            ANSWERS[compact(old)
                | (compact(new) << #new)
                | ((reserved as usize) << #reserved)
                | ((unsupported as usize) << #unsupported)]
        }

        /// The answer to every write, by the old state, the new state, and whether the write changes a
        /// reserved bit or sets an unsupported one.
        static ANSWERS: [::core::result::Result<Actions, Fault>; #size] = {
            let mut answers = [::core::result::Result::Ok(Actions::NONE); #size];
            let mut at = 0;
            while at < #size {
                answers[at] = decide(
                    (at >> #reserved) & 1 == 1,
                    (at >> #unsupported) & 1 == 1,
                    expand(at % #state),
                    expand((at >> #new) % #state),
                );
                at += 1;
            }
            answers
        };

        #places
    }
}

/// `compact` and `expand`: the known bits of a state as a number below 2^bits, and back.
fn places(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let state = &cx.names.state;
    let raw = bits::raw_type(bits);
    let mut numbers: Vec<u32> = bits.bits.iter().map(|b| b.number.value).collect();
    numbers.sort_unstable();
    let dense = numbers
        .iter()
        .enumerate()
        .all(|(at, &number)| at == number as usize);
    let (compact, expand) = if dense {
        (
            quote!((state.0 & !#state::RESERVED) as usize),
            quote!(index as #raw),
        )
    } else {
        let numbers = numbers.iter().map(|&n| Literal::u32_unsuffixed(n));
        let places = (0..bits.bits.len()).map(Literal::usize_unsuffixed);
        let (n, p) = (numbers.clone(), places.clone());
        (
            quote!(0 #(| ((((state.0 >> #n) & 1) as usize) << #p))*),
            quote!(0 #(| ((((index >> #places) & 1) as #raw) << #numbers))*),
        )
    };
    quote! {
        /// The bits that have a meaning, next to each other.
        const fn compact(state: #state) -> usize { #compact }

        /// The state of such a number.
        const fn expand(index: usize) -> #state { #state(#expand) }
    }
}

/// `decide`: the tables of refusals and actions, row by row.
fn decide(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let state = &cx.names.state;
    let refusals = bits.refusals.iter().map(|row| refusal(cx, bits, row));
    let unused = quote!(let _ = (reserved, unsupported););
    quote! {
        /// The answer to a write, worked out row by row.
        const fn decide(
            reserved: bool,
            unsupported: bool,
            old: #state,
            new: #state,
        ) -> ::core::result::Result<Actions, Fault> {
            #unused
            #(#refusals)*
            let mut taken = Actions::NONE;
            let mut at = 0;
            while at < Action::ALL.len() {
                let action = Action::ALL[at];
                if action.holds(new) && !action.holds(old) {
                    taken = taken.with(action);
                }
                at += 1;
            }
            ::core::result::Result::Ok(taken)
        }
    }
}

fn refusal(cx: &Cx<'_>, bits: &BitField, row: &Refusal) -> TokenStream {
    let when = expr::condition(&row.when.value, &|name| refused_name(cx, bits, name));
    let fault = cx.names.faults.get(&row.fault.value);
    quote! {
        if #when {
            return ::core::result::Result::Err(Fault::#fault);
        }
    }
}

/// A name in a `refused` table: of the value to be written, or with `was_` of the value before.
fn refused_name(cx: &Cx<'_>, bits: &BitField, name: &str) -> TokenStream {
    let ty = &cx.names.state;
    let ty = quote!(#ty);
    let known = |name: &str| {
        cx.names.predicates.has(name) || bits.bits.iter().any(|b| b.name.value == name)
    };
    match name.strip_prefix("was_") {
        _ if known(name) => predicates::state_name(cx, name, &quote!(new), &ty),
        Some(before) => predicates::state_name(cx, before, &quote!(old), &ty),
        None if name == "reserved" => quote!(reserved),
        None if name == "unsupported" => quote!(unsupported),
        None => predicates::state_name(cx, name, &quote!(new), &ty),
    }
}

/// `unsupported_bits`: the bits whose capability is missing.
fn unsupported(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let state = &cx.names.state;
    let raw = bits::raw_type(bits);
    let needs = bits.bits.iter().filter_map(|bit| {
        let capability = cx.names.capabilities.get(&bit.needs.as_ref()?.value);
        let bit = cx.names.bits.get(&bit.name.value);
        Some(quote! {
            if !capabilities.contains(Capabilities::#capability) {
                bits |= #state::#bit.0;
            }
        })
    });
    let needs: TokenStream = needs.collect();
    let body = if needs.is_empty() {
        quote!(let _ = capabilities; 0)
    } else {
        quote!(let mut bits = 0; #needs bits)
    };
    quote! {
        /// The bits that a device with these capabilities cannot set.
        const fn unsupported_bits(capabilities: Capabilities) -> #raw { #body }
    }
}
