//! `protocol` tables: who may access what when. Each table gives a type of accesses, a type of phases and a
//! function that answers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::{Access, Direction, Protocol, Transition};

use super::choice::{self, Variant};
use super::{Cx, driver, predicates};
use crate::doc::doc;
use crate::ident::{Scope, camel};
use crate::names::ProtocolNames;

/// One protocol, with the identifiers of its accesses and phases.
struct Table<'a> {
    protocol: &'a Protocol,
    names: &'a ProtocolNames,
    accesses: Vec<(&'a Access, Ident)>,
    phases: Vec<Ident>,
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
    let mut scope = Scope::with(&["ALL"]);
    let mut accesses: Vec<(&Access, Ident)> = Vec::new();
    for access in protocol.transitions.iter().map(|t| &t.access.value) {
        if accesses.iter().all(|(known, _)| *known != access) {
            accesses.push((
                access,
                scope.take(&camel(&spelling(access).replace(' ', "_"))),
            ));
        }
    }
    let mut scope = Scope::with(&["ALL", "INITIAL"]);
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
        answer(cx, &table),
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
    let docs = cx.docs.about(&about, table.protocol.span);
    let ty = &table.names.access;
    let choice = choice::generate(ty, &docs, &variants, "in the order of the book");
    let Some(registers) = cx.names.registers_of(&table.protocol.of.value) else {
        return choice;
    };
    let of = |direction: Direction| -> TokenStream {
        let rows = table
            .accesses
            .iter()
            .filter(|(a, _)| a.direction == direction && registers.fields.has(&a.register));
        let register_ty = &registers.ty;
        rows.map(|(access, ident)| {
            let register = registers.fields.get(&access.register);
            quote!(#register_ty::#register => ::core::option::Option::Some(Self::#ident),)
        })
        .collect()
    };
    let (reads, writes) = (of(Direction::Read), of(Direction::Write));
    let register = &registers.ty;
    quote! {
        #choice

        impl #ty {
            /// The access that reads a register, if the protocol speaks of it.
            pub const fn read(register: #register) -> ::core::option::Option<Self> {
                match register { #reads _ => ::core::option::Option::None }
            }

            /// The access that writes a register, if the protocol speaks of it.
            pub const fn write(register: #register) -> ::core::option::Option<Self> {
                match register { #writes _ => ::core::option::Option::None }
            }
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
    let ty = &table.names.phase;
    let choice = choice::generate(
        ty,
        &cx.docs.about(&about, table.protocol.span),
        &variants,
        "in the order of the book",
    );
    let initial = table.phases.first().map(|first| {
        quote! {
            impl #ty {
                /// Where a device begins.
                pub const INITIAL: Self = Self::#first;
            }
        }
    });
    quote!(#choice #initial)
}

/// The function that answers an access.
fn answer(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let ProtocolNames {
        access,
        phase,
        function,
    } = table.names;
    let arms = table.accesses.iter().map(|(of, ident)| {
        let rows = rows(cx, table, of);
        quote!(#access::#ident => { #rows })
    });
    let refused = cx.names.faults.get(&table.protocol.refused.value);
    let about = "What an access does: the phase afterwards, and the callback that carries it out.";
    let doc = cx.docs.about(about, table.protocol.span);
    let (state, unused) = match &cx.edition.bits {
        Some(_) => {
            let ty = &cx.names.state;
            (quote!(state: #ty,), quote!(let _ = state;))
        }
        None => Default::default(),
    };
    quote! {
        #doc
        ///
        /// # Errors
        /// No row of the table allows the access.
        pub const fn #function(
            #state
            phase: #phase,
            access: #access,
        ) -> ::core::result::Result<(#phase, ::core::option::Option<Callback>), Fault> {
            #unused
            match access { #(#arms)* }
            ::core::result::Result::Err(Fault::#refused)
        }
    }
}

/// The rows of one access. Rows that stand for `any` phase come together.
fn rows(cx: &Cx<'_>, table: &Table<'_>, access: &Access) -> TokenStream {
    let rows: Vec<&Transition> = table
        .protocol
        .transitions
        .iter()
        .filter(|row| row.access.value == *access)
        .collect();
    let together = rows.chunk_by(|a, b| a.when.span == b.when.span && stays(a) && stays(b));
    together.map(|rows| row(cx, table, rows)).collect()
}

fn stays(row: &Transition) -> bool {
    row.from == row.to
}

fn row(cx: &Cx<'_>, table: &Table<'_>, rows: &[&Transition]) -> TokenStream {
    let Some(first) = rows.first() else {
        return TokenStream::new();
    };
    let ty = &cx.names.state;
    let when = predicates::on_state(cx, &first.when.value, &quote!(state), &quote!(#ty));
    let phase = &table.names.phase;
    let phases = &table.phases;
    let from = rows.iter().filter_map(|row| phases.get(row.from));
    let any = rows.len() == phases.len();
    let in_phase = (!any).then(|| quote!(&&::core::matches!(phase, #(#phase::#from)|*)));
    let to = match phases.get(first.to) {
        Some(to) if rows.len() == 1 => quote!(#phase::#to),
        _ => quote!(phase),
    };
    let callback = first
        .callback
        .as_ref()
        .and_then(|name| cx.names.callback(&name.value, &first.access.value));
    let callback = match callback.map(|c| &c.variant) {
        Some(variant) => quote!(::core::option::Option::Some(Callback::#variant)),
        None => quote!(::core::option::Option::None),
    };
    let when = if matches!(first.when.value, spec_model::expr::Expr::Or(..)) {
        quote!((#when))
    } else {
        when
    };
    quote! {
        if #when #in_phase {
            return ::core::result::Result::Ok((#to, #callback));
        }
    }
}
