//! Machine-read tables get a box with the name of their kind, for the style sheet.
//!
//! [`wrap`] puts it around them, [`split`] takes them out of the text, [`html`] is what mdBook would make of one.

use mdbook_markdown::pulldown_cmark::html::push_html;
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use spec_model::model::{Book, Table};

use crate::edit::{Edits, between};
use crate::html::{Element, code, el};
use crate::moves;
use crate::page::Page;

/// Around a table with its words, and between the two.
const BEGIN: &str = "<!--table-->";
const SAYS: &str = "<!--says-->";
const END: &str = "<!--end of table-->";

/// Wraps every table of the chapter.
pub(crate) fn wrap(page: &Page<'_>, edits: &mut Edits) {
    for table in page.own(&page.book.tables, |table| table.chapter) {
        // It says where the picture puts what other tables declare: the picture is enough.
        if table.kind == "layout" {
            edits.replace(table.span, "");
            continue;
        }
        if table.kind == moves::KIND && page.edition().is_some() {
            continue;
        }
        let title = title(page, table).map_or_else(String::new, |title| format!("{title}\n\n"));
        let (kind, words) = (&table.kind, words(page.book, table));
        edits.insert(
            table.span.start,
            format!("{BEGIN}{words}{SAYS}<div class=\"spec spec-{kind}\">\n\n{title}"),
        );
        edits.insert(table.span.end, format!("\n\n</div>\n{END}"));
    }
}

/// The text of a chapter with what `put` makes of each table, in Markdown, and its words.
pub(crate) fn split(text: &str, mut put: impl FnMut(&str, &str) -> String) -> String {
    between(text, (BEGIN, END), |part, out| {
        let (words, table) = part.split_once(SAYS)?;
        out.push_str(&put(table, words));
        Some(())
    })
}

/// A table as mdBook would show it.
pub(crate) fn html(table: &str, options: &MarkdownOptions) -> String {
    let mut html = String::with_capacity(2 * table.len());
    push_html(&mut html, new_cmark_parser(table, options));
    html.replace("<table>", "<div class=\"table-wrapper\"><table>")
        .replace("</table>", "</table></div>")
}

/// What the rows of a table say, on one line.
pub(crate) fn words(book: &Book, table: &Table) -> String {
    let mut words = String::new();
    for row in &table.rows {
        let mut rest = book.sources.text(row.span);
        // Not where its links lead.
        while let Some((before, after)) = rest.split_once("](") {
            words.push_str(before);
            rest = after.split_once(')').map_or("", |(_, after)| after);
        }
        words.push_str(rest);
        words.push(' ');
    }
    words.replace(['|', '`', '[', ']', '\n'], " ")
}

/// What the directive says and the table does not: the name of a structure, the title of an order.
fn title(page: &Page<'_>, table: &Table) -> Option<Element> {
    let edition = page.edition()?;
    let title = el("p").class("title");
    if let Some(it) = edition.structs.iter().find(|it| it.span == table.span) {
        let size = format!(", {} bytes", it.size.value);
        return Some(title.text("struct ").child(code(&it.name.value)).text(size));
    }
    let mut orders = edition.bits.iter().flat_map(|bits| &bits.actions);
    let order = orders.find(|order| order.span == table.span)?;
    Some(title.text(&order.title))
}
