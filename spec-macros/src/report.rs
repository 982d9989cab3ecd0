//! Diagnostics as compiler errors. Stable Rust has no spans into Markdown, so each error stands at the path in the
//! call, and its text begins with the true place.

use proc_macro2::TokenStream;
use spec_model::Rejected;
use spec_model::diagnostic::Severity;
use syn::LitStr;

/// One `compile_error!` for each mistake.
pub(crate) fn report(literal: &LitStr, rejected: &Rejected) -> TokenStream {
    let errors = rejected
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error);
    errors
        .map(|d| d.render(&rejected.sources))
        .map(|text| syn::Error::new(literal.span(), text).to_compile_error())
        .collect()
}
