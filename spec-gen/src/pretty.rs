//! The generated Rust as text: a stand-alone module, `no_std`, without dependencies.

use spec_model::model::Book;

/// The first line of every file that is generated.
pub const HEADER: &str = "// Generated from the book, do not edit.";

/// The module, formatted.
pub fn rust(book: &Book) -> String {
    format!("{HEADER}\n\n{}", format(crate::rust::tokens(book)))
}

/// Items as formatted text. Tokens that are no Rust (a defect of the generator) come back as they are, for
/// rustc to point at.
pub fn format(tokens: proc_macro2::TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => tokens.to_string(),
    }
}
