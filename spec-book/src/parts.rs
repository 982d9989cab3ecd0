//! The site, made by two at once: mdBook works on the text of the chapters, we on what they show beyond it, and the
//! finished pages get that last. They say the same as with [`crate::Spec`]; mdBook's search does not look into
//! drawings.

mod print;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use spec_model::model;

use crate::drawings;
use crate::links::{hrefs, page_path};
use crate::page::Site;
use crate::site::{joined, put, same_chapters};
use crate::tests_of::Tests;

/// A site in the making.
#[derive(Debug)]
pub struct Parts {
    text: Text,
    /// By chapter and number.
    drawn: JoinHandle<Vec<Vec<String>>>,
}

/// The preprocessor `spec` for the text alone.
#[derive(Clone, Debug)]
pub struct Text {
    book: Arc<model::Book>,
    tests: Arc<Tests>,
}

impl Parts {
    /// Begins to draw.
    pub fn begin(book: model::Book, tests: Tests) -> Self {
        let text = Text {
            book: Arc::new(book),
            tests: Arc::new(tests),
        };
        let own = text.clone();
        let draw = move || {
            let site = Site::new(&own.book, &own.tests);
            let chapters = 0..own.book.chapters.len();
            chapters.map(|chapter| site.drawings(chapter)).collect()
        };
        Self {
            text,
            drawn: std::thread::spawn(draw),
        }
    }

    /// What mdBook has to be given.
    pub fn text(&self) -> Text {
        self.text.clone()
    }

    /// Completes what mdBook wrote.
    ///
    /// # Errors
    /// A page that cannot be read or written.
    pub fn fill(self, site: &Path) -> io::Result<()> {
        let drawn = joined(self.drawn.join());
        let book = &self.text.book;
        std::thread::scope(|scope| {
            let print = scope.spawn(|| print::fill(book, &drawn, site));
            let pages = pages(book, &drawn, site);
            joined(print.join()).and(pages)
        })
    }
}

/// Every page of a chapter with drawings.
fn pages(book: &model::Book, drawn: &[Vec<String>], site: &Path) -> io::Result<()> {
    let chapters = book.chapters.iter().zip(drawn);
    let some = chapters.filter(|(_, drawn)| !drawn.is_empty());
    let mut pages: BTreeSet<String> = some.map(|(chapter, _)| page_path(&chapter.path)).collect();
    // It repeats the first chapter.
    pages.insert("index.html".to_owned());
    for page in pages {
        change(&site.join(page), |text| {
            drawings::fill(text, |chapter, number| {
                let drawing = drawn.get(chapter)?.get(number)?;
                Some(hrefs(drawing, |href| page_href(href)))
            })
        })?;
    }
    Ok(())
}

/// A link as it stands on a page.
fn page_href(href: &str) -> Option<String> {
    let (path, anchor) = href.split_at(href.find('#').unwrap_or(href.len()));
    let own = !href.contains(':');
    own.then(|| Some(format!("{}.html{anchor}", path.strip_suffix(".md")?)))?
}

/// Writes a file anew.
fn change(file: &Path, with: impl FnOnce(&str) -> String) -> io::Result<()> {
    let text = std::fs::read_to_string(file)?;
    std::fs::write(file, with(&text))
}

impl Preprocessor for Text {
    fn name(&self) -> &'static str {
        "spec"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        same_chapters(&self.book, &book)?;
        let site = Site::new(&self.book, &self.tests);
        let chapters = self.book.chapters.iter().enumerate();
        let texts = chapters.map(|(n, chapter)| (chapter.path.as_str(), site.text(n)));
        put(&self.book, texts.collect(), &mut book);
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}
