//! The finished pages, each of a chapter.

use std::io;
use std::path::Path;

use spec_model::model::Book;

use super::Drawn;
use crate::drawings;
use crate::links::{hrefs, page_path};

/// A page as mdBook wrote it.
pub(super) struct Written {
    /// Relative to the site.
    path: String,
    pub(super) text: String,
}

/// That of each chapter, and then `index.html`, which repeats the first.
pub(super) fn read(book: &Book, site: &Path) -> io::Result<Vec<Written>> {
    let chapters = book.chapters.iter().map(|it| page_path(&it.path));
    let paths = chapters.chain(["index.html".to_owned()]);
    paths
        .map(|path| {
            let text = std::fs::read_to_string(site.join(&path))?;
            Ok(Written { path, text })
        })
        .collect()
}

/// Completes them.
pub(super) fn fill(pages: &[Written], drawn: &Drawn, site: &Path) -> io::Result<()> {
    for page in pages {
        let text = drawings::fill(&page.text, |chapter, number| {
            drawn.get(chapter)?.get(number)
        });
        std::fs::write(site.join(&page.path), text)?;
    }
    Ok(())
}

/// HTML of ours as it stands on a page: with links to pages instead of chapters.
pub(super) fn html(drawn: &str) -> String {
    hrefs(drawn, |href| {
        let (path, anchor) = href.split_at(href.find('#').unwrap_or(href.len()));
        let path = path.strip_suffix(".md").filter(|_| !href.contains(':'))?;
        Some(format!("{path}.html{anchor}"))
    })
}
