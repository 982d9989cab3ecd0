//! Markdown of a cell or a paragraph, taken apart for views that are not HTML: doc comments, logs,
//! terminals. [`pieces`] is the entry; [`plain`] keeps the words alone.

use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, TagEnd};

/// A part of a running text. Emphasis is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// `` `code` ``
    Code(String),
    /// `[text](to)`; the link to a rule, also written `[v1.state.sync]` alone, has `to` = `rule:v1.state.sync`.
    Link {
        /// What the reader sees, without backticks.
        text: String,
        /// Where it leads, as written.
        to: String,
    },
    /// A new line within the paragraph.
    Line,
    /// A new paragraph.
    Paragraph,
    /// A new list item.
    Item,
}

/// A text that begins a sentence: cells begin small.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.collect::<String>() + chars.as_str()
}

/// Takes a text apart.
pub fn pieces(markdown: &str) -> Vec<Piece> {
    let mut rule = |link: BrokenLink<'_>| rule_link(&link.reference);
    let parser =
        Parser::new_with_broken_link_callback(markdown, Options::ENABLE_TABLES, Some(&mut rule));
    let mut out = Vec::new();
    let mut link: Option<(String, String)> = None;
    for event in parser {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = Some((String::new(), dest_url.into_string()));
            }
            Event::End(TagEnd::Link) => {
                out.extend(link.take().map(|(text, to)| Piece::Link { text, to }));
            }
            Event::Text(text) | Event::Code(text) if link.is_some() => {
                link.iter_mut().for_each(|(words, _)| words.push_str(&text));
            }
            Event::Text(text) => push_text(&mut out, &text),
            Event::Code(code) => out.push(Piece::Code(code.into_string())),
            Event::SoftBreak | Event::HardBreak if link.is_some() => {
                link.iter_mut().for_each(|(words, _)| words.push(' '));
            }
            Event::SoftBreak | Event::HardBreak => out.push(Piece::Line),
            Event::Start(Tag::Item) => out.push(Piece::Item),
            Event::Start(Tag::Paragraph) if !matches!(out.last(), None | Some(Piece::Item)) => {
                out.push(Piece::Paragraph);
            }
            _ => {}
        }
    }
    out
}

/// The words alone, on one line.
pub fn plain(markdown: &str) -> String {
    let mut words = String::new();
    for piece in pieces(markdown) {
        match piece {
            Piece::Text(text) | Piece::Code(text) | Piece::Link { text, .. } => {
                words.push_str(&text);
            }
            Piece::Line | Piece::Paragraph | Piece::Item if words.is_empty() => {}
            Piece::Line | Piece::Paragraph | Piece::Item => words.push(' '),
        }
    }
    words
}

/// `[v1.state.sync]` without a definition is a link to that rule.
fn rule_link(reference: &str) -> Option<(CowStr<'static>, CowStr<'static>)> {
    let part = |p: &str| {
        !p.is_empty()
            && p.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_rule = reference.contains('.') && reference.split('.').all(part);
    is_rule.then(|| (format!("rule:{reference}").into(), "".into()))
}

/// Neighbouring words are one piece.
fn push_text(out: &mut Vec<Piece>, text: &str) {
    match out.last_mut() {
        Some(Piece::Text(words)) => words.push_str(text),
        _ => out.push(Piece::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces, plain};

    #[test]
    fn code_and_links_are_told_from_words() {
        let link = |text: &str, to: &str| Piece::Link {
            text: text.into(),
            to: to.into(),
        };
        assert_eq!(
            pieces("set `SAVING` as [the rule](rule:a.b) and [v1.x] say"),
            [
                Piece::Text("set ".into()),
                Piece::Code("SAVING".into()),
                Piece::Text(" as ".into()),
                link("the rule", "rule:a.b"),
                Piece::Text(" and ".into()),
                link("v1.x", "rule:v1.x"),
                Piece::Text(" say".into()),
            ]
        );
    }

    #[test]
    fn brackets_that_name_no_rule_stay_words() {
        assert_eq!(
            pieces("bits [0, 3] of x[1]"),
            [Piece::Text("bits [0, 3] of x[1]".into())]
        );
    }

    #[test]
    fn paragraphs_and_items_are_kept_apart() {
        let text = "one\ntwo\n\nthree\n\n- a\n- b\n";
        let shape: String = pieces(text)
            .iter()
            .map(|p| match p {
                Piece::Text(t) => t.clone(),
                Piece::Line => "/".into(),
                Piece::Paragraph => "¶".into(),
                Piece::Item => "*".into(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(shape, "one/two¶three*a*b");
        assert_eq!(plain(text), "one two three a b");
    }
}
