//! What stands in for the generated items while the book has mistakes.
//!
//! The names of the modules are imported from nowhere. rustc resolves whatever is looked up in such an import to an
//! error that it has reported already (the `compile_error!` beside it), so code that uses the generated items
//! stays silent, and one mistake in the book is one error. `tests/ui/one_mistake.rs` pins that.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use spec_model::source::SourceMap;

/// The modules that every book has; those of the editions are named after their folders.
const ALWAYS: [&str; 3] = ["rules", "errno", "v1"];

/// The stand-in for a book of which these files were read.
pub(crate) fn fallback(sources: &SourceMap) -> TokenStream {
    let names: BTreeSet<&str> = ALWAYS.into_iter().chain(editions(sources)).collect();
    let names = names
        .into_iter()
        .map(|name| Ident::new(name, Span::call_site()));
    quote! {
        #[doc(hidden)]
        pub use self::the_book_has_mistakes::{#(#names),*};
    }
}

/// The folders beside SUMMARY.md whose names are plain: `v1`.
fn editions(sources: &SourceMap) -> impl Iterator<Item = &str> {
    let summary = sources.files().next();
    let root = summary.and_then(|(_, file)| file.path.parent());
    let folder = move |path: &'_ std::path::Path| -> Option<usize> {
        let inside = path.strip_prefix(root?).ok()?;
        (inside.components().count() > 1).then_some(root?.components().count())
    };
    sources.files().filter_map(move |(_, file)| {
        let at = folder(&file.path)?;
        file.path
            .components()
            .nth(at)?
            .as_os_str()
            .to_str()
            .filter(|name| is_plain(name))
    })
}

/// `v` and digits: no keyword, and not the name of anything else in the calling module.
fn is_plain(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use spec_model::source::SourceMap;

    use super::fallback;

    #[test]
    fn folders_of_editions_are_named() {
        let mut sources = SourceMap::default();
        for path in [
            "book/SUMMARY.md",
            "book/errno.md",
            "book/v2/arcs.md",
            "book/site/look.md",
        ] {
            sources.add(path, "");
        }
        let text = fallback(&sources).to_string();
        assert!(text.contains("{ errno , rules , v1 , v2 }"), "{text}");
    }
}
