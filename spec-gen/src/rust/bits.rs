//! `bits` tables: the register as a newtype, for any value can come from the other side.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::analysis;
use spec_model::model::BitField;

use super::{Cx, constants, state};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(bits) = &cx.edition.bits else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let raw = raw_type(bits);
    let doc = cx.docs.about(
        &format!("A value of `{}`. Any value can be held: what the other side writes is not always valid.", bits.name.value),
        bits.span,
    );
    let constants = bit_constants(cx, bits);
    let values = named_values(cx, bits, &raw);
    let operations = operations(&raw);
    quote! {
        #doc
        #[repr(transparent)]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ty(#raw);

        impl #ty {
            #constants
            #values
            #operations
        }

        impl core::ops::BitOr for #ty {
            type Output = Self;

            fn bitor(self, bits: Self) -> Self {
                self.with(bits)
            }
        }
    }
}

/// The unsigned integer that holds the register.
pub(super) fn raw_type(bits: &BitField) -> Ident {
    let highest = bits
        .bits
        .iter()
        .map(|b| b.number.value + 1)
        .max()
        .unwrap_or(0);
    state::uint(bits.width.max(highest))
}

fn bit_constants(cx: &Cx<'_>, bits: &BitField) -> TokenStream {
    let constant = |bit: &spec_model::model::Bit| {
        let name = cx.names.units.get(&bit.name.value);
        let needs = bit
            .needs
            .as_ref()
            .map(|c| format!("Only with the capability `{}`. ", c.value));
        let more = needs.unwrap_or_default() + &constants::in_linux(bit.linux.as_ref());
        let doc = cx.docs.row_and(&bit.meaning.value, &more, bit.name.span);
        let shift = Literal::u32_unsuffixed(bit.number.value);
        quote! {
            #doc
            pub const #name: Self = Self(1 << #shift);
        }
    };
    bits.bits.iter().map(constant).collect()
}

/// `NONE`, `INITIAL`, `ERROR`, `RESERVED`, `VALID`.
fn named_values(cx: &Cx<'_>, bits: &BitField, raw: &Ident) -> TokenStream {
    let initial = value(cx, bits, bits.initial.value, &quote!(Self));
    let initial_doc = cx.docs.about(
        "What a device reads that was just opened or reset.",
        bits.initial.span,
    );
    let error = analysis::error_state(bits).map(|error| {
        let error = union(cx, bits, error, &quote!(Self));
        quote! {
            /// What a device reads that has failed: never valid, left by a reset alone.
            pub const ERROR: Self = #error;
        }
    });
    let known = bits.bits.iter().map(|b| cx.names.units.get(&b.name.value));
    let known = match bits.bits.len() {
        0 => quote!(0),
        _ => quote!((#(Self::#known.0)|*)),
    };
    let valid = analysis::valid_states(bits);
    let valid: Vec<TokenStream> = valid
        .into_iter()
        .map(|state| union(cx, bits, state, &quote!(Self)))
        .collect();
    let count = Literal::usize_unsuffixed(valid.len());
    quote! {
        /// No bit set.
        pub const NONE: Self = Self(0);

        #initial_doc
        pub const INITIAL: Self = #initial;

        #error

        /// The bits that have no meaning yet: a write leaves them as they are.
        pub const RESERVED: #raw = !#known;

        /// The values that may be written, in numeric order.
        pub const VALID: [Self; #count] = [#(#valid),*];
    }
}

fn operations(raw: &Ident) -> TokenStream {
    quote! {
        /// The value as read from the register.
        pub const fn from_bits(bits: #raw) -> Self {
            Self(bits)
        }

        /// The value as written to the register.
        pub const fn bits(self) -> #raw {
            self.0
        }

        /// Whether all these bits are set.
        pub const fn contains(self, bits: Self) -> bool {
            self.0 & bits.0 == bits.0
        }

        /// With these bits set.
        #[must_use]
        pub const fn with(self, bits: Self) -> Self {
            Self(self.0 | bits.0)
        }

        /// With these bits clear.
        #[must_use]
        pub const fn without(self, bits: Self) -> Self {
            Self(self.0 & !bits.0)
        }
    }
}

/// A value, where the register's type is written `ty`: `DeviceState::SAVING.with(DeviceState::NDMA)`.
pub(super) fn value(cx: &Cx<'_>, bits: &BitField, value: u32, ty: &TokenStream) -> TokenStream {
    if Some(value) == analysis::error_state(bits) {
        return quote!(#ty::ERROR);
    }
    union(cx, bits, value, ty)
}

/// The same from the bits alone.
fn union(cx: &Cx<'_>, bits: &BitField, value: u32, ty: &TokenStream) -> TokenStream {
    let is_set = |number: u32| value.checked_shr(number).unwrap_or(0) & 1 == 1;
    let set = bits.bits.iter().filter(|b| is_set(b.number.value));
    let mut names = set.map(|b| cx.names.units.get(&b.name.value));
    let first = names
        .next()
        .map_or_else(|| quote!(#ty::NONE), |name| quote!(#ty::#name));
    let rest = value & !analysis::all_bits(bits);
    let rest = (rest != 0).then(|| {
        let rest = Literal::u32_unsuffixed(rest);
        quote!(.with(#ty::from_bits(#rest)))
    });
    quote!(#first #(.with(#ty::#names))* #rest)
}
