//! `next(…)` and `path(…)`: the answer to every request, as the model works it out. Both are one look-up.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use spec_model::analysis::{self, fsm::Machine, fsm::NoPath};
use spec_model::model::{Fsm, Refusal};

use super::{Cx, next, paths};
use crate::ident::ident;

/// The states that a request leads through, or the error that refuses it; `None` where the book is silent.
pub(super) type Answer<'a> = Result<Vec<u32>, Option<&'a str>>;

/// By set of capabilities, state and request.
pub(super) type Table<'a> = Vec<Vec<Vec<Answer<'a>>>>;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(fsm) = &cx.edition.fsm else {
        return TokenStream::new();
    };
    let table = answers(cx, fsm);
    let next = next::generate(cx, fsm, &table);
    let path = paths::generate(cx, fsm, &table);
    quote!(#next #path)
}

/// Every answer. The last row and column are of a value that is no state.
fn answers<'a>(cx: &Cx<'a>, fsm: &'a Fsm) -> Table<'a> {
    let unknown = (0..=u32::MAX).find(|&value| fsm.state(value).is_none());
    let states = fsm.states.iter().map(|state| state.value.value);
    let states: Vec<u32> = states.chain(unknown).collect();
    let of_machine = |machine: &Machine<'a>| {
        let row = |&from| {
            let answers = states.iter().map(|&to| answer(machine, fsm, from, to));
            answers.collect()
        };
        states.iter().map(row).collect()
    };
    let sets = analysis::capability_sets(cx.edition);
    sets.iter()
        .map(|set| of_machine(&Machine::new(fsm, set)))
        .collect()
}

/// A device is never in a state that it does not have: a request from there is answered as one for it.
fn answer<'a>(machine: &Machine<'a>, fsm: &Fsm, from: u32, to: u32) -> Answer<'a> {
    let name = |refusal: &'a Refusal| refusal.fault.value.as_str();
    machine.path(from, to).map_err(|why| match why {
        NoPath::Refused(refusal) => Some(name(refusal)),
        NoPath::Missing | NoPath::Ambiguous(..) => {
            machine.refuse(fsm.initial.value, from).map(name)
        }
    })
}

/// The type of a table of these cells.
pub(super) fn shape(table: &Table<'_>, cell: &TokenStream) -> TokenStream {
    let rows = table.first().map_or(0, Vec::len);
    let set = table.first();
    let cells = set.and_then(|set| set.first()).map_or(0, Vec::len);
    let [sets, rows, cells] = [table.len(), rows, cells].map(Literal::usize_unsuffixed);
    quote!([[[#cell; #cells]; #rows]; #sets])
}

/// The table as an array of arrays, where `cell` writes each answer.
pub(super) fn rows(
    table: &Table<'_>,
    mut cell: impl FnMut(&Answer<'_>) -> TokenStream,
) -> TokenStream {
    let mut row = |answers: &Vec<Answer<'_>>| {
        let cells: Vec<TokenStream> = answers.iter().map(&mut cell).collect();
        quote!([#(#cells),*])
    };
    let mut set = |states: &Vec<Vec<Answer<'_>>>| {
        let rows: Vec<TokenStream> = states.iter().map(&mut row).collect();
        quote!([#(#rows),*])
    };
    let sets: Vec<TokenStream> = table.iter().map(&mut set).collect();
    quote!([#(#sets),*])
}

/// The values of the cells of a table, each a constant with a short name, so that a row is a line.
#[derive(Default)]
pub(super) struct Cells {
    known: Vec<(Ident, TokenStream)>,
}

impl Cells {
    /// The constant for a value: a letter and a number.
    pub(super) fn name(&mut self, letter: char, value: TokenStream) -> TokenStream {
        let text = value.to_string();
        let mut known = self.known.iter();
        if let Some((name, _)) = known.find(|(_, known)| known.to_string() == text) {
            return quote!(#name);
        }
        let same = |known: &&(Ident, TokenStream)| known.0.to_string().starts_with(letter);
        let number = self.known.iter().filter(same).count();
        let name = ident(&format!("{letter}{number}"));
        self.known.push((name.clone(), value));
        quote!(#name)
    }

    /// The constant for a refused request.
    pub(super) fn refused(&mut self, cx: &Cx<'_>, fault: Option<&str>) -> TokenStream {
        let Some(name) = fault else {
            return quote!(core::compile_error!(
                "no row of the table of refusals answers a request for what is no state"
            ));
        };
        let fault = cx.names.faults.get(name);
        self.name('R', quote!(Err(Fault::#fault)))
    }

    /// The declarations, for inside the table: sorted by letter, then in the order of the table.
    pub(super) fn constants(mut self, ty: &TokenStream) -> TokenStream {
        self.known
            .sort_by_key(|(name, _)| name.to_string().chars().next());
        let constants = self.known.iter();
        constants
            .map(|(name, value)| quote!(const #name: #ty = #value;))
            .collect()
    }
}
