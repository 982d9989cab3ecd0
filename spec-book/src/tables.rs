//! Machine-read tables get a box with the name of their kind, for the style sheet.

use spec_model::model::Table;

use crate::edit::Edits;
use crate::html::{Element, block, code, el};
use crate::moves;
use crate::page::Page;

/// Wraps every table of the chapter.
pub(crate) fn wrap(page: &Page<'_>, edits: &mut Edits) {
    for table in page.own(&page.book.tables, |table| table.chapter) {
        // It says where the picture puts what other tables declare: the picture is enough.
        if table.kind == "layout" {
            edits.replace(table.span, "");
            continue;
        }
        if let (Some(edition), "moves") = (page.edition(), table.kind.as_str()) {
            let moves = moves::draw(page, edition, table.span);
            edits.replace(table.span, block(&moves));
            continue;
        }
        let title = title(page, table).map_or_else(String::new, |title| format!("{title}\n\n"));
        edits.insert(
            table.span.start,
            format!("<div class=\"spec spec-{}\">\n\n{title}", table.kind),
        );
        edits.insert(table.span.end, "\n\n</div>\n");
    }
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
