//! Anchors of table rows: `v1-work-drain`, `v1-save-3`. Diagrams and generated tables link to them.

use std::collections::HashMap;

use spec_model::analysis::register;
use spec_model::model::{Action, Book, Edition, Step};
use spec_model::source::{FileId, Span, Spanned};

use crate::edit::Edits;
use crate::html::el;
use crate::page::Page;

/// A row that can be linked to.
#[derive(Debug)]
pub(crate) struct Row {
    /// A place in the cell that the anchor goes to.
    span: Span,
    id: String,
}

/// Every row of every edition, by place.
pub(crate) fn all(book: &Book) -> Vec<Row> {
    let mut rows = Vec::new();
    for edition in &book.editions {
        named(edition, &mut rows);
        for table in edition.bits.iter().flat_map(|bits| &bits.actions) {
            let action = |a: &Action| Row {
                span: a.name.span,
                id: row_id(edition, &table.name.value, &a.name.value),
            };
            rows.extend(table.actions.iter().map(action));
        }
        for flow in &edition.flows {
            let step = |s: &Step| Row {
                span: s.number.span,
                id: row_id(edition, &flow.name.value, &s.number.value.to_string()),
            };
            rows.extend(flow.steps.iter().map(step));
        }
    }
    rows.sort_by_key(|row| row.span);
    rows
}

/// The rows that have a name of their own.
fn named(edition: &Edition, rows: &mut Vec<Row>) {
    let mut add = |kind: &str, name: &Spanned<String>| {
        rows.push(Row {
            span: name.span,
            id: row_id(edition, kind, &name.value),
        });
    };
    if let Some(bits) = &edition.bits {
        bits.bits.iter().for_each(|row| add("bit", &row.name));
    }
    if let Some(fsm) = &edition.fsm {
        fsm.states.iter().for_each(|row| add("state", &row.name));
        fsm.arcs.iter().for_each(|row| add("arc", &row.callback));
    }
    if let Some(register) = register(edition) {
        register
            .predicates()
            .iter()
            .for_each(|row| add("predicate", &row.name));
        register
            .behaviours()
            .iter()
            .for_each(|row| add("behaviour", &row.name));
    }
    for fields in &edition.structs {
        let kind = &fields.name.value;
        fields.fields.iter().for_each(|row| add(kind, &row.name));
    }
    edition
        .ioctls
        .iter()
        .for_each(|row| add("ioctl", &row.name));
    edition
        .capabilities
        .iter()
        .for_each(|row| add("capability", &row.name));
    edition
        .faults
        .iter()
        .for_each(|row| add("error", &row.name));
    edition
        .events
        .iter()
        .for_each(|row| add("event", &row.name));
    edition
        .properties
        .iter()
        .for_each(|row| add("property", &row.name));
    edition
        .consequences
        .iter()
        .for_each(|row| add("consequence", &row.name));
    edition
        .conditions
        .iter()
        .for_each(|row| add("condition", &row.name));
    edition.work.iter().for_each(|row| add("work", &row.name));
    edition
        .injections
        .iter()
        .for_each(|row| add("failure", &row.name));
}

fn row_id(edition: &Edition, kind: &str, name: &str) -> String {
    format!("{}-{kind}-{name}", edition.name.value)
}

/// Puts the anchors into the rows of this chapter.
pub(crate) fn anchor(page: &Page<'_>, edits: &mut Edits) {
    let rows = page.rows();
    let from = rows.partition_point(|row| row.span.file < page.file());
    let text = &page.book.sources.file(page.file()).text;
    for row in rows[from..]
        .iter()
        .take_while(|row| row.span.file == page.file())
    {
        // In front of the backticks, if the name stands in backticks.
        let before = text[..row.span.start].trim_end_matches('`').len();
        edits.insert(before, el("a").attr("id", &row.id).to_string());
    }
}

/// The file of each row.
pub(crate) fn by_id(rows: &[Row]) -> HashMap<String, FileId> {
    rows.iter()
        .map(|row| (row.id.clone(), row.span.file))
        .collect()
}

impl Page<'_> {
    /// From this chapter to a row: by what it declares and its name, by the name of its table of
    /// actions and the action, or by its flow and number.
    pub(crate) fn to_row(&self, edition: &Edition, kind: &str, name: &str) -> Option<String> {
        let id = row_id(edition, kind, name);
        Some(self.to(self.chapter_of_row(&id)?, &id))
    }
}
