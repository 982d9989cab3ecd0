//! Chapters, rules, terms: what the book says to people.

use crate::source::{FileId, Span, Spanned};

/// A chapter, as SUMMARY.md lists it.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Path relative to the folder of SUMMARY.md, with forward slashes: `v1/state.md`.
    pub path: String,
    /// The title in SUMMARY.md.
    pub title: String,
    /// The text.
    pub file: FileId,
    /// The edition whose directive it carries.
    pub edition: Option<String>,
    /// Its headings.
    pub headings: Vec<Heading>,
}

/// `## Heading`
#[derive(Clone, Debug)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Plain text.
    pub text: Spanned<String>,
}

/// How strongly a rule binds (RFC 2119), from the strongest keyword in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The text has no keyword: it defines.
    Definition,
    /// MAY, OPTIONAL
    May,
    /// SHOULD, RECOMMENDED, SHOULD NOT
    Should,
    /// MUST, MUST NOT, SHALL, REQUIRED
    Must,
}

/// `r[v1.state.sync]`: a normative paragraph or table.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The dotted id; its span is inside the brackets.
    pub id: Spanned<String>,
    /// The whole mark, `r[…]`, with an `untestable` directive if one follows it.
    pub mark: Span,
    /// Index into [`super::Book::chapters`].
    pub chapter: usize,
    /// The Markdown of the block below the mark (of the sentence above the table, for a table).
    pub text: Spanned<String>,
    /// What stands below the mark.
    pub subject: Subject,
    /// How strongly it binds.
    pub level: Level,
    /// `<!-- spec: untestable reason="…" -->` below the mark: why no test names this rule.
    pub untestable: Option<Spanned<String>>,
}

impl Rule {
    /// The HTML id of its anchor: `r-v1.state.sync`.
    pub fn anchor(&self) -> String {
        format!("r-{}", self.id.value)
    }

    /// The generated constant: `V1_STATE_SYNC`.
    pub fn constant(&self) -> String {
        self.id.value.to_uppercase().replace(['.', '-'], "_")
    }
}

/// What a rule mark stands above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A paragraph, list or quote.
    Prose,
    /// A machine-read table: its kind and name, `("flow", "save")`.
    Table {
        /// `flow`
        kind: String,
        /// `save`; empty where the kind takes no name.
        name: String,
    },
}

/// A row of a `terms` table: `| Term | Meaning |`.
#[derive(Clone, Debug)]
pub struct Term {
    /// As written, without backticks.
    pub name: Spanned<String>,
    /// Whether it was written in backticks: a name of code, which prose may then use.
    pub code: bool,
    /// Markdown.
    pub meaning: Spanned<String>,
}

/// The first place in a chapter where prose uses a term of the glossary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermUse {
    /// Index into [`super::Book::terms`].
    pub term: usize,
    /// Index into [`super::Book::chapters`].
    pub chapter: usize,
    /// The words.
    pub span: Span,
}

/// A row of a `demands` table: `| Demand | In short | Rules |`.
#[derive(Clone, Debug)]
pub struct Demand {
    /// `T1`
    pub id: Spanned<String>,
    /// Markdown.
    pub text: Spanned<String>,
    /// The rules that meet it; each exists.
    pub rules: Vec<Spanned<String>>,
}

/// `<!-- spec: show WHAT [NAME] -->`: the site puts something generated here.
#[derive(Clone, Debug)]
pub struct Show {
    /// What: one of [`crate::SHOWS`].
    pub what: Spanned<String>,
    /// Which edition it is about: the chapter's, or the one that the directive names.
    pub edition: Option<String>,
    /// Index into [`super::Book::chapters`].
    pub chapter: usize,
    /// The directive, to be replaced.
    pub span: Span,
}

/// A link to a rule, in prose or in a cell.
#[derive(Clone, Debug)]
pub struct Link {
    /// The rule, and the place to be replaced by a real destination: `rule:v1.state.sync` for
    /// [`LinkForm::Inline`], the id inside the brackets for [`LinkForm::Bare`].
    pub rule: Spanned<String>,
    /// How it was written.
    pub form: LinkForm,
    /// Index into [`super::Book::chapters`].
    pub chapter: usize,
    /// The whole link, with its brackets.
    pub span: Span,
}

/// The two ways to write a link to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkForm {
    /// `[text](rule:v1.state.sync)`
    Inline,
    /// `[v1.state.sync]`, alone: the id is the text.
    Bare,
}
