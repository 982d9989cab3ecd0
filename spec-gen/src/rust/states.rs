//! `states` tables: the register as a newtype, for any value can come from the other side.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::model::{Fsm, State};

use super::{Cx, constants, state};
use crate::ident::ident;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(fsm) = &cx.edition.fsm else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let raw = raw_type(fsm);
    let doc = cx.docs.about(
        &format!("A value of `{}`. Any value can be held: what the other side asks for is not always a state.", fsm.name.value),
        fsm.span,
    );
    let constants = fsm.states.iter().map(|row| constant(cx, row));
    let values = named_values(cx, fsm);
    let operations = operations(fsm, &raw);
    quote! {
        #doc
        #[repr(transparent)]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ty(#raw);

        impl #ty {
            #(#constants)*
            #values
            #operations
        }
    }
}

/// The unsigned integer that holds the register.
pub(super) fn raw_type(fsm: &Fsm) -> Ident {
    let highest = fsm.states.iter().map(|row| row.value.value).max();
    let bits = u32::BITS - highest.unwrap_or(0).leading_zeros();
    state::uint(fsm.width.max(bits))
}

fn constant(cx: &Cx<'_>, row: &State) -> TokenStream {
    let name = cx.names.units.get(&row.name.value);
    let needs: Vec<String> = row.needs.iter().map(|c| format!("`{}`", c.value)).collect();
    let needs = match needs.as_slice() {
        [] => String::new(),
        needs => format!("Only with {}. ", needs.join(" and ")),
    };
    let more = needs + &constants::in_linux(row.linux.as_ref());
    let doc = cx.docs.row_and(&row.meaning.value, &more, row.name.span);
    let value = Literal::u32_unsuffixed(row.value.value);
    quote! {
        #doc
        pub const #name: Self = Self(#value);
    }
}

/// `INITIAL`, `ERROR` unless the book calls it so, `ALL`.
fn named_values(cx: &Cx<'_>, fsm: &Fsm) -> TokenStream {
    let initial = value(cx, fsm, fsm.initial.value, &quote!(Self));
    let initial_doc = cx.docs.about(
        "The state of a device that was just opened or reset.",
        fsm.initial.span,
    );
    let named = fsm
        .named(ERROR)
        .is_some_and(|row| row.value.value == fsm.error.value);
    let error = (!named).then(|| {
        let name = ident(ERROR);
        let error = value(cx, fsm, fsm.error.value, &quote!(Self));
        let doc = cx
            .docs
            .about("The state of a device that has failed.", fsm.error.span);
        quote!(#doc pub const #name: Self = #error;)
    });
    let all = fsm
        .states
        .iter()
        .map(|row| cx.names.units.get(&row.name.value));
    let count = Literal::usize_unsuffixed(fsm.states.len());
    quote! {
        #initial_doc
        pub const INITIAL: Self = #initial;

        #error

        /// Every state, in numeric order.
        pub const ALL: [Self; #count] = [#(Self::#all),*];
    }
}

/// The constant of the error state.
pub(crate) const ERROR: &str = "ERROR";

fn operations(fsm: &Fsm, raw: &Ident) -> TokenStream {
    let number = number(fsm);
    quote! {
        /// The value as read from the register.
        pub const fn from_raw(value: #raw) -> Self {
            Self(value)
        }

        /// The value as written to the register.
        pub const fn raw(self) -> #raw {
            self.0
        }

        /// Whether both are the same: `==` for constants.
        pub const fn is(self, state: Self) -> bool {
            self.0 == state.0
        }

        /// Whether it is a state at all.
        pub const fn known(self) -> bool {
            self.number() < Self::ALL.len()
        }

        /// The place in [`Self::ALL`]; of what is no state, the place behind the last.
        const fn number(self) -> usize {
            #number
        }
    }
}

fn number(fsm: &Fsm) -> TokenStream {
    let values: Vec<u32> = fsm.states.iter().map(|row| row.value.value).collect();
    let count = values.len();
    let end = Literal::usize_unsuffixed(count);
    if (0..count)
        .zip(&values)
        .all(|(at, &value)| at == value as usize)
    {
        return quote! {
            if self.0 < #end { self.0 as usize } else { #end }
        };
    }
    let values = values.into_iter().map(Literal::u32_unsuffixed);
    let places = (0..count).map(Literal::usize_unsuffixed);
    quote! {
        match self.0 {
            #(#values => #places,)*
            _ => #end,
        }
    }
}

/// A value, where the register's type is written `ty`.
pub(super) fn value(cx: &Cx<'_>, fsm: &Fsm, value: u32, ty: &TokenStream) -> TokenStream {
    match fsm.state(value) {
        Some(row) => {
            let name = cx.names.units.get(&row.name.value);
            quote!(#ty::#name)
        }
        None => {
            let value = Literal::u32_unsuffixed(value);
            quote!(#ty::from_raw(#value))
        }
    }
}
