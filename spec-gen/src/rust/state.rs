//! What registers with bits and registers with one state have in common: values as tokens, and as text.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::analysis::Register;

use super::{Cx, bits, states};
use crate::ident::ident;

/// A value of the register, whose type is written `ty`: `DeviceState::SAVING.with(DeviceState::NDMA)`.
pub(super) fn value(
    cx: &Cx<'_>,
    register: Register<'_>,
    value: u32,
    ty: &TokenStream,
) -> TokenStream {
    match register {
        Register::Bits(field) => bits::value(cx, field, value, ty),
        Register::Fsm(fsm) => states::value(cx, fsm, value, ty),
    }
}

/// The smallest unsigned integer of at least so many bits.
pub(super) fn uint(bits: u32) -> Ident {
    ident(match bits {
        0..=8 => "u8",
        9..=16 => "u16",
        17..=32 => "u32",
        33..=64 => "u64",
        _ => "u128",
    })
}

/// The smallest unsigned integer that numbers so many things.
pub(super) fn index(count: usize) -> Ident {
    uint(usize::BITS - count.leading_zeros())
}

/// `Debug`, which writes what `Display` writes.
pub(super) fn debug(ty: &Ident) -> TokenStream {
    quote! {
        impl core::fmt::Debug for #ty {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    }
}

/// The function that reads a name or a number.
pub(super) fn part(raw: &Ident) -> TokenStream {
    quote! {
        fn part(text: &str) -> Option<Self> {
            if let Some(entry) = Self::NAMES.iter().find(|entry| entry.0 == text) {
                return Some(entry.1);
            }
            let number = match text.strip_prefix("0x") {
                Some(digits) => #raw::from_str_radix(digits, 16),
                None => text.parse(),
            };
            number.ok().map(Self)
        }
    }
}
