//! `flow` tables: each a static, for a VMM to follow and for tests to walk.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use spec_model::analysis::Register;
use spec_model::model::{Devices, Flow, Side, Step, Target};
use spec_model::source::Spanned;

use super::{Cx, state, system};

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let Some(register) = cx.register() else {
        return TokenStream::new();
    };
    let flows = &cx.edition.flows;
    if flows.is_empty() {
        return TokenStream::new();
    }
    let names = flows.iter().map(|f| cx.names.flows.get(&f.name.value));
    let statics = flows.iter().map(|f| flow(cx, register, f));
    quote! {
        /// The flows of the book.
        pub mod flows {
            use super::*;

            #(#statics)*

            /// Every flow, in the order of the book.
            pub static ALL: &[&Flow] = &[#(&#names),*];
        }
    }
}

fn flow(cx: &Cx<'_>, register: Register<'_>, flow: &Flow) -> TokenStream {
    let ident = cx.names.flows.get(&flow.name.value);
    let (name, title) = (&flow.name.value, &flow.title);
    let doc = cx
        .inner_docs
        .about(&format!("{}.", flow.title.trim_end_matches('.')), flow.span);
    let side = match flow.side {
        Side::Source => quote!(Side::Source),
        Side::Destination => quote!(Side::Destination),
    };
    let devices = match flow.devices {
        Devices::One => quote!(Devices::One),
        Devices::Many => quote!(Devices::Many),
    };
    let rule = option(flow.rule.as_deref().map(|id| {
        let rule = cx.root.rules.get(id);
        quote!(super::super::rules::#rule)
    }));
    let needs = flow.needs.iter().map(|n| &n.value);
    let lacks = flow.lacks.iter().map(|n| &n.value);
    let released = text(flow.released.as_ref());
    let steps = flow.steps.iter().map(|s| step(cx, register, s));
    quote! {
        #doc
        pub static #ident: Flow = Flow {
            name: #name,
            title: #title,
            rule: #rule,
            side: #side,
            devices: #devices,
            needs: &[#(#needs),*],
            lacks: &[#(#lacks),*],
            released: #released,
            steps: &[#(#steps),*],
        };
    }
}

fn step(cx: &Cx<'_>, register: Register<'_>, step: &Step) -> TokenStream {
    let number = Literal::u32_unsuffixed(step.number.value);
    let target = target(cx, register, step.target.value);
    let conditions = system::conditions(cx);
    let values = &step.conditions;
    let work = step.work.iter().map(|w| cx.names.work.get(&w.value));
    let injection = option(step.injection.as_ref().map(|i| {
        let name = cx.names.injections.get(&i.value);
        quote!(Injection::#name)
    }));
    let barrier = text(step.barrier.as_ref());
    let result = option(step.result.as_ref().map(|fault| {
        let name = cx.names.faults.get(&fault.value);
        quote!(Fault::#name)
    }));
    let words = &step.text.value;
    quote! {
        Step {
            number: #number,
            target: #target,
            #(#conditions: #values,)*
            work: &[#(Work::#work),*],
            injection: #injection,
            barrier: #barrier,
            result: #result,
            text: #words,
        }
    }
}

fn target(cx: &Cx<'_>, register: Register<'_>, target: Target) -> TokenStream {
    let ty = &cx.names.state;
    let value = |state| state::value(cx, register, state, &quote!(#ty));
    match target {
        Target::State(state) => {
            let state = value(state);
            quote!(Target::State(#state))
        }
        Target::Write(state) => {
            let state = value(state);
            quote!(Target::Write(#state))
        }
        Target::Reset => quote!(Target::Reset),
        Target::Reads(state) => {
            let state = value(state);
            quote!(Target::Reads(#state))
        }
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn text(value: Option<&Spanned<String>>) -> TokenStream {
    option(value.map(|text| {
        let text = &text.value;
        quote!(#text)
    }))
}
