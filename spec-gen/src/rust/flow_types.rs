//! The types that `flows` is made of.

use proc_macro2::TokenStream;
use quote::quote;

use super::Cx;

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    if cx.edition.flows.is_empty() || cx.register().is_none() {
        return TokenStream::new();
    }
    let (flow, step, target) = (flow(), step(cx), target(cx));
    quote! {
        #flow

        /// Where a flow runs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Side {
            /// Where the device is left.
            Source,
            /// Where the device is entered.
            Destination,
        }

        /// With how many devices a flow is meant to run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Devices {
            /// One.
            One,
            /// Any number; the barriers hold over all of them.
            Many,
        }

        #step
        #target
    }
}

fn flow() -> TokenStream {
    quote! {
        /// A flow of the book: what a VMM does, step by step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Flow {
            /// The name in the book.
            pub name: &'static str,
            /// The heading above it.
            pub title: &'static str,
            /// The rule that it is.
            pub rule: Option<super::rules::Rule>,
            /// Where it runs.
            pub side: Side,
            /// With how many devices.
            pub devices: Devices,
            /// Capabilities or properties that a device must have for it.
            pub needs: &'static [&'static str],
            /// Capabilities or properties that a device for it does not have.
            pub lacks: &'static [&'static str],
            /// The released user space that does exactly this, for which it stays legal for ever.
            pub released: Option<&'static str>,
            /// The steps. The first says where the device is before.
            pub steps: &'static [Step],
        }
    }
}

fn step(cx: &Cx<'_>) -> TokenStream {
    let conditions = cx.edition.conditions.iter().map(|row| {
        let field = cx.names.conditions.get(&row.name.value);
        let doc = cx.docs.row_and(
            &row.meaning.value,
            &format!("True: {}; false: {}.", row.on, row.off),
            row.name.span,
        );
        quote!(#doc pub #field: bool,)
    });
    quote! {
        /// A step of a flow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Step {
            /// From 1.
            pub number: u32,
            /// How the device gets where it is in this step.
            pub target: Target,
            #(#conditions)*
            /// What the VMM does, in this order.
            pub work: &'static [Work],
            /// What goes wrong.
            pub injection: Option<Injection>,
            /// The grace state that all devices reach before any goes on.
            pub barrier: Option<&'static str>,
            /// The error that the write or the work gets.
            pub result: Option<Fault>,
            /// The step in words, as Markdown.
            pub text: &'static str,
        }
    }
}

fn target(cx: &Cx<'_>) -> TokenStream {
    let state = &cx.names.state;
    quote! {
        /// How a device gets where it is in a step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Target {
            /// The state is written, unless the device is in it already.
            State(#state),
            /// The state is written, even if the device is in it already.
            Write(#state),
            /// The device is reset.
            Reset,
            /// Nothing is written; the device reads this.
            Reads(#state),
        }
    }
}
