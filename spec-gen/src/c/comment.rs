//! Comments: kernel-doc made of the book's words, with the rule and the chapter they are from.

use spec_model::model::Book;
use spec_model::source::Span;

use crate::doc::rule_of;
pub(super) use crate::doc::words;

const COLUMNS: usize = 80;

/// A comment in the form of kernel-doc.
pub(super) struct Comment {
    lines: Vec<String>,
}

impl Comment {
    /// `name - what it is`
    pub(super) fn new(name: &str, brief: &str) -> Self {
        let mut comment = Self { lines: Vec::new() };
        comment.wrapped(&format!("{name} - {brief}"), "", "  ");
        comment
    }

    /// A parameter, or a member.
    pub(super) fn member(mut self, name: &str, words: &str) -> Self {
        self.wrapped(&format!("@{name}: {words}"), "", "  ");
        self
    }

    /// Words of their own; none where there are no words.
    pub(super) fn paragraph(mut self, words: &str) -> Self {
        if !words.is_empty() {
            self.lines.push(String::new());
            self.wrapped(words, "", "");
        }
        self
    }

    /// A line of a list; the first needs a paragraph above it.
    pub(super) fn item(mut self, words: &str) -> Self {
        self.wrapped(words, "* ", "  ");
        self
    }

    /// The rule and the chapter.
    pub(super) fn origin(self, book: &Book, at: Span) -> Self {
        let chapter = book.chapters.iter().find(|it| it.file == at.file);
        let words = match (rule_of(book, at), chapter) {
            (Some(rule), Some(chapter)) => format!("Rule {rule}, chapter {}.", chapter.path),
            (None, Some(chapter)) => format!("From chapter {}.", chapter.path),
            _ => String::new(),
        };
        self.paragraph(&words)
    }

    fn wrapped(&mut self, words: &str, first: &str, rest: &str) {
        self.lines.extend(wrap(words, first, rest));
    }

    /// As C.
    pub(super) fn render(&self) -> String {
        render("/**", &self.lines)
    }
}

/// Paragraphs that are no kernel-doc.
pub(super) fn plain_comment(paragraphs: &[&str]) -> String {
    let mut lines = Vec::new();
    for words in paragraphs {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrap(words, "", ""));
    }
    render("/*", &lines)
}

/// A comment above a row of a table.
pub(super) fn row_comment(words: &str) -> String {
    let lines = wrap(words, "", "");
    if let [line] = lines.as_slice() {
        return format!("\t/* {line} */\n");
    }
    let lines: String = lines.iter().map(|line| format!("\t * {line}\n")).collect();
    format!("\t/*\n{lines}\t */\n")
}

fn wrap(words: &str, first: &str, rest: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    let mut empty = true;
    for word in safe(words).split_whitespace() {
        let line = lines.len() - 1;
        let width = lines[line].chars().count() + word.chars().count();
        if !empty && width + " * ".len() + 1 > COLUMNS {
            lines.push(format!("{rest}{word}"));
        } else {
            let space = if empty { "" } else { " " };
            lines[line].push_str(&format!("{space}{word}"));
        }
        empty = false;
    }
    lines
}

/// ASCII where it says the same, and nothing that begins or ends a comment.
fn safe(words: &str) -> String {
    let ascii = words
        .replace(['\u{2212}', '\u{2013}'], "-")
        .replace('\u{2019}', "'");
    ascii.replace("*/", "* /").replace("/*", "/ *")
}

fn render(open: &str, lines: &[String]) -> String {
    let mut out = format!("{open}\n");
    for line in lines {
        out += format!(" * {line}").trim_end();
        out.push('\n');
    }
    out + " */\n"
}
