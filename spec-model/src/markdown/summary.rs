//! SUMMARY.md: the list of chapters.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::options;

/// A link in SUMMARY.md, in the order of the book.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The text of the link.
    pub(crate) title: String,
    /// Where it leads; empty for a draft, `None` for a list item without a link.
    pub(crate) dest: Option<String>,
    /// The whole link or item.
    pub(crate) range: Range<usize>,
}

/// Every chapter that SUMMARY.md lists: numbered, prefix and suffix ones, at any depth.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    // The items being read: place of their text, and whether it held a link.
    let mut items: Vec<(Range<usize>, bool)> = Vec::new();
    let mut in_link = false;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Item) => items.push((range.start..range.start, false)),
            Event::Start(Tag::List(_)) | Event::End(TagEnd::Item) => {
                if let Some((place, linked)) = items.last_mut()
                    && !*linked
                {
                    *linked = true;
                    let title = text[place.clone()].to_string();
                    entries.push(Entry {
                        title,
                        dest: None,
                        range: place.clone(),
                    });
                }
                if matches!(event, Event::End(_)) {
                    items.pop();
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                in_link = true;
                if let Some(item) = items.last_mut() {
                    item.1 = true;
                }
                entries.push(Entry {
                    title: String::new(),
                    dest: Some(dest_url.to_string()),
                    range,
                });
            }
            Event::End(TagEnd::Link) => in_link = false,
            Event::Text(part) | Event::Code(part) => {
                match (in_link, entries.last_mut(), items.last_mut()) {
                    (true, Some(entry), _) => entry.title.push_str(&part),
                    (false, _, Some(item)) if item.0.is_empty() => item.0 = range,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    entries
}
