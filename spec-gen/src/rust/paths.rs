//! `path(…)`: the arcs of a request. All paths are cut out of one short list of arcs.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::model::{Fsm, FsmArc};

use super::requests::{Cells, Table, rows, shape};
use super::{Cx, state};

pub(super) fn generate(cx: &Cx<'_>, fsm: &Fsm, table: &Table<'_>) -> TokenStream {
    let answers = table.iter().flatten().flatten().flatten();
    let paths: BTreeSet<Vec<usize>> = answers.map(|path| arcs(fsm, path)).collect();
    let list = list(paths);
    let ty = path_type(list.len());
    let function = function(cx, fsm, table, &list);
    let count = Literal::usize_unsuffixed(list.len());
    let arcs = list.iter().filter_map(|&arc| cx.names.arcs.get(arc));
    quote! {
        #function
        #ty

        /// Every path is a part of this.
        static ARCS: [Arc; #count] = [#(Arc::#arcs),*];
    }
}

/// The numbers of the arcs between states that follow each other.
fn arcs(fsm: &Fsm, path: &[u32]) -> Vec<usize> {
    let ends = |arc: &FsmArc| [arc.from.value, arc.to.value];
    let arc = |step: &[u32]| fsm.arcs.iter().position(|arc| ends(arc) == step);
    path.windows(2).filter_map(arc).collect()
}

/// A list that has every path in one piece.
fn list(paths: BTreeSet<Vec<usize>>) -> Vec<usize> {
    let mut paths: Vec<Vec<usize>> = paths.into_iter().collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.len()));
    let mut list: Vec<usize> = Vec::new();
    for path in paths {
        if place(&list, &path).is_none() {
            let shared = (0..path.len()).rev().find(|&n| list.ends_with(&path[..n]));
            list.extend(&path[shared.unwrap_or(0)..]);
        }
    }
    list
}

/// Where a path begins in the list.
fn place(list: &[usize], path: &[usize]) -> Option<usize> {
    (0..=list.len()).find(|&at| list[at..].starts_with(path))
}

fn function(cx: &Cx<'_>, fsm: &Fsm, table: &Table<'_>, list: &[usize]) -> TokenStream {
    let state = &cx.names.state;
    let mut cells = Cells::default();
    let rows = rows(table, |answer| match answer {
        Ok(path) => {
            let path = arcs(fsm, path);
            let first = Literal::usize_unsuffixed(place(list, &path).unwrap_or(0));
            let len = Literal::usize_unsuffixed(path.len());
            cells.name('P', quote!(Ok(Path { first: #first, len: #len })))
        }
        Err(refused) => cells.refused(cx, *refused),
    });
    let ty = quote!(Result<Path, Fault>);
    let (shape, cells) = (shape(table, &ty), cells.constants(&ty));
    let at = fsm.paths.first().map_or(fsm.span, |rule| rule.inside.span);
    let doc = cx.docs.about(
        "The arcs of a request, or why it is refused. A request for the state that is has none.",
        at,
    );
    quote! {
        #doc
        ///
        /// Answers as [`next`] does.
        ///
        /// # Errors
        /// Those of [`next`].
        pub const fn path(
            capabilities: Capabilities,
            from: #state,
            to: #state,
        ) -> Result<Path, Fault> {
            PATHS[capabilities.set()][from.number()][to.number()]
        }

        /// By set of capabilities, state and request; the last row, and the last of each row, are of what is no
        /// state. `P` is a path, `R` a refusal.
        static PATHS: #shape = {
            #cells

            #rows
        };
    }
}

fn path_type(arcs: usize) -> TokenStream {
    let raw = state::index(arcs);
    quote! {
        /// The arcs of a request, in the order in which they are taken.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct Path {
            first: #raw,
            len: #raw,
        }

        impl Path {
            /// The arcs.
            pub const fn arcs(self) -> &'static [Arc] {
                ARCS.split_at(self.first as usize).1.split_at(self.len as usize).0
            }

            /// How many arcs.
            pub const fn len(self) -> usize {
                self.len as usize
            }

            /// Whether there is nothing to do.
            pub const fn is_empty(self) -> bool {
                self.len == 0
            }

            /// The arcs, one by one.
            pub fn iter(self) -> core::iter::Copied<core::slice::Iter<'static, Arc>> {
                self.arcs().iter().copied()
            }
        }

        impl IntoIterator for Path {
            type Item = Arc;
            type IntoIter = core::iter::Copied<core::slice::Iter<'static, Arc>>;

            fn into_iter(self) -> Self::IntoIter {
                self.iter()
            }
        }

        /// The arcs.
        impl core::fmt::Debug for Path {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(self.arcs(), f)
            }
        }
    }
}
