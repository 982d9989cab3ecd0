//! What a page refers to and what can be referred to in it, from html5ever's tokens.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::{Problem, css};

/// How a reference is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A reader may follow it: it may lead to another server.
    Link,
    /// The browser fetches it.
    Load,
    /// The id of an element of the same page.
    Id,
}

/// An attribute or a piece of style that refers to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) kind: Kind,
    pub(super) line: u64,
    pub(super) to: String,
}

/// A page, as far as links are concerned.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// `<base href>`.
    pub(super) base: Option<String>,
    pub(super) ids: BTreeSet<String>,
    pub(super) references: Vec<Reference>,
    /// Ids given twice: a link to one leads to the first alone.
    repeated: Vec<(u64, String)>,
    /// A `<style>` whose text comes next.
    in_style: bool,
}

impl Page {
    /// What is wrong with the page itself.
    pub(super) fn problems(&self, file: &Path) -> Vec<Problem> {
        let problem = |(line, id): &(u64, String)| Problem {
            file: file.to_owned(),
            line: *line,
            what: format!("the id `{id}` is given twice"),
        };
        self.repeated.iter().map(problem).collect()
    }
}

/// Reads a page.
pub(super) fn read(html: &str) -> Page {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let sink = Sink::default();
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.page.into_inner()
}

/// Reads a style sheet.
pub(super) fn style(sheet: &str) -> Page {
    Page {
        references: css::references(sheet, 1),
        ..Page::default()
    }
}

#[derive(Default)]
struct Sink {
    page: RefCell<Page>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                page.in_style = &*tag.name == "style";
                page.tag(&tag, line);
                raw(&tag)
            }
            Token::TagToken(_) => {
                page.in_style = false;
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) if page.in_style => {
                let lines = text.matches('\n').count() as u64;
                page.references
                    .extend(css::references(&text, line.saturating_sub(lines).max(1)));
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// A tokenizer without a tree does not know by itself that scripts are no markup.
fn raw(tag: &Tag) -> TokenSinkResult<()> {
    match &*tag.name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        _ => TokenSinkResult::Continue,
    }
}

/// Attributes that hold ids of the same page.
const ID_LISTS: &[&str] = &[
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-labelledby",
    "aria-owns",
    "for",
];

impl Page {
    fn tag(&mut self, tag: &Tag, line: u64) {
        for attribute in &tag.attrs {
            let (name, value) = (&*attribute.name.local, &*attribute.value);
            match (&*tag.name, name) {
                ("base", "href") => self.base = Some(value.to_owned()),
                (_, "id") => self.id(value, line),
                ("a", "name") => drop(self.ids.insert(value.to_owned())),
                ("a" | "area", "href" | "xlink:href") | ("form", "action") => {
                    self.refer(Kind::Link, value, line);
                }
                ("link", "href") if !fetched(tag) => self.refer(Kind::Link, value, line),
                (_, "href" | "xlink:href" | "src" | "poster") | ("object", "data") => {
                    self.refer(Kind::Load, value, line);
                }
                (_, "srcset") => {
                    for candidate in value.split(',') {
                        let url = candidate.split_whitespace().next().unwrap_or_default();
                        self.refer(Kind::Load, url, line);
                    }
                }
                (_, list) if ID_LISTS.contains(&list) => {
                    value
                        .split_whitespace()
                        .for_each(|id| self.refer(Kind::Id, id, line));
                }
                _ if value.contains("url(") => self.references.extend(css::references(value, line)),
                _ => {}
            }
        }
    }

    fn id(&mut self, id: &str, line: u64) {
        if !self.ids.insert(id.to_owned()) {
            self.repeated.push((line, id.to_owned()));
        }
    }

    fn refer(&mut self, kind: Kind, to: &str, line: u64) {
        self.references.push(Reference {
            kind,
            line,
            to: to.to_owned(),
        });
    }
}

/// Whether the browser fetches what a `<link>` names.
fn fetched(tag: &Tag) -> bool {
    let rel = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == "rel");
    let names_only = [
        "canonical",
        "alternate",
        "next",
        "prev",
        "license",
        "author",
        "help",
    ];
    !rel.is_some_and(|rel| {
        rel.value
            .split_whitespace()
            .any(|word| names_only.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_no_markup_and_styles_are_read() {
        let page = read(
            "<p id=a>\n<script>\"<img src=x.png>\"</script>\n<style>b{background:url(y.png)}</style>\
             <a href='#a'><img src=z.png></a><p id=a aria-labelledby='a c'>",
        );
        let found: Vec<_> = page
            .references
            .iter()
            .map(|r| (r.line, r.kind, r.to.as_str()))
            .collect();
        let expected = [
            (3, Kind::Load, "y.png"),
            (3, Kind::Link, "#a"),
            (3, Kind::Load, "z.png"),
            (3, Kind::Id, "a"),
            (3, Kind::Id, "c"),
        ];
        assert_eq!(found, expected);
        assert_eq!(page.repeated, [(3, "a".to_owned())]);
    }
}
