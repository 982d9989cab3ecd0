//! Doc comments of generated items: the words of the table row, then the rule and the chapter it is from.
//! No line numbers: they would change with every edit of the book.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::inline::{Piece, capital, pieces};
use spec_model::model::{Book, Subject};
use spec_model::source::Span;

use crate::names::Lexicon;

/// Writes doc comments for the items of one module.
#[derive(Clone, Copy)]
pub(crate) struct Docs<'a> {
    book: &'a Book,
    constants: &'a Lexicon,
    /// The path from the module to `rules`: `super::rules`.
    rules: &'static str,
}

impl<'a> Docs<'a> {
    /// For a module from which `rules` is the path to the generated rules.
    pub(crate) fn new(book: &'a Book, constants: &'a Lexicon, rules: &'static str) -> Self {
        Self {
            book,
            constants,
            rules,
        }
    }

    /// A row: Markdown of the book, and where it comes from.
    pub(crate) fn row(&self, markdown: &str, at: Span) -> TokenStream {
        self.lines([self.sentence(markdown), self.origin(at)])
    }

    /// The same with a sentence of our own between.
    pub(crate) fn row_and(&self, markdown: &str, more: &str, at: Span) -> TokenStream {
        self.lines([self.sentence(markdown), more.to_owned(), self.origin(at)])
    }

    /// The same where the words are Markdown for rustdoc already.
    pub(crate) fn text_and(&self, text: &str, more: &str, at: Span) -> TokenStream {
        self.lines([text.to_owned(), more.to_owned(), self.origin(at)])
    }

    /// A sentence of our own about something that the book declares.
    pub(crate) fn about(&self, text: &str, at: Span) -> TokenStream {
        self.lines([text.to_owned(), self.origin(at)])
    }

    /// The rule mark above the table at this place, as its id.
    pub(crate) fn rule_of(&self, at: Span) -> Option<&'a str> {
        rule_of(self.book, at)
    }

    /// The words of a cell as a sentence: cells begin small and have no full stop.
    pub(crate) fn sentence(&self, markdown: &str) -> String {
        let text = capital(&self.markdown(markdown));
        let stop = if text.ends_with(['.', '!', '?', ':']) || text.is_empty() {
            ""
        } else {
            "."
        };
        text + stop
    }

    /// Markdown that rustdoc accepts: links lead to generated rules or become words.
    pub(crate) fn markdown(&self, markdown: &str) -> String {
        let mut out = String::new();
        for piece in pieces(markdown) {
            match piece {
                Piece::Text(text) => escape(&mut out, &text),
                Piece::Code(code) => code_span(&mut out, &code),
                Piece::Link { text, to } => self.link(&mut out, &text, &to),
                Piece::Line => out.push('\n'),
                Piece::Paragraph => out.push_str("\n\n"),
                Piece::Item => out.push_str("\n- "),
            }
        }
        out
    }

    fn link(&self, out: &mut String, text: &str, to: &str) {
        let rule = to
            .strip_prefix("rule:")
            .filter(|id| self.book.rule(id).is_some());
        match rule {
            Some(id) => out.push_str(&self.rule_link(text, id)),
            None if to.contains("://") => {
                out.push('[');
                escape(out, text);
                out.push_str(&format!("](<{to}>)"));
            }
            None => escape(out, text),
        }
    }

    fn rule_link(&self, text: &str, id: &str) -> String {
        let constant = self.constants.get(id);
        let mut out = String::from("[");
        if text == id {
            code_span(&mut out, text)
        } else {
            escape(&mut out, text)
        }
        out + &format!("]({}::{constant})", self.rules)
    }

    /// `Rule [v1.state.bits], chapter v1/state.md`
    fn origin(&self, at: Span) -> String {
        let chapter = self
            .book
            .chapters
            .iter()
            .find(|chapter| chapter.file == at.file);
        let chapter = chapter.map(|c| format!("chapter `{}`", c.path));
        match (self.rule_of(at), chapter) {
            (Some(id), Some(chapter)) => format!("Rule {}, {chapter}.", self.rule_link(id, id)),
            (None, Some(chapter)) => format!("From {chapter}."),
            _ => String::new(),
        }
    }

    /// Paragraphs as attributes; empty ones are left out.
    fn lines<const N: usize>(&self, paragraphs: [String; N]) -> TokenStream {
        let paragraphs: Vec<&str> = paragraphs
            .iter()
            .map(|p| p.trim())
            .filter(|p| !p.is_empty())
            .collect();
        doc(&paragraphs.join("\n\n"))
    }
}

