//! The print page: all chapters one after the other, so links between them stay on the page.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use spec_model::model::Book;
use spec_model::source::beside;

use super::Drawn;
use super::pages::Written;
use crate::drawings;
use crate::links::{hrefs, page_path};

/// What mdBook puts between two chapters.
const BREAK: &str = "<div style=\"break-before: page";

pub(super) fn fill(book: &Book, pages: &[Written], drawn: &Drawn, site: &Path) -> io::Result<()> {
    let page = site.join("print.html");
    // `output.html.print.enable` may be off.
    if !page.is_file() {
        return Ok(());
    }
    let text = std::fs::read_to_string(&page)?;
    let anchors = Anchors::new(book, pages, &text);
    let text = drawings::fill(&text, |chapter, number| {
        let drawing = drawn.get(chapter)?.get(number)?;
        let from = page_path(&book.chapters[chapter].path);
        Some(hrefs(drawing, |href| anchors.href(&from, href)))
    });
    std::fs::write(page, text)
}

/// How mdBook renamed the ids of each chapter: both editions have a “Saving”. By page.
struct Anchors<'t>(HashMap<String, Renamed<'t>>);

struct Renamed<'t> {
    /// The chapter's first: that of its title.
    top: &'t str,
    new: HashMap<&'t str, &'t str>,
}

impl<'t> Anchors<'t> {
    fn new(book: &Book, pages: &'t [Written], print: &'t str) -> Self {
        let chapters = book.chapters.iter().zip(pages);
        let parts = main(print).split(BREAK);
        let renamed = chapters.zip(parts).filter_map(|((chapter, page), part)| {
            let pairs = ids(main(&page.text)).zip(ids(part));
            let renamed = Renamed {
                top: ids(part).next()?,
                new: pairs.filter(|(old, new)| old != new).collect(),
            };
            Some((page_path(&chapter.path), renamed))
        });
        Self(renamed.collect())
    }

    /// A link on the page `from`, for the print page.
    fn href(&self, from: &str, href: &str) -> Option<String> {
        if href.contains(':') {
            return None;
        }
        let (path, anchor) = href.split_once('#').unwrap_or((href, ""));
        let path = match path {
            "" => from.to_owned(),
            path => beside(from, path)?,
        };
        let Some(chapter) = self.0.get(&path) else {
            return Some(match anchor {
                "" => path,
                anchor => format!("{path}#{anchor}"),
            });
        };
        let anchor = match anchor {
            "" => chapter.top,
            anchor => chapter.new.get(anchor).unwrap_or(&anchor),
        };
        Some(format!("#{anchor}"))
    }
}

fn main(page: &str) -> &str {
    let main = page.split_once("<main>").map_or("", |(_, main)| main);
    main.rsplit_once("</main>").map_or(main, |(main, _)| main)
}

fn ids(html: &str) -> impl Iterator<Item = &str> {
    let marks = html.split(" id=\"").skip(1);
    marks.filter_map(|rest| rest.split('"').next())
}
