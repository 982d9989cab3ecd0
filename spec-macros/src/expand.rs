//! The expansion from beginning to end: locate, read, then generate, or report and stand in.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::source::SourceMap;
use syn::LitStr;

use crate::locate::{self, Book};
use crate::{fallback, report};

/// What the call becomes.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let literal = match syn::parse2::<LitStr>(input) {
        Ok(literal) => literal,
        Err(error) => return wrong_argument(&error),
    };
    let book = locate::locate(&literal);
    match spec_model::load(&book.summary) {
        Ok(model) => {
            let items = spec_gen::rust::tokens(&model);
            let track = track(&book, &model.sources);
            quote!(#items #track)
        }
        Err(rejected) => {
            let errors = report::report(&literal, &rejected);
            let fallback = fallback::fallback(&rejected.sources);
            let track = track(&book, &rejected.sources);
            quote!(#errors #fallback #track)
        }
    }
}

fn wrong_argument(error: &syn::Error) -> TokenStream {
    let text = "`spec!` takes the path of a SUMMARY.md, relative to this file: `spec!(\"../book/SUMMARY.md\")`";
    let error = syn::Error::new(error.span(), text).to_compile_error();
    let fallback = fallback::fallback(&SourceMap::default());
    quote!(#error #fallback)
}

/// Lets rustc know every file that was read, so that an edit builds anew; also while there are mistakes, or mending
/// them would go unnoticed.
fn track(book: &Book, sources: &SourceMap) -> TokenStream {
    let files = sources.files().filter(|(_, file)| file.path.is_file());
    let paths = files.map(|(_, file)| {
        let path = locate::relative(&book.caller, &file.path);
        let path = spec_model::source::display(&path);
        quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )
    });
    paths.collect()
}
