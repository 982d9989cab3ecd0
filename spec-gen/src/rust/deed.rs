//! What a driver is asked to do when the state changes: the actions of the adopted order, or the arcs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::analysis;
use spec_model::model::FsmArc;
use spec_model::source::Spanned;

use super::Cx;
use crate::doc::doc;
use crate::ident::ident;
use crate::names::adopted;

/// A row of the table.
pub(super) struct Deed<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a Spanned<String>,
    /// The variant of the type.
    pub(super) variant: Ident,
    /// The method of `Driver`.
    pub(super) method: Ident,
    /// Markdown.
    pub(super) meaning: &'a str,
    /// When the method is called.
    pub(super) when: String,
    /// The row, if it is an arc.
    pub(super) arc: Option<&'a FsmArc>,
}

/// Which of the two tables an edition has.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Action,
    Arc,
}

impl Kind {
    /// In the middle of a sentence.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Arc => "arc",
        }
    }

    fn ty(self) -> Ident {
        ident(match self {
            Self::Action => "Action",
            Self::Arc => "Arc",
        })
    }
}

/// The rows, in the order of the book.
pub(super) fn deeds<'a>(cx: &Cx<'a>) -> Vec<Deed<'a>> {
    let actions = adopted(cx.edition).into_iter().flat_map(|t| &t.actions);
    let actions = actions.zip(&cx.names.actions).map(|(row, variant)| Deed {
        kind: Kind::Action,
        name: &row.name,
        variant: variant.clone(),
        method: cx.names.act.get(&row.name.value),
        meaning: &row.meaning.value,
        when: format!("Called when `{}` becomes true.", row.spelling),
        arc: None,
    });
    let fsm = cx.edition.fsm.as_ref();
    let arcs = fsm
        .into_iter()
        .flat_map(|fsm| fsm.arcs.iter().map(move |arc| (fsm, arc)));
    let arcs = arcs.zip(&cx.names.arcs).map(|((fsm, row), variant)| Deed {
        kind: Kind::Arc,
        name: &row.callback,
        variant: variant.clone(),
        method: cx.names.act.get(&row.callback.value),
        meaning: &row.meaning.value,
        when: format!(
            "From `{}` to `{}`.",
            analysis::fsm::state_name(fsm, row.from.value),
            analysis::fsm::state_name(fsm, row.to.value)
        ),
        arc: Some(row),
    });
    actions.chain(arcs).collect()
}

/// `act`: the method of each.
pub(super) fn act(cx: &Cx<'_>) -> TokenStream {
    let deeds = deeds(cx);
    let Some(first) = deeds.first() else {
        return TokenStream::new();
    };
    let (word, ty) = (first.kind.word(), first.kind.ty());
    let parameter = ident(word);
    let arms = deeds.iter().map(|deed| {
        let (variant, method) = (&deed.variant, &deed.method);
        quote!(#ty::#variant => driver.#method(),)
    });
    let title = doc(&format!("Lets the driver take one {word}."));
    quote! {
        #title
        ///
        /// # Errors
        /// Those of the driver's method.
        pub fn act<D: Driver + ?Sized>(driver: &mut D, #parameter: #ty) -> Result<(), Fault> {
            match #parameter { #(#arms)* }
        }
    }
}
