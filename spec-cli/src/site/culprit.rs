//! Which chapter mdBook cannot digest: each is built alone.

use std::path::PathBuf;

use mdbook_driver::book::Book;
use mdbook_driver::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

/// Runs after all others and empties every chapter but the one with this source.
pub(super) struct Only(pub(super) PathBuf);

impl Preprocessor for Only {
    fn name(&self) -> &str {
        "only"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        book.for_each_chapter_mut(|chapter| {
            if chapter.source_path.as_ref() != Some(&self.0) {
                chapter.content.clear();
            }
        });
        Ok(book)
    }
}
