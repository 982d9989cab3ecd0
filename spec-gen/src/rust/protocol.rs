//! `protocol` tables: who may access what when. Each table gives a type of accesses, a type of phases and a
//! function that answers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::{Access, Direction, Protocol};

use super::choice::{BY_BOOK, Choice, Variant};
use super::{Cx, answer, driver};
use crate::doc::doc;
use crate::ident::{Scope, camel};
use crate::names::ProtocolNames;

/// One protocol, with the identifiers of its accesses and phases.
pub(super) struct Table<'a> {
    pub(super) protocol: &'a Protocol,
    pub(super) names: &'a ProtocolNames,
    pub(super) accesses: Vec<(&'a Access, Ident)>,
    pub(super) phases: Vec<Ident>,
}

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    if cx.edition.protocols.is_empty() {
        return TokenStream::new();
    }
    let tables = cx.edition.protocols.iter().zip(&cx.names.protocols);
    let tables: TokenStream = tables
        .map(|(protocol, names)| table(cx, protocol, names))
        .collect();
    let callback = driver::callback_type(cx);
    quote!(#tables #callback)
}

fn table(cx: &Cx<'_>, protocol: &Protocol, names: &ProtocolNames) -> TokenStream {
    let mut scope = Scope::with("ALL");
    let mut accesses: Vec<(&Access, Ident)> = Vec::new();
    for access in protocol.transitions.iter().map(|t| &t.access.value) {
        if accesses.iter().all(|(known, _)| *known != access) {
            accesses.push((
                access,
                scope.take(&camel(&spelling(access).replace(' ', "_"))),
            ));
        }
    }
    let mut scope = Scope::with("ALL INITIAL");
    let phases = protocol
        .phases
        .iter()
        .map(|p| scope.take(&camel(&p.name)))
        .collect();
    let table = Table {
        protocol,
        names,
        accesses,
        phases,
    };
    let (access, phase, answer) = (
        access_type(cx, &table),
        phase_type(cx, &table),
        answer::generate(cx, &table),
    );
    quote!(#access #phase #answer)
}

fn spelling(access: &Access) -> String {
    let direction = match access.direction {
        Direction::Read => "read",
        Direction::Write => "write",
    };
    format!("{direction} {}", access.register)
}

fn access_type(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let variants: Vec<Variant> = table
        .accesses
        .iter()
        .map(|(access, ident)| Variant {
            ident: ident.clone(),
            name: spelling(access),
            doc: doc(&format!("`{}`", spelling(access))),
        })
        .collect();
    let about = format!(
        "An access that the protocol `{}` speaks of.",
        table.protocol.name.value
    );
    Choice {
        ty: &table.names.access,
        doc: cx.docs.about(&about, table.protocol.span),
        variants: &variants,
        order: BY_BOOK,
        functions: of_register(cx, table),
    }
    .generate()
}

/// `read` and `write`: the access of a register.
fn of_register(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let Some(registers) = cx.names.registers_of(&table.protocol.of.value) else {
        return TokenStream::new();
    };
    let arms = |direction: Direction| -> TokenStream {
        let arm = |(field, register): (&str, &Ident)| {
            let ty = &registers.ty;
            let mut accesses = table.accesses.iter();
            let access = accesses.find(|(a, _)| a.direction == direction && a.register == field);
            let access =
                access.map_or_else(|| quote!(None), |(_, access)| quote!(Some(Self::#access)));
            quote!(#ty::#register => #access,)
        };
        registers.fields.iter().map(arm).collect()
    };
    let (reads, writes) = (arms(Direction::Read), arms(Direction::Write));
    let register = &registers.ty;
    quote! {
        /// The access that reads a register, if the protocol speaks of it.
        pub const fn read(register: #register) -> Option<Self> {
            match register { #reads }
        }

        /// The access that writes a register, if the protocol speaks of it.
        pub const fn write(register: #register) -> Option<Self> {
            match register { #writes }
        }
    }
}

fn phase_type(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let variants: Vec<Variant> = table
        .protocol
        .phases
        .iter()
        .zip(&table.phases)
        .map(|(phase, ident)| Variant {
            ident: ident.clone(),
            name: phase.name.clone(),
            doc: doc(&format!("`{}`", phase.name)),
        })
        .collect();
    let about = format!(
        "What user space has done so far in this round of the protocol `{}`.",
        table.protocol.name.value
    );
    let initial = table.phases.first().map(|first| {
        quote! {
            /// Where a device begins.
            pub const INITIAL: Self = Self::#first;
        }
    });
    Choice {
        ty: &table.names.phase,
        doc: cx.docs.about(&about, table.protocol.span),
        variants: &variants,
        order: BY_BOOK,
        functions: initial.unwrap_or_default(),
    }
    .generate()
}
