//! The function that answers an access: a row of the `protocol` table is an arm of a `match`.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::expr::Expr;

use super::protocol::{Row, Table};
use super::{Cx, predicates};
use crate::doc::doc;
use crate::names::ProtocolNames;

pub(super) fn generate(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let ProtocolNames {
        access,
        phase,
        function,
    } = table.names;
    let refused = &table.refused;
    let about = "What an access does: the phase afterwards, and the callback that carries it out.";
    let title = cx.docs.about(about, table.span);
    let rows = &table.rows;
    // Rows that stand for `any` phase come together.
    let together = rows.chunk_by(|a, b| a.when.span == b.when.span && stays(a) && stays(b));
    let arms: TokenStream = together.map(|rows| arm(cx, table, rows)).collect();
    let state = cx.register().map(|_| {
        let ty = &cx.names.state;
        quote!(state: #ty,)
    });
    let fails = doc(match rows.iter().any(|row| row.fault.is_some()) {
        true => "The row refuses the access, or no row speaks of it.",
        false => "No row of the table allows the access.",
    });
    let reads_state = rows.iter().any(|row| !row.when.value.names().is_empty());
    let unused = (state.is_some() && !reads_state).then(|| quote!(let _ = state;));
    quote! {
        #title
        ///
        /// # Errors
        #fails
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

fn stays(row: &Row<'_>) -> bool {
    row.from == row.to
}

/// A row, or the rows that one row with `any` phase stands for.
fn arm(cx: &Cx<'_>, table: &Table<'_>, rows: &[Row<'_>]) -> TokenStream {
    let Some(first) = rows.first() else {
        return TokenStream::new();
    };
    let access_ty = &table.names.access;
    let access = table.accesses.get(first.access).map(|(_, ident)| ident);
    let phase = &table.names.phase;
    let phases = &table.phases;
    let from = if rows.len() == phases.len() {
        quote!(_)
    } else {
        let from = rows.iter().filter_map(|row| phases.get(row.from));
        let from = from.map(|(_, ident)| ident);
        quote!(#(#phase::#from)|*)
    };
    let to = match phases.get(first.to) {
        Some((_, to)) if rows.len() == 1 => quote!(#phase::#to),
        _ => quote!(phase),
    };
    let callback = match &first.callback {
        Some(variant) => quote!(Some(Callback::#variant)),
        None => quote!(None),
    };
    let answer = match &first.fault {
        Some(fault) => quote!(Err(Fault::#fault)),
        None => quote!(Ok((#to, #callback))),
    };
    let guard = guard(cx, &first.when.value);
    quote!((#access_ty::#access, #from) #guard => #answer,)
}

/// `if …`. Also for a row that always holds: a later row of the same access then stays reachable for rustc.
fn guard(cx: &Cx<'_>, when: &Expr) -> TokenStream {
    let ty = &cx.names.state;
    let when = predicates::on_state(cx, when, &quote!(state), &quote!(#ty));
    quote!(if #when)
}
