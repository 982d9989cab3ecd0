//! The closed set of directives: which attributes, columns and cells each kind of table has.
//!
//! To add a kind: its [`Kind`] in [`KINDS`], its model type, a function in `lower`, its checks, and a
//! section of `book/authoring.md`.

mod kinds;

pub(crate) use kinds::KINDS;

/// A kind of table.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The word in the directive.
    pub(crate) name: &'static str,
    /// How many names follow it.
    pub(crate) names: usize,
    /// Whether it belongs to an edition.
    pub(crate) edition: bool,
    pub(crate) attributes: &'static [Attribute],
    pub(crate) columns: &'static [Column],
    /// How cells of further columns are read, where other tables declare them.
    pub(crate) more: Option<Column>,
}

/// `key=value` in the directive.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) key: &'static str,
    pub(crate) required: bool,
    /// The values it takes; empty: any.
    pub(crate) words: &'static [&'static str],
}

/// A column, by its header.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) cell: CellType,
    pub(crate) presence: Presence,
}

/// Whether a column and its cells may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Every cell is filled.
    Filled,
    /// A cell may be empty.
    MayBeEmpty,
    /// The column may be left out, a cell may be empty.
    MayBeAbsent,
}

/// How a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellType {
    /// `` `NAME` ``: letters, digits, underscores.
    Name,
    /// `` `a`, `b` ``
    Names,
    /// Names and states, comma separated: `` `a`, `A\|B` ``
    States,
    /// `v1.area.thing` in backticks.
    Rule,
    /// The same, comma separated.
    Rules,
    /// `22`, `0x16`, `1 << 3`, `100 + 17`
    Number,
    /// A predicate in backticks.
    Expr,
    /// `` `A\|B` ``, `0`, `ERROR`
    State,
    /// The `device_state` column of a flow.
    Target,
    /// `` `read REGISTER` ``, or an operation in one word: `` `poll` ``
    Access,
    /// `[text](file)`: one link to a file beside the chapters.
    File,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Text, with or without backticks.
    Term,
    /// Markdown.
    Prose,
}

/// Directives that stand alone.
pub(crate) const STANDALONE: &[&str] = &["edition", "show", "untestable"];

/// The place of a kind in [`KINDS`].
pub(crate) fn find(name: &str) -> Option<usize> {
    KINDS.iter().position(|kind| kind.name == name)
}

/// The columns of a kind.
pub(crate) fn columns_of(kind: &str) -> Vec<&'static str> {
    KINDS
        .iter()
        .filter(|k| k.name == kind)
        .flat_map(|k| k.columns)
        .map(|column| column.title)
        .collect()
}
