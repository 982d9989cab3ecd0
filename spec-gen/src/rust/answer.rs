//! The function that answers an access: a row of the `protocol` table is an arm of a `match`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::expr::Expr;
use spec_model::model::Transition;

use super::protocol::Table;
use super::{Cx, predicates};
use crate::names::ProtocolNames;

pub(super) fn generate(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let ProtocolNames {
        access,
        phase,
        function,
    } = table.names;
    let refused = cx.names.faults.get(&table.protocol.refused.value);
    let about = "What an access does: the phase afterwards, and the callback that carries it out.";
    let doc = cx.docs.about(about, table.protocol.span);
    let rows = &table.protocol.transitions;
    // Rows that stand for `any` phase come together.
    let together = rows.chunk_by(|a, b| a.when.span == b.when.span && stays(a) && stays(b));
    let arms: TokenStream = together.map(|rows| arm(cx, table, rows)).collect();
    let state = cx.edition.bits.as_ref().map(|_| {
        let ty = &cx.names.state;
        quote!(state: #ty,)
    });
    let reads_state = rows.iter().any(|row| !row.when.value.names().is_empty());
    let unused = (state.is_some() && !reads_state).then(|| quote!(let _ = state;));
    quote! {
        #doc
        ///
        /// # Errors
        /// No row of the table allows the access.
        #[inline]
        pub const fn #function(
            #state
            phase: #phase,
            access: #access,
        ) -> Result<(#phase, Option<Callback>), Fault> {
            #unused
            match (access, phase) {
                #arms
                _ => Err(Fault::#refused),
            }
        }
    }
}

fn stays(row: &Transition) -> bool {
    row.from == row.to
}

/// A row, or the rows that one row with `any` phase stands for.
fn arm(cx: &Cx<'_>, table: &Table<'_>, rows: &[Transition]) -> TokenStream {
    let Some(first) = rows.first() else {
        return TokenStream::new();
    };
    let access_ty = &table.names.access;
    let access = variant(table, first);
    let phase = &table.names.phase;
    let phases = &table.phases;
    let from = if rows.len() == phases.len() {
        quote!(_)
    } else {
        let from = rows.iter().filter_map(|row| phases.get(row.from));
        quote!(#(#phase::#from)|*)
    };
    let to = match phases.get(first.to) {
        Some(to) if rows.len() == 1 => quote!(#phase::#to),
        _ => quote!(phase),
    };
    let name = first.callback.as_ref();
    let callback = name.and_then(|name| cx.names.callback(&name.value, &first.access.value));
    let callback = match callback.map(|c| &c.variant) {
        Some(variant) => quote!(Some(Callback::#variant)),
        None => quote!(None),
    };
    let guard = guard(cx, &first.when.value);
    quote!((#access_ty::#access, #from) #guard => Ok((#to, #callback)),)
}

fn variant<'a>(table: &'a Table<'_>, row: &Transition) -> Option<&'a Ident> {
    let mut accesses = table.accesses.iter();
    accesses
        .find(|(access, _)| **access == row.access.value)
        .map(|(_, ident)| ident)
}

/// `if …`. Also for a row that always holds: a later row of the same access then stays reachable for rustc.
fn guard(cx: &Cx<'_>, when: &Expr) -> TokenStream {
    let ty = &cx.names.state;
    let when = predicates::on_state(cx, when, &quote!(state), &quote!(#ty));
    quote!(if #when)
}
