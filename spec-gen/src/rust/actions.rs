//! The adopted `actions` table: each row a variant of `Action`, and sets of them.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::model::{ActionTable, WindowEffect};

use super::choice::{self, Choice, Variant};
use super::{Cx, predicates, state};
use crate::ident::ident;
use crate::names::adopted;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(table) = adopted(cx.edition) else {
        return TokenStream::new();
    };
    let action = action(cx, table);
    let set = set(table);
    let iterator = iterator(table);
    quote! {
        #action

        /// What an action does to a buffer that saving and resuming share.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum WindowEffect {
            /// Nothing.
            None,
            /// It is cleared, then filled with the stream that user space reads.
            Outgoing,
            /// It is cleared, then open for what user space writes.
            Incoming,
            /// What user space wrote goes into the device.
            Load,
        }

        #set
        #iterator
    }
}

fn action(cx: &Cx<'_>, table: &ActionTable) -> TokenStream {
    let docs = cx.docs.about(
        "What a driver does when a write makes a group of bits true that was not true before.",
        table.span,
    );
    let rows = table.actions.iter().zip(&cx.names.actions);
    let variants: Vec<Variant> = rows
        .map(|(row, variant)| Variant {
            ident: variant.clone(),
            name: row.name.value.clone(),
            doc: cx.docs.row_and(
                &row.meaning.value,
                &format!("Taken when `{}` becomes true.", row.spelling),
                row.name.span,
            ),
        })
        .collect();
    Choice {
        ty: &ident("Action"),
        doc: docs,
        variants: &variants,
        order: "in the order of acting",
        functions: facts(cx, table),
    }
    .generate()
}

/// `group`, `holds`, `window`, `rule`.
fn facts(cx: &Cx<'_>, table: &ActionTable) -> TokenStream {
    let state = &cx.names.state;
    let of_state = quote!(state);
    let ty = quote!(#state);
    let variants = &cx.names.actions;
    let spellings = table
        .actions
        .iter()
        .map(|a| &a.spelling)
        .map(|spelling| quote!(#spelling));
    let groups = choice::arms(variants, spellings);
    let conditions = table
        .actions
        .iter()
        .map(|a| predicates::on_state(cx, &a.group.value, &of_state, &ty));
    let holds = choice::arms(variants, conditions);
    let windows = choice::arms(variants, table.actions.iter().map(|a| window(a.window)));
    let rule = cx.docs.rule_of(table.span).map(|id| {
        let constant = cx.root.rules.get(id);
        quote! {
            /// The rule that orders the actions.
            pub const fn rule(self) -> super::rules::Rule {
                super::rules::#constant
            }
        }
    });
    quote! {
            /// The group of bits that triggers it, as the RFC spells it.
            pub const fn group(self) -> &'static str {
                #groups
            }

            /// Whether its group of bits is true.
            pub const fn holds(self, state: #state) -> bool {
                #holds
            }

            /// What it does to the data window.
            pub const fn window(self) -> WindowEffect {
                #windows
            }

            #rule
    }
}

fn window(effect: WindowEffect) -> TokenStream {
    match effect {
        WindowEffect::None => quote!(WindowEffect::None),
        WindowEffect::Outgoing => quote!(WindowEffect::Outgoing),
        WindowEffect::Incoming => quote!(WindowEffect::Incoming),
        WindowEffect::Load => quote!(WindowEffect::Load),
    }
}

fn set(table: &ActionTable) -> TokenStream {
    let raw = state::uint(u32::try_from(table.actions.len()).unwrap_or(u32::MAX));
    quote! {
        /// A set of actions, taken in the order of [`Action::ALL`].
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct Actions(#raw);

        impl Actions {
            /// Nothing to do.
            pub const NONE: Self = Self(0);

            /// Whether this action is to be taken.
            pub const fn contains(self, action: Action) -> bool {
                self.0 & (1 << action as u32) != 0
            }

            /// This action as well.
            #[must_use]
            pub const fn with(self, action: Action) -> Self {
                Self(self.0 | (1 << action as u32))
            }

            /// One bit an action, in the order of [`Action::ALL`] from the lowest bit.
            pub const fn mask(self) -> #raw {
                self.0
            }

            /// Whether there is nothing to do.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// How many actions are to be taken.
            pub const fn len(self) -> usize {
                self.0.count_ones() as usize
            }

            /// The actions in the order of acting.
            pub const fn iter(self) -> ActionsIter {
                ActionsIter(self.0)
            }
        }

        /// The actions in the order of acting.
        impl core::fmt::Debug for Actions {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_list().entries(*self).finish()
            }
        }
    }
}

fn iterator(table: &ActionTable) -> TokenStream {
    let raw = state::uint(u32::try_from(table.actions.len()).unwrap_or(u32::MAX));
    quote! {
        /// Gives the actions of a set in the order of acting.
        #[derive(Clone, Debug)]
        pub struct ActionsIter(#raw);

        impl Iterator for ActionsIter {
            type Item = Action;

            fn next(&mut self) -> Option<Action> {
                let next = Action::ALL.get(self.0.trailing_zeros() as usize).copied();
                self.0 &= self.0.wrapping_sub(1);
                next
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                let left = self.0.count_ones() as usize;
                (left, Some(left))
            }
        }

        impl ExactSizeIterator for ActionsIter {}

        impl IntoIterator for Actions {
            type Item = Action;
            type IntoIter = ActionsIter;

            fn into_iter(self) -> ActionsIter {
                self.iter()
            }
        }
    }
}
