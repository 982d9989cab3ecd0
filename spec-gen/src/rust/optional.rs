//! Methods of `Driver` that some devices are never asked for. They have a body, so that such a driver leaves them out.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::analysis::{self, fsm};
use spec_model::model::{FaultAfter, Fsm, FsmArc};

use super::Cx;
use super::call::Signature;
use crate::doc::doc;
use crate::names::CallbackNames;

/// How a method ends: `;`, or a body with a paragraph that says for whom it is there.
pub(super) struct Ending {
    /// Below the documentation of the method.
    pub(super) doc: TokenStream,
    /// Behind its signature.
    pub(super) end: TokenStream,
}

impl Ending {
    pub(super) fn required() -> Self {
        Self {
            doc: TokenStream::new(),
            end: quote!(;),
        }
    }

    fn body(fault: &Ident, about: &str, arguments: &TokenStream) -> Self {
        let about = doc(&format!(
            "{about} is never asked for it, and leaves it out: unless written, it fails with [`Fault::{fault}`]."
        ));
        let unused = (!arguments.is_empty()).then(|| quote!(let _ = (#arguments);));
        Self {
            doc: quote!(#about #[doc = ""]),
            end: quote!({ #unused Err(Fault::#fault) }),
        }
    }
}

/// The end of the method of an arc: a body if a device can be without the arc.
pub(super) fn arc(cx: &Cx<'_>, arc: &FsmArc) -> Ending {
    let sets = analysis::capability_sets(cx.edition);
    let lacks = |set: &Vec<&str>| !arc.needs.value.eval(&|name| set.contains(&name));
    match failed(cx).filter(|_| sets.iter().any(lacks)) {
        Some(fault) => Ending::body(&fault, "A device without this arc", &TokenStream::new()),
        None => Ending::required(),
    }
}

/// The end of the method of a callback: a body if a device can be without every state in which it is called.
pub(super) fn callback(cx: &Cx<'_>, callback: &CallbackNames) -> Ending {
    let machine = cx.edition.fsm.as_ref();
    let sometimes = machine.is_some_and(|machine| {
        let sets = analysis::capability_sets(cx.edition);
        sets.iter().any(|set| !calls(cx, machine, set, callback))
    });
    match failed(cx).filter(|_| sometimes) {
        Some(fault) => {
            let arguments = Signature::of(callback.kind).arguments;
            Ending::body(
                &fault,
                "A device without the states that this is for",
                &arguments,
            )
        }
        None => Ending::required(),
    }
}

/// Whether a device with these capabilities can be in a state in which the callback is called.
fn calls(cx: &Cx<'_>, machine: &Fsm, capabilities: &[&str], callback: &CallbackNames) -> bool {
    let states = machine.states.iter().map(|state| state.value.value);
    let mut states = states.filter(|&state| fsm::supported(machine, capabilities, state));
    let rows = || cx.edition.fd_protocols.iter().flat_map(|p| &p.rows);
    let named = |name: &str| name == callback.name;
    states.any(|state| {
        rows().any(|row| {
            let called = row.callback.as_ref().is_some_and(|it| named(&it.value));
            called && fsm::holds(machine, &row.when.value, state)
        })
    })
}

/// The error after which nothing is known of the device.
fn failed(cx: &Cx<'_>) -> Option<Ident> {
    let mut faults = cx.edition.faults.iter();
    let fault = faults.find(|fault| fault.after == FaultAfter::Error)?;
    Some(cx.names.faults.get(&fault.name.value))
}
