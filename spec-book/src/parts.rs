//! The site, made by two at once: mdBook works on the text of the chapters, we on what they show beyond it, and the
//! finished pages get that last. They say the same as with [`crate::Spec`]; only mdBook's search looks into
//! drawings there.

mod pages;
mod print;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use mdbook_markdown::MarkdownOptions;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use spec_model::model;

use crate::page::Site;
use crate::site::{each, joined, put, same_chapters};
use crate::tables;
use crate::tests_of::Tests;

/// HTML for pages, by chapter and number.
type Drawn = Vec<Vec<String>>;

/// A site in the making.
#[derive(Debug)]
pub struct Parts {
    text: Text,
    drawn: JoinHandle<Drawn>,
}

/// The preprocessor `spec` for the text alone.
#[derive(Clone, Debug)]
pub struct Text {
    book: Arc<model::Book>,
    tests: Arc<Tests>,
    /// Made as soon as there is a text.
    tables: Arc<Mutex<Option<JoinHandle<Drawn>>>>,
}

impl Parts {
    /// Begins to draw.
    pub fn begin(book: model::Book, tests: Tests) -> Self {
        let text = Text {
            book: Arc::new(book),
            tests: Arc::new(tests),
            tables: Arc::default(),
        };
        let own = text.clone();
        let draw = move || {
            let site = Site::new(&own.book, &own.tests);
            let chapters = 0..own.book.chapters.len();
            let html = |drawn: String| pages::html(&drawn);
            chapters
                .map(|chapter| site.drawings(chapter).into_iter().map(html).collect())
                .collect()
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
        let mut drawn = joined(self.drawn.join());
        for (drawn, tables) in drawn.iter_mut().zip(self.text.tables()) {
            drawn.extend(tables);
        }
        let book = &self.text.book;
        let pages = pages::read(book, site)?;
        std::thread::scope(|scope| {
            let print = scope.spawn(|| print::fill(book, &pages, &drawn, site));
            let pages = pages::fill(&pages, &drawn, site);
            joined(print.join()).and(pages)
        })
    }
}

impl Text {
    /// Those of the text that was given last.
    fn tables(&self) -> Drawn {
        let made = self.tables.lock().unwrap_or_else(|e| e.into_inner()).take();
        made.map_or_else(Vec::new, |made| joined(made.join()))
    }
}

/// How mdBook reads Markdown here.
fn options(ctx: &PreprocessorContext) -> MarkdownOptions {
    let mut options = MarkdownOptions::default();
    if let Some(html) = ctx.config.html_config() {
        options.smart_punctuation = html.smart_punctuation;
        options.definition_lists = html.definition_lists;
        options.admonitions = html.admonitions;
    }
    options
}

impl Preprocessor for Text {
    fn name(&self) -> &'static str {
        "spec"
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        same_chapters(&self.book, &book)?;
        let site = Site::new(&self.book, &self.tests);
        let mut made = each(&self.book, |chapter| site.text(chapter));
        let chapters = self.book.chapters.iter().map(|it| it.path.as_str());
        let (texts, all): (_, Vec<_>) = chapters
            .map(|path| {
                let (text, tables) = made.remove(path).unwrap_or_default();
                ((path, text), tables)
            })
            .unzip();
        put(&self.book, texts, &mut book);
        let options = options(ctx);
        let html = move |table: &String| pages::html(&tables::html(table, &options));
        let make = move || {
            all.iter()
                .map(|all| all.iter().map(&html).collect())
                .collect()
        };
        let make = std::thread::spawn(make);
        *self.tables.lock().unwrap_or_else(|e| e.into_inner()) = Some(make);
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}
