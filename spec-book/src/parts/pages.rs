//! The finished pages, each of a chapter.

use std::io;
use std::path::Path;

use spec_model::model::Book;

use super::Drawn;
use crate::describe::describe;
use crate::drawings;
use crate::html::escaped;
use crate::links::{hrefs, page_href, page_path};

/// A page as mdBook wrote it.
pub(super) struct Written {
    /// Relative to the site.
    path: String,
    pub(super) text: String,
    /// What its chapter says first, in place of the same words on every page.
    description: Option<String>,
}

/// That of each chapter, and then `index.html`, which repeats the first where it is not the first itself.
pub(super) fn read(book: &Book, site: &Path) -> io::Result<Vec<Written>> {
    let chapters = book.chapters.iter();
    let own = chapters.map(|it| (page_path(&it.path), Some(it)));
    let index = (INDEX.to_owned(), None);
    let repeats = book.chapters.iter().all(|it| page_path(&it.path) != INDEX);
    own.chain(repeats.then_some(index))
        .map(|(path, chapter)| {
            let text = std::fs::read_to_string(site.join(&path))?;
            // The whole book is described there.
            let described = chapter.filter(|_| path != INDEX);
            Ok(Written {
                path,
                text,
                description: described.and_then(|chapter| describe(book, chapter)),
            })
        })
        .collect()
}

const INDEX: &str = "index.html";

/// Completes them.
pub(super) fn fill(pages: &[Written], drawn: &Drawn, site: &Path) -> io::Result<()> {
    for page in pages {
        let text = drawings::fill(&page.text, |chapter, number| {
            drawn.get(chapter)?.get(number)
        });
        let text = match &page.description {
            Some(description) => described(text, description),
            None => text,
        };
        std::fs::write(site.join(&page.path), text)?;
    }
    Ok(())
}

/// The page with another description, for search engines and for previews.
fn described(mut page: String, description: &str) -> String {
    let description = escaped(description);
    for meta in ["name=\"description\"", "property=\"og:description\""] {
        let before = format!("<meta {meta} content=\"");
        let begin = page.find(&before).map(|at| at + before.len());
        let end = begin.and_then(|begin| Some(begin + page[begin..].find('"')?));
        if let (Some(begin), Some(end)) = (begin, end) {
            page.replace_range(begin..end, &description);
        }
    }
    page
}

/// HTML of ours as it stands on a page: with links to pages instead of chapters.
pub(super) fn html(drawn: &str) -> String {
    hrefs(drawn, page_href)
}
