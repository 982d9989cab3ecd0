//! Machine-read tables as they stand, whatever their kind: for views that look at any of them.

use crate::cell::CellType;
use crate::source::{Span, Spanned};

/// A machine-read table, whatever its kind.
#[derive(Clone, Debug)]
pub struct Table {
    /// `flow`
    pub kind: String,
    /// `save`; empty where the kind takes no name.
    pub name: String,
    /// Every name in the directive; a `mapping` has two.
    pub names: Vec<Spanned<String>>,
    /// `key=value` in the directive, in the order of writing; values without quotes.
    pub attributes: Vec<(Spanned<String>, Spanned<String>)>,
    /// The directive.
    pub directive: Span,
    /// The rule mark above it.
    pub rule: Option<String>,
    /// The heading above it.
    pub heading: Option<String>,
    /// Index into [`super::Book::chapters`].
    pub chapter: usize,
    /// From the first byte of the header row to the end of the last row.
    pub span: Span,
    /// The columns of the kind, whether the table has them or not, then those that other tables
    /// declare.
    pub columns: Vec<TableColumn>,
    /// The rows below the header.
    pub rows: Vec<TableRow>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its header: `Holds when`.
    pub title: String,
    /// How its cells are read.
    pub cell: CellType,
    /// Whether another table declares it (a condition, in a flow).
    pub more: bool,
}

/// A row of a [`Table`].
#[derive(Clone, Debug)]
pub struct TableRow {
    /// The whole row.
    pub span: Span,
    /// One place a column, without padding; an empty one, at the row's end, where the table lacks the
    /// column.
    pub cells: Vec<Span>,
}
