//! `predicates` and `behaviours` tables: functions of the register's value, of the same names.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::analysis::Register;
use spec_model::expr::Expr;
use spec_model::source::Spanned;

use super::{Cx, expr};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(register) = cx.register() else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let predicates = register
        .predicates()
        .iter()
        .map(|p| function(cx, &p.name, &p.holds, &p.meaning.value, None));
    let behaviours = register.behaviours().iter().map(|b| {
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

/// A condition over bits or states, predicates and behaviours of the value `state`, whose type is written `ty`.
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
    if cx.names.units.has(name) {
        let unit = cx.names.units.get(name);
        match cx.register() {
            Some(Register::Fsm(_)) => quote!(#state.is(#ty::#unit)),
            _ => quote!(#state.contains(#ty::#unit)),
        }
    } else {
        let predicate: Ident = cx.names.predicates.get(name);
        quote!(#state.#predicate())
    }
}
