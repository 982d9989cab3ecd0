//! The print page: all chapters one after the other, so links between them stay on the page.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use spec_model::model::Book;

use super::change;
use crate::drawings;
use crate::links::{hrefs, page_path};

/// What mdBook puts between two chapters.
const BREAK: &str = "<div style=\"break-before: page";

pub(super) fn fill(book: &Book, drawn: &[Vec<String>], site: &Path) -> io::Result<()> {
    let page = site.join("print.html");
    // `output.html.print.enable` may be off.
    if !page.is_file() {
        return Ok(());
    }
    change(&page, |text| {
        let tops = tops(book, text);
        drawings::fill(text, |chapter, number| {
            let drawing = drawn.get(chapter)?.get(number)?;
            let from = &book.chapters[chapter].path;
            Some(hrefs(drawing, |href| print_href(&tops, from, href)))
        })
    })
}

/// The id of the title of each chapter, which need not be that on its own page: both editions have a “Saving”.
fn tops<'t>(book: &Book, text: &'t str) -> HashMap<String, &'t str> {
    let chapters = book.chapters.iter().zip(text.split(BREAK));
    let top = |text: &'t str| {
        let (_, id) = text.split_once("<h1 id=\"")?;
        id.split_once('"').map(|(id, _)| id)
    };
    chapters
        .filter_map(|(chapter, text)| Some((page_path(&chapter.path), top(text)?)))
        .collect()
}

/// A link from a chapter as it stands on the print page.
fn print_href(tops: &HashMap<String, &str>, from: &str, href: &str) -> Option<String> {
    if href.starts_with('#') || href.contains(':') {
        return None;
    }
    let (path, anchor) = href.split_at(href.find('#').unwrap_or(href.len()));
    let path = from_root(from, path);
    Some(match tops.get(&page_path(&path)) {
        Some(top) if anchor.is_empty() => format!("#{top}"),
        // Anchors of drawings, rules and rows are unique in the book.
        Some(_) => anchor.to_owned(),
        None => format!("{path}{anchor}"),
    })
}

/// A path beside a chapter, seen from the root of the book.
fn from_root(chapter: &str, path: &str) -> String {
    let mut parts: Vec<&str> = chapter.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}
