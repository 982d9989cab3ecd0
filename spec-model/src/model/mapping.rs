//! What became of one edition in another.

use crate::source::{Span, Spanned};

/// `<!-- spec: mapping v1 v2 -->`: `| v1 | v2 | What changed |`, the first two columns by the names of
/// the editions.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The older edition.
    pub from: Spanned<String>,
    /// The newer edition.
    pub to: Spanned<String>,
    /// The table.
    pub span: Span,
    /// Rows.
    pub rows: Vec<MappingRow>,
    /// The rule mark above the table.
    pub rule: Option<String>,
}

/// A row of a `mapping` table.
#[derive(Clone, Debug)]
pub struct MappingRow {
    /// Names of the older edition, or states of it (`SAVING|RUNNING`); none: the newer one added it.
    pub from: Vec<Spanned<String>>,
    /// Names of the newer edition, or states of it; none: it has nothing like that.
    pub to: Vec<Spanned<String>>,
    /// Markdown.
    pub change: Spanned<String>,
}
