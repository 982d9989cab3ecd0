//! Machine-read tables get a box with the name of their kind, for the style sheet.

use crate::edit::Edits;
use crate::page::Page;

/// Wraps every table of the chapter.
pub(crate) fn wrap(page: &Page<'_>, edits: &mut Edits) {
    for table in page.own(&page.book.tables, |table| table.chapter) {
        // It says where the picture puts what other tables declare: the picture is enough.
        if table.kind == "layout" {
            edits.replace(table.span, "");
            continue;
        }
        edits.insert(
            table.span.start,
            format!("<div class=\"spec spec-{}\">\n\n", table.kind),
        );
        edits.insert(table.span.end, "\n\n</div>\n");
    }
}
