//! Well-formedness: one function a rule, one file a group.

use crate::diagnostic::Diagnostics;
use crate::markdown::Document;
use crate::model::Book;
use crate::source::SourceMap;

/// What the checks look at.
pub(crate) struct Context<'c, 'a> {
    pub(crate) book: &'c Book,
    pub(crate) sources: &'a SourceMap,
    /// One a chapter.
    pub(crate) documents: &'c [Document<'a>],
}

/// Runs every check.
pub(crate) fn check(context: &Context<'_, '_>, diagnostics: &mut Diagnostics) {
    let _ = (
        context.book,
        context.sources,
        context.documents,
        diagnostics,
    );
}
