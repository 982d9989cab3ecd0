//! `show region`: where each register lies, eight bytes a row, and what follows the registers.

use spec_model::model::{Edition, Field, FieldAccess, Struct};

use super::{row_head, table};
use crate::html::{Element, code, el, linked};
use crate::page::Page;

/// Bytes in a row of the picture.
const ROW: u64 = 8;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    edition
        .structs
        .iter()
        .map(|fields| picture(page, edition, fields))
        .collect()
}

fn picture(page: &Page<'_>, edition: &Edition, fields: &Struct) -> Element {
    let head = (0..ROW).map(|byte| el("th").attr("scope", "col").text(byte.to_string()));
    let head = el("tr")
        .child(el("th").attr("scope", "col").text("Offset"))
        .children(head);
    let mut rows: Vec<Element> = Vec::new();
    let mut row: Option<(u64, Element)> = None;
    for field in &fields.fields {
        let start = field.offset.value / ROW * ROW;
        let (at, element) = match row.take() {
            Some((at, element)) if at == start => (at, element),
            other => {
                rows.extend(other.map(|(_, element)| element));
                (start, el("tr").child(row_head().text(offset(start))))
            }
        };
        row = Some((at, element.child(cell(page, edition, fields, field))));
    }
    rows.extend(row.map(|(_, element)| element));
    let data = el("td")
        .class("data")
        .attr("colspan", ROW)
        .text("data section");
    rows.push(
        el("tr")
            .child(row_head().text(offset(fields.size.value)))
            .child(data),
    );
    let caption = format!(
        "{}: {} bytes, then data",
        fields.name.value, fields.size.value
    );
    table("region", &caption, head, rows)
}

fn offset(value: u64) -> String {
    format!("{value:#04x}")
}

fn cell(page: &Page<'_>, edition: &Edition, fields: &Struct, field: &Field) -> Element {
    let access = match field.access {
        FieldAccess::Reserved => {
            return el("td")
                .class("reserved")
                .attr("colspan", field.width)
                .text("reserved");
        }
        FieldAccess::Read => "read",
        FieldAccess::Write => "write",
        FieldAccess::ReadWrite => "read/write",
    };
    let href = page.to_row(edition, &fields.name.value, &field.name.value);
    el("td")
        .attr("colspan", field.width)
        .child(linked(code(&field.name.value), href))
        .child(el("small").text(format!("{} {access}", field.ty.value)))
}
