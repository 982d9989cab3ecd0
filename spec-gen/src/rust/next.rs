//! `next(…)`: the state after the first arc of a request, out of a table.
//!
//! The state that it gives is where the next request begins, so what counts is how long one answer waits for the one
//! before: one load, whose address has the state as its last and only late part. So the table is ordered by request,
//! then by state; and what is no state is told apart by a branch, not by a number in the address.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::model::Fsm;

use super::requests::{Answer, Cells, Table, rows, shape};
use super::{Cx, states};

pub(super) fn generate(cx: &Cx<'_>, fsm: &Fsm, table: &Table<'_>) -> TokenStream {
    let state = &cx.names.state;
    let ty = quote!(Result<#state, Fault>);
    let mut cells = Cells::default();
    let mut cell = |answer: &Answer<'_>| match answer {
        Ok(path) => {
            let next = path.get(1).or(path.first()).copied();
            let next = next.unwrap_or(fsm.initial.value);
            let value = states::value(cx, fsm, next, &quote!(#state));
            cells.name('S', quote!(Ok(#value)))
        }
        Err(refused) => cells.refused(cx, *refused),
    };
    let count = fsm.states.len();
    let known = table.iter().map(|set| {
        let column = |to: usize| set[..count].iter().map(|row| row[to].clone()).collect();
        (0..count).map(column).collect()
    });
    let known: Table<'_> = known.collect();
    let (shape, known) = (shape(&known, &ty), rows(&known, &mut cell));
    let unknown = unknown(state, table, &ty, &mut cell);
    let constants = cells.constants(&ty);
    let at = fsm.paths.first().map_or(fsm.span, |rule| rule.inside.span);
    let doc = cx.docs.about(
        "The state after the first arc of a request, or why it is refused. A request for the state that is leads there.",
        at,
    );
    quote! {
        #doc
        ///
        /// Capabilities that every device has are taken to be there, and flags without a meaning are ignored. A
        /// device is never in a state that it does not have: a request from there is answered as one for it.
        ///
        /// # Errors
        /// The first row of the book's table of refusals that applies.
        #[inline]
        pub const fn next(capabilities: Capabilities, from: #state, to: #state) -> #ty {
            #constants

            /// By set of capabilities, requested state, and state that is. `S` is a state, `R` a refusal.
            static NEXT: #shape = #known;

            if from.known() && to.known() {
                return NEXT[capabilities.set()][to.number()][from.number()];
            }
            #unknown
        }
    }
}

/// The answer where a side of the request is no state: one refusal, or a table of its own.
fn unknown(
    state: &Ident,
    table: &Table<'_>,
    ty: &TokenStream,
    mut cell: impl FnMut(&Answer<'_>) -> TokenStream,
) -> TokenStream {
    // The last row and column of the table.
    let sets = table.iter().filter_map(|set| {
        let asked_for = set.iter().filter_map(|row| row.last().cloned()).collect();
        Some(vec![asked_for, set.last()?.clone()])
    });
    let sets: Table<'_> = sets.collect();
    let answers: Vec<&Answer<'_>> = sets.iter().flatten().flatten().collect();
    if let [first, rest @ ..] = answers.as_slice()
        && rest.iter().all(|answer| answer == first)
    {
        return cell(first);
    }
    let (shape, rows) = (shape(&sets, ty), rows(&sets, cell));
    quote! {
        #[cold]
        #[inline(never)]
        const fn unknown(capabilities: Capabilities, from: #state, to: #state) -> #ty {
            /// By set of capabilities: requests for what is no state, by state; then those out of it, by request.
            static UNKNOWN: #shape = #rows;

            if from.known() {
                UNKNOWN[capabilities.set()][0][from.number()]
            } else {
                UNKNOWN[capabilities.set()][1][to.number()]
            }
        }
        unknown(capabilities, from, to)
    }
}
