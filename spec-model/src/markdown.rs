//! Markdown to blocks with exact places: the only user of pulldown-cmark.
//!
//! [`read`] takes one pass over the events. Tables are kept as row ranges (cells are cut from the
//! source, because the events hide surplus cells and misplace missing ones); rule marks are read from
//! source lines, because a link definition of the same name would turn them into links.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

mod html;
mod marks;
mod summary;

pub(crate) use summary::{Entry, entries};

/// The scheme of a link to a rule: `[text](rule:v1.state.sync)`.
pub(crate) const RULE_SCHEME: &str = "rule:";

/// What one chapter consists of.
#[derive(Debug, Default)]
pub(crate) struct Document<'a> {
    /// Top-level blocks in order; rule marks are blocks of their own.
    pub(crate) blocks: Vec<Block>,
    /// Paragraphs without their rule marks, lists, quotes: where people read sentences.
    pub(crate) prose: Vec<Range<usize>>,
    /// Inline code, everywhere: the text between the backticks.
    pub(crate) codes: Vec<Range<usize>>,
    /// Links, everywhere.
    pub(crate) links: Vec<Link<'a>>,
    /// Headings, definition terms, footnotes and HTML ids: what a `#fragment` can name.
    pub(crate) anchors: Vec<Anchor>,
    /// Marks and directives that stand where they mean nothing.
    pub(crate) problems: Vec<Diagnostic>,
}

/// A top-level block.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    pub(crate) range: Range<usize>,
}

/// What a block is, as far as the dialect cares.
#[derive(Debug)]
pub(crate) enum BlockKind {
    /// `## text`
    Heading {
        level: u8,
        text: String,
        place: Range<usize>,
    },
    /// A line `r[id]`; the range of the id.
    Mark(Range<usize>),
    /// `<!-- spec: … -->`; the range after the colon.
    Directive(Range<usize>),
    /// A table: its rows, the header first, without line ends.
    Table(Vec<Range<usize>>),
    /// A paragraph without its rule mark.
    Paragraph,
    /// Lists, quotes, footnotes, definitions.
    Words,
    /// Any other content: code, HTML, lines.
    Other,
}

/// A link or image.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    /// Where it leads.
    pub(crate) dest: Cow<'a, str>,
    /// The whole link.
    pub(crate) range: Range<usize>,
}

/// Something that a `#fragment` can name.
#[derive(Debug)]
pub(crate) enum Anchor {
    /// A text that the site turns into an id.
    Text(String),
    /// An id as it stands.
    Id(String),
}

/// mdBook's options, but for smart punctuation: texts stay as they were written.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// Reads one chapter.
pub(crate) fn read(text: &str, file: FileId) -> Document<'_> {
    let mut shorthand = |link: BrokenLink<'_>| {
        let id = link.reference;
        let is_mark = marks::is_bracket(text, link.span.start);
        (link.link_type == LinkType::Shortcut && !is_mark && is_rule_id(&id))
            .then(|| (CowStr::from(format!("{RULE_SCHEME}{id}")), CowStr::from("")))
    };
    let parser = Parser::new_with_broken_link_callback(text, options(), Some(&mut shorthand));
    let mut reader = Reader::new(text, file);
    for (event, range) in parser.into_offset_iter() {
        reader.event(event, range);
    }
    reader.finish()
}

