//! `predicates` and `behaviours` tables: functions of the register's value, of the same names.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::expr::Expr;
use spec_model::model::BitField;
use spec_model::source::Spanned;

use super::{Cx, expr};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(bits) = &cx.edition.bits else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let predicates = bits
        .predicates
        .iter()
        .map(|p| function(cx, &p.name, &p.holds, &p.meaning.value, None));
    let behaviours = bits.behaviours.iter().map(|b| {
        function(
            cx,
            &b.name,
            &b.holds,
            &b.meaning.value,
            Some(&b.aspect.value),
        )
    });
    let functions: TokenStream = predicates.chain(behaviours).collect();
    if functions.is_empty() {
        functions
    } else {
        quote!(impl #ty { #functions })
    }
}

fn function(
    cx: &Cx<'_>,
    name: &Spanned<String>,
    holds: &Spanned<Expr>,
    meaning: &str,
    aspect: Option<&str>,
) -> TokenStream {
    let ident = cx.names.predicates.get(&name.value);
    let when = cx.written(holds.span);
    let more = match aspect {
        Some(aspect) => format!("{aspect}: while `{when}`."),
        None => format!("Holds when `{when}`."),
    };
    let doc = cx.docs.row_and(meaning, &more, name.span);
    let body = on_state(cx, &holds.value, &quote!(self), &quote!(Self));
    quote! {
        #doc
        pub const fn #ident(self) -> bool { #body }
    }
}

/// A condition over bits, predicates and behaviours of the value `state`, whose type is written `ty`.
pub(super) fn on_state(
    cx: &Cx<'_>,
    holds: &Expr,
    state: &TokenStream,
    ty: &TokenStream,
) -> TokenStream {
    expr::condition(holds, &|name| state_name(cx, name, state, ty))
}

/// One name of such a condition.
pub(super) fn state_name(
    cx: &Cx<'_>,
    name: &str,
    state: &TokenStream,
    ty: &TokenStream,
) -> TokenStream {
    if cx.names.bits.has(name) {
        let bit = cx.names.bits.get(name);
        quote!(#state.contains(#ty::#bit))
    } else {
        let predicate: Ident = cx.names.predicates.get(name);
        quote!(#state.#predicate())
    }
}

/// Every combination of the bits for which a predicate of this name holds, in numeric order.
pub(super) fn states(bits: &BitField, predicate: &str) -> Vec<u32> {
    let Some(predicate) = bits.predicates.iter().find(|p| p.name.value == predicate) else {
        return Vec::new();
    };
    combinations(bits)
        .into_iter()
        .filter(|&state| holds(bits, &predicate.holds.value, state))
        .collect()
}

/// Every combination of the bits, in numeric order.
fn combinations(bits: &BitField) -> Vec<u32> {
    let mut numbers: Vec<u32> = bits.bits.iter().map(|b| b.number.value).collect();
    numbers.sort_unstable();
    let place = |index: u32| {
        let set = numbers
            .iter()
            .enumerate()
            .filter(|&(at, _)| index >> at & 1 == 1);
        set.fold(0, |state, (_, number)| state | 1 << number)
    };
    (0..1 << numbers.len()).map(place).collect()
}

/// Whether a condition over bits, predicates and behaviours holds in a state.
pub(crate) fn holds(bits: &BitField, condition: &Expr, state: u32) -> bool {
    condition.eval(&|name| {
        if let Some(bit) = bits.bits.iter().find(|b| b.name.value == name) {
            return state >> bit.number.value & 1 == 1;
        }
        let predicate = bits
            .predicates
            .iter()
            .find(|p| p.name.value == name)
            .map(|p| &p.holds.value);
        let behaviour = bits
            .behaviours
            .iter()
            .find(|b| b.name.value == name)
            .map(|b| &b.holds.value);
        predicate
            .or(behaviour)
            .is_some_and(|inner| holds(bits, inner, state))
    })
}