/// The rule mark above the table at this place, as its id.
pub(crate) fn rule_of(book: &Book, at: Span) -> Option<&str> {
    let in_file = || book.tables.iter().filter(|t| t.span.file == at.file);
    let table = in_file().find(|t| t.span.start <= at.start && at.start < t.span.end)?;
    let above = in_file()
        .map(|t| t.span.end)
        .filter(|&end| end <= table.span.start)
        .max();
    let near = |mark: Span| {
        mark.file == at.file && mark.start >= above.unwrap_or(0) && mark.end <= table.span.start
    };
    let of_table = |subject: &Subject| matches!(subject, Subject::Table { kind, name } if *kind == table.kind && *name == table.name);
    let rule = book
        .rules
        .iter()
        .rev()
        .find(|r| near(r.mark) && of_table(&r.subject))?;
    Some(&rule.id.value)
}

/// The words of a piece of Markdown, in one line.
pub(crate) fn words(markdown: &str) -> String {
    spec_model::inline::plain(markdown)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A doc comment, one attribute a line, as if written with `///`.
pub(crate) fn doc(text: &str) -> TokenStream {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            }
        })
        .map(|line| quote!(#[doc = #line]))
        .collect()
}

/// Words that must stay words: no link, no HTML, no emphasis.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(
            c,
            '[' | ']' | '<' | '>' | '*' | '_' | '`' | '\\' | '#' | '|'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
}

fn code_span(out: &mut String, code: &str) {
    let fence = if code.contains('`') { "`` " } else { "`" };
    out.push_str(fence);
    out.push_str(code);
    out.extend(fence.chars().rev());
}

#[cfg(test)]
mod tests {
    use spec_model::model::Book;

    use super::Docs;
    use crate::names::RootNames;

    fn book() -> Book {
        let text = "# A\n\nr[a.b-c]\nIt MUST be.\n";
        let files = [("SUMMARY.md", "# Summary\n\n- [A](a.md)\n"), ("a.md", text)];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        spec_model::read(files.into()).expect("the book is sound")
    }

    #[test]
    fn markdown_of_the_book_is_markdown_of_rustdoc() {
        let book = book();
        let root = RootNames::new(&book);
        let docs = Docs::new(&book, &root.rules, "super::rules");
        for (markdown, is) in [
            ("see [a.b-c]", "see [`a.b-c`](super::rules::A_B_C)"),
            ("see [it](rule:a.b-c)", "see [it](super::rules::A_B_C)"),
            ("see [it](a.md#there)", "see it"),
            ("see [it](https://a.b/)", "see [it](<https://a.b/>)"),
            ("bits [0] <b> *x* and `[A]`", "bits \\[0\\]  x and `[A]`"),
        ] {
            assert_eq!(docs.markdown(markdown), is);
        }
    }

    #[test]
    fn cells_become_sentences() {
        let book = book();
        let root = RootNames::new(&book);
        let docs = Docs::new(&book, &root.rules, "rules");
        for (cell, is) in [
            ("runs", "Runs."),
            ("", ""),
            ("`A` is set", "`A` is set."),
            ("Why?", "Why?"),
        ] {
            assert_eq!(docs.sentence(cell), is);
        }
    }
}