/// Whether a text has the form of a rule id: two or more parts of `a-z0-9-`, joined by dots.
pub(crate) fn is_rule_id(text: &str) -> bool {
    let part = |p: &str| {
        p.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && p.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.contains('.')
        && text.split('.').all(part)
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    document: Document<'a>,
    marks: marks::Marks,
    depth: usize,
    /// Inline content before this offset belongs to a rule mark.
    content_from: usize,
    /// The heading or definition term being read.
    title: Option<Title>,
}

struct Title {
    level: Option<u8>,
    id: Option<String>,
    text: String,
    place: Option<Range<usize>>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, file: FileId) -> Self {
        Self {
            text,
            file,
            document: Document::default(),
            marks: marks::Marks::find(text),
            depth: 0,
            content_from: 0,
            title: None,
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span {
            file: self.file,
            start: range.start,
            end: range.end,
        }
    }

    fn push(&mut self, kind: BlockKind, range: Range<usize>) {
        let end = range.start + self.text[range.clone()].trim_ascii_end().len();
        if matches!(kind, BlockKind::Paragraph | BlockKind::Words) {
            self.document.prose.push(range.start..end);
        }
        self.document.blocks.push(Block {
            kind,
            range: range.start..end,
        });
    }

    fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.title_text(&text, range),
            Event::Code(text) => {
                self.document
                    .codes
                    .push(inside_backticks(self.text, range.clone()));
                self.title_text(&text, range);
            }
            Event::Html(_) => {}
            Event::InlineHtml(_) => self.inline_html(range),
            Event::Rule if self.depth == 0 => self.push(BlockKind::Other, range),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        if self.depth == 0 {
            self.start_block(&tag, range.clone());
        }
        self.depth += 1;
        match tag {
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }
                if range.start >= self.content_from =>
            {
                self.document.links.push(Link {
                    dest: cow(dest_url),
                    range,
                });
            }
            Tag::Heading { level, id, .. } => {
                self.title = Some(Title {
                    level: Some(level as u8),
                    id: id.map(|id| id.to_string()),
                    text: String::new(),
                    place: None,
                });
            }
            Tag::DefinitionListTitle => {
                self.title = Some(Title {
                    level: None,
                    id: None,
                    text: String::new(),
                    place: None,
                });
            }
            Tag::FootnoteDefinition(name) => {
                self.document
                    .anchors
                    .push(Anchor::Id(format!("footnote-{name}")));
            }
            Tag::CodeBlock(_) => self.marks.cover(range),
            Tag::HtmlBlock => self.html_block(range),
            _ => {}
        }
    }

    fn start_block(&mut self, tag: &Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.paragraph(range),
            Tag::Table(_) => self.push(BlockKind::Table(Vec::with_capacity(16)), range),
            // Read at their end, or by themselves.
            Tag::Heading { .. } | Tag::HtmlBlock => {}
            Tag::CodeBlock(_) => self.push(BlockKind::Other, range),
            _ => self.push(BlockKind::Words, range),
        }
    }

    fn paragraph(&mut self, range: Range<usize>) {
        self.content_from = range.start;
        let mut rest = range.clone();
        if let Some(mark) = self.marks.take(self.text, range.start) {
            self.content_from = mark.line.end;
            rest.start = mark.line.end + leading_space(&self.text[mark.line.end..range.end]);
            self.push(BlockKind::Mark(mark.id), mark.line);
        }
        if rest.start < rest.end {
            self.push(BlockKind::Paragraph, rest);
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        self.depth -= 1;
        match tag {
            TagEnd::Heading(_) | TagEnd::DefinitionListTitle => self.end_title(range),
            TagEnd::TableHead | TagEnd::TableRow if self.depth == 1 => {
                if let Some(Block {
                    kind: BlockKind::Table(rows),
                    ..
                }) = self.document.blocks.last_mut()
                {
                    let end = range.start + self.text[range.clone()].trim_ascii_end().len();
                    rows.push(range.start..end);
                }
            }
            _ => {}
        }
    }

    fn title_text(&mut self, text: &str, range: Range<usize>) {
        if let Some(title) = &mut self.title {
            title.text.push_str(text);
            let start = title
                .place
                .as_ref()
                .map_or(range.start, |place| place.start);
            title.place = Some(start..range.end);
        }
    }

    fn end_title(&mut self, range: Range<usize>) {
        let Some(title) = self.title.take() else {
            return;
        };
        self.document.anchors.push(match title.id {
            Some(id) => Anchor::Id(id),
            None => Anchor::Text(title.text.clone()),
        });
        if let (Some(level), 0) = (title.level, self.depth) {
            let place = title.place.unwrap_or(range.start..range.start);
            self.push(
                BlockKind::Heading {
                    level,
                    text: title.text,
                    place,
                },
                range,
            );
        }
    }

    fn html_block(&mut self, range: Range<usize>) {
        self.marks.cover(range.clone());
        let block = html::block(&self.text[range.clone()]);
        if let html::Found::Html = block {
            html::ids(&self.text[range.clone()], &mut self.document.anchors);
        }
        match block {
            html::Found::Directive(inner) if self.depth == 1 => {
                let inner = range.start + inner.start..range.start + inner.end;
                self.push(BlockKind::Directive(inner), range);
            }
            html::Found::Directive(_) => self.misplaced_directive(range),
            html::Found::Problem(at, title, help) => {
                let place = range.start + at.start..range.start + at.end;
                let problem =
                    Diagnostic::error("malformed-directive", self.span(place), title).help(help);
                self.document.problems.push(problem);
            }
            html::Found::Comment => {}
            html::Found::Html if self.depth == 1 => self.push(BlockKind::Other, range),
            html::Found::Html => {}
        }
    }

    fn inline_html(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        html::ids(text, &mut self.document.anchors);
        if html::is_directive(text) {
            self.misplaced_directive(range);
        }
    }

    fn misplaced_directive(&mut self, range: Range<usize>) {
        let end = range.start + self.text[range.clone()].trim_end().len();
        let problem = Diagnostic::error(
            "misplaced-directive",
            self.span(range.start..end),
            "a directive stands on a line of its own, outside of lists, quotes and paragraphs",
        )
        .label("this one is inside another block")
        .help("move it to the margin, with a blank line above");
        self.document.problems.push(problem);
    }

    fn finish(mut self) -> Document<'a> {
        for place in self.marks.misplaced() {
            let span = self.span(place);
            self.document
                .problems
                .push(marks::misplaced(self.text, span));
        }
        self.document
    }
}

fn cow(text: CowStr<'_>) -> Cow<'_, str> {
    match text {
        CowStr::Borrowed(text) => Cow::Borrowed(text),
        text => Cow::Owned(text.into_string()),
    }
}

fn leading_space(text: &str) -> usize {
    text.len() - text.trim_ascii_start().len()
}

/// The range of a code span without its backticks and the padding inside them.
fn inside_backticks(text: &str, range: Range<usize>) -> Range<usize> {
    let code = &text[range.clone()];
    let ticks = code.len() - code.trim_start_matches('`').len();
    let inner = &code[ticks..code.len().saturating_sub(ticks).max(ticks)];
    let start = range.start + ticks + leading_space(inner);
    start..start + inner.trim_ascii().len()
}
