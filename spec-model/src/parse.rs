//! The dialect: rule marks, directives and the tables below them, every cell with its place.
//!
//! [`chapter`] turns the blocks of a chapter into [`ChapterSyntax`]; what a table means is up to
//! `lower`. `schema` is the closed set of directives.

use crate::model::{Heading, Level};
use crate::source::{Span, Spanned};

mod blocks;
mod cell;
mod directive;
mod directives;
mod level;
mod schema;
mod suggest;
mod table;

pub(crate) use blocks::chapter;
pub(crate) use cell::{Cell, TargetSyntax, Value, content, parse_number, parse_state};
pub(crate) use directive::Directive;
pub use schema::CellType;
pub(crate) use schema::{Column, KINDS, columns_of, find as find_kind};
pub(crate) use suggest::{list, list_all, suggestion};
pub(crate) use table::{MoreColumns, Row, unknown_column};

/// A chapter as its author wrote it.
#[derive(Debug, Default)]
pub(crate) struct ChapterSyntax<'a> {
    pub(crate) edition: Option<EditionSyntax<'a>>,
    pub(crate) headings: Vec<Heading>,
    pub(crate) rules: Vec<RuleSyntax<'a>>,
    pub(crate) tables: Vec<TableSyntax<'a>>,
    pub(crate) shows: Vec<ShowSyntax<'a>>,
    /// Directives and marks that the site leaves out.
    pub(crate) hidden: Vec<Span>,
}

/// `<!-- spec: edition v1 title="…" -->`
#[derive(Debug)]
pub(crate) struct EditionSyntax<'a> {
    pub(crate) name: Spanned<&'a str>,
    pub(crate) title: Option<Spanned<&'a str>>,
    pub(crate) span: Span,
}

/// A rule mark and the block below it.
#[derive(Debug)]
pub(crate) struct RuleSyntax<'a> {
    pub(crate) id: Spanned<&'a str>,
    /// With the `untestable` directive below it.
    pub(crate) mark: Span,
    pub(crate) untestable: Option<Spanned<&'a str>>,
    pub(crate) text: Spanned<&'a str>,
    pub(crate) level: Level,
    /// Index into [`ChapterSyntax::tables`].
    pub(crate) table: Option<usize>,
}

/// A directive and its table.
#[derive(Debug)]
pub(crate) struct TableSyntax<'a> {
    /// Index into [`KINDS`].
    pub(crate) kind: usize,
    pub(crate) directive: Directive<'a>,
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) more: MoreColumns<'a>,
    /// From the first byte of the header to the end of the last row.
    pub(crate) span: Span,
    /// The rule mark above it.
    pub(crate) rule: Option<Spanned<&'a str>>,
    /// The text of the heading above it.
    pub(crate) heading: Option<String>,
}

impl<'a> TableSyntax<'a> {
    /// The name in the directive; empty where the kind takes none.
    pub(crate) fn name(&self) -> Spanned<&'a str> {
        let none = Spanned::new("", self.directive.kind.span);
        self.directive.words.first().cloned().unwrap_or(none)
    }

    /// The same without its place.
    pub(crate) fn plain_name(&self) -> String {
        self.name().value.to_owned()
    }
}

/// `<!-- spec: show WHAT [EDITION] -->`
#[derive(Debug)]
pub(crate) struct ShowSyntax<'a> {
    pub(crate) what: Spanned<&'a str>,
    pub(crate) edition: Option<Spanned<&'a str>>,
    pub(crate) span: Span,
}
