//! `actions(…)`: the answer to a write, refusals first. All answers are worked out when the crate is compiled;
//! a write is one look-up.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::model::{BitField, Refusal};

use super::{Cx, bits, expr, predicates};
use crate::ident::ident;
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
    let refused = refused(cx, bits);
    let groups = groups(cx);
    let unsupported = unsupported(cx, bits);
    let lookup = if bits.bits.len() <= MAX_TABLE_BITS {
        table(cx, bits)
    } else {
        direct(cx)
    };
    quote! {
        #lookup
        #refused
        #groups
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
        #[inline]
        pub const fn actions(
            capabilities: Capabilities,
            old: #state,
            new: #state,
        ) -> Result<Actions, Fault>
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
            match refused(reserved, unsupported, old, new) {
                Some(fault) => Err(fault),
                None => {
                    Ok(Actions(groups(new).0 & !groups(old).0))
                }
            }
        }
    }
}

fn table(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let (head, flags) = (head(cx), flags(cx));
    let count = bits.bits.len();
    let [new, reserved, unsupported] =
        [count, 2 * count, 2 * count + 1].map(Literal::usize_unsuffixed);
    let answers = answers(count);
    let places = places(cx, bits);
    quote! {
        #head {
            #flags
            ANSWERS[compact(old)
                | (compact(new) << #new)
                | ((reserved as usize) << #reserved)
                | ((unsupported as usize) << #unsupported)]
        }

        #answers
        #places
    }
}

/// The table: an answer is two bytes, so looking up is one load.
fn answers(count: usize) -> TokenStream {
    let [states, new, reserved, unsupported, size] = [
        1 << count,
        count,
        2 * count,
        2 * count + 1,
        4 << (2 * count),
    ]
    .map(Literal::usize_unsuffixed);
    quote! {
        /// The answer to every write, by the old state, the new state, and whether the write changes a
        /// reserved bit or sets an unsupported one.
        static ANSWERS: [Result<Actions, Fault>; #size] = {
            let mut becomes = [Actions::NONE; #states];
            let mut at = 0;
            while at < #states {
                becomes[at] = groups(expand(at));
                at += 1;
            }
            let mut answers = [Ok(Actions::NONE); #size];
            at = 0;
            while at < #size {
                let (old, new) = (at % #states, (at >> #new) % #states);
                let reserved = (at >> #reserved) & 1 == 1;
                let unsupported = (at >> #unsupported) & 1 == 1;
                answers[at] = match refused(reserved, unsupported, expand(old), expand(new)) {
                    Some(fault) => Err(fault),
                    None => {
                        Ok(Actions(becomes[new].0 & !becomes[old].0))
                    }
                };
                at += 1;
            }
            answers
        };
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

/// `refused`: the table of refusals, row by row.
fn refused(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let state = &cx.names.state;
    let refusals = bits.refusals.iter().map(|row| refusal(cx, row));
    let unused = unused(cx, bits);
    quote! {
        /// Why a write is refused.
        const fn refused(
            reserved: bool,
            unsupported: bool,
            old: #state,
            new: #state,
        ) -> Option<Fault> {
            #(let _ = #unused;)*
            #(#refusals)*
            None
        }
    }
}

/// `groups`: what must be false before and true after a write for an action to be taken.
fn groups(cx: &Cx<'_>) -> TokenStream {
    let state = &cx.names.state;
    quote! {
        /// The actions whose group of bits is true in this state.
        const fn groups(state: #state) -> Actions {
            let mut groups = Actions::NONE;
            let mut at = 0;
            while at < Action::ALL.len() {
                let action = Action::ALL[at];
                if action.holds(state) {
                    groups = groups.with(action);
                }
                at += 1;
            }
            groups
        }
    }
}

/// The parameters of which no refusal speaks.
fn unused(cx: &Cx<'_>, bits: &BitField) -> Vec<Ident> {
    let names = bits.refusals.iter().flat_map(|row| row.when.value.names());
    let used: Vec<Parameter> = names.map(|n| parameter(cx, &n.name).0).collect();
    let all = [
        Parameter::Reserved,
        Parameter::Unsupported,
        Parameter::Old,
        Parameter::New,
    ];
    all.into_iter()
        .filter(|p| !used.contains(p))
        .map(Parameter::ident)
        .collect()
}

fn refusal(cx: &Cx<'_>, row: &Refusal) -> TokenStream {
    let when = expr::condition(&row.when.value, &|name| refused_name(cx, name));
    let fault = cx.names.faults.get(&row.fault.value);
    quote! {
        if #when {
            return Some(Fault::#fault);
        }
    }
}

/// What a name in a `refused` table speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Reserved,
    Unsupported,
    Old,
    New,
}

impl Parameter {
    fn ident(self) -> Ident {
        ident(match self {
            Self::Reserved => "reserved",
            Self::Unsupported => "unsupported",
            Self::Old => "old",
            Self::New => "new",
        })
    }
}

/// The parameter, and the name without `was_`. What the book declares comes before what is built in.
fn parameter<'a>(cx: &Cx<'_>, name: &'a str) -> (Parameter, &'a str) {
    let declared = cx.names.predicates.has(name) || cx.names.units.has(name);
    match (name.strip_prefix("was_"), name) {
        _ if declared => (Parameter::New, name),
        (Some(before), _) => (Parameter::Old, before),
        (None, "reserved") => (Parameter::Reserved, name),
        (None, "unsupported") => (Parameter::Unsupported, name),
        (None, _) => (Parameter::New, name),
    }
}

fn refused_name(cx: &Cx<'_>, name: &str) -> TokenStream {
    let (parameter, name) = parameter(cx, name);
    let value = parameter.ident();
    let ty = &cx.names.state;
    match parameter {
        Parameter::Reserved | Parameter::Unsupported => quote!(#value),
        Parameter::Old | Parameter::New => {
            predicates::state_name(cx, name, &quote!(#value), &quote!(#ty))
        }
    }
}

/// `unsupported_bits`: the bits whose capability is missing.
fn unsupported(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let state = &cx.names.state;
    let raw = bits::raw_type(bits);
    let needs = bits.bits.iter().filter_map(|bit| {
        let capability = cx.names.capabilities.get(&bit.needs.as_ref()?.value);
        let bit = cx.names.units.get(&bit.name.value);
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
