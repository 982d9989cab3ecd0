//! Anchors of table rows: `v1-work-drain`, `v1-save-3`. Diagrams and generated tables link to them.

use std::collections::HashMap;

use spec_model::analysis::register;
use spec_model::model::{Book, Constant, Edition, OrderStatus};
use spec_model::source::{FileId, Span, Spanned};

use crate::edit::Edits;
use crate::html::el;
use crate::page::Page;

/// A row that can be linked to.
#[derive(Debug)]
pub(crate) struct Row {
    /// A place in the cell that the anchor goes to.
    span: Span,
    pub(crate) id: String,
    /// What it declares, in one word.
    pub(crate) what: &'static str,
    /// The name that it declares; a number where rows have none.
    pub(crate) name: String,
    /// How `<linux/vfio.h>` spells it, where that is another name.
    pub(crate) linux: Option<String>,
    /// The edition; errno values belong to none.
    pub(crate) edition: Option<String>,
}

impl Row {
    /// The structure that a field belongs to: several have a field of the same name.
    pub(crate) fn table(&self) -> Option<&str> {
        let id = self.id.strip_prefix(self.edition.as_deref()?)?;
        let place = id.strip_suffix(self.name.as_str())?;
        (self.what == "field").then(|| place.trim_matches('-'))
    }
}

/// Every row of every edition, by place.
pub(crate) fn all(book: &Book) -> Vec<Row> {
    let mut rows = Rows {
        edition: None,
        list: Vec::new(),
    };
    for group in &book.constants {
        // `errno` is the only group that belongs to no edition.
        rows.constants("errno", &group.constants);
    }
    for edition in &book.editions {
        rows.edition = Some(edition);
        named(edition, &mut rows);
        numbered(edition, &mut rows);
    }
    rows.list.sort_by_key(|row| row.span);
    rows.list
}

struct Rows<'a> {
    edition: Option<&'a Edition>,
    list: Vec<Row>,
}

impl Rows<'_> {
    /// A row of the table of this name.
    fn of(&mut self, table: &str, what: &'static str, name: &str, span: Span) {
        self.list.push(Row {
            span,
            id: row_id(self.edition, table, name),
            what,
            name: name.to_owned(),
            linux: None,
            edition: self.edition.map(|edition| edition.name.value.clone()),
        });
    }

    fn name(&mut self, what: &'static str, name: &Spanned<String>) {
        self.of(what, what, &name.value, name.span);
    }

    /// A row that says how the kernel's header spells its name.
    fn linux(
        &mut self,
        what: &'static str,
        name: &Spanned<String>,
        linux: Option<&Spanned<String>>,
    ) {
        let linux = linux.filter(|linux| linux.value != name.value);
        self.list.push(Row {
            span: name.span,
            id: row_id(self.edition, what, &name.value),
            what,
            name: name.value.clone(),
            linux: linux.map(|linux| linux.value.clone()),
            edition: self.edition.map(|edition| edition.name.value.clone()),
        });
    }

    fn constants(&mut self, what: &'static str, constants: &[Constant]) {
        for row in constants {
            self.linux(what, &row.name, row.linux.as_ref());
        }
    }
}

/// The rows that have a name of their own.
fn named(edition: &Edition, rows: &mut Rows<'_>) {
    for bit in edition.bits.iter().flat_map(|bits| &bits.bits) {
        rows.linux("bit", &bit.name, bit.linux.as_ref());
    }
    for state in edition.fsm.iter().flat_map(|fsm| &fsm.states) {
        rows.linux("state", &state.name, state.linux.as_ref());
    }
    for arc in edition.fsm.iter().flat_map(|fsm| &fsm.arcs) {
        rows.name("arc", &arc.callback);
    }
    if let Some(register) = register(edition) {
        for row in register.predicates() {
            rows.name("predicate", &row.name);
        }
        for row in register.behaviours() {
            rows.name("behaviour", &row.name);
        }
    }
    for table in edition.bits.iter().flat_map(|bits| &bits.actions) {
        let what = match table.status {
            OrderStatus::Adopted => "action",
            OrderStatus::Proposed => "action of a proposed order",
        };
        for row in &table.actions {
            rows.of(&table.name.value, what, &row.name.value, row.name.span);
        }
    }
    for group in &edition.constants {
        rows.constants("constant", &group.constants);
    }
    for fields in &edition.structs {
        for row in &fields.fields {
            rows.of(&fields.name.value, "field", &row.name.value, row.name.span);
        }
    }
    for row in &edition.capabilities {
        rows.linux("capability", &row.name, row.linux.as_ref());
    }
    let system = &edition.system;
    let lists: [(&str, Vec<&Spanned<String>>); 14] = [
        (
            "ioctl",
            edition.ioctls.iter().map(|row| &row.name).collect(),
        ),
        (
            "error",
            edition.faults.iter().map(|row| &row.name).collect(),
        ),
        (
            "event",
            edition.events.iter().map(|row| &row.name).collect(),
        ),
        (
            "property",
            edition.properties.iter().map(|row| &row.name).collect(),
        ),
        (
            "consequence",
            edition.consequences.iter().map(|row| &row.name).collect(),
        ),
        (
            "domain",
            edition.domains.iter().map(|row| &row.name).collect(),
        ),
        (
            "condition",
            edition.conditions.iter().map(|row| &row.name).collect(),
        ),
        ("work", edition.work.iter().map(|row| &row.name).collect()),
        (
            "failure",
            edition.injections.iter().map(|row| &row.name).collect(),
        ),
        (
            "device",
            system.devices.iter().map(|row| &row.name).collect(),
        ),
        (
            "observable",
            system.observables.iter().map(|row| &row.name).collect(),
        ),
        ("move", system.moves.iter().map(|row| &row.name).collect()),
        (
            "invariant",
            system.invariants.iter().map(|row| &row.name).collect(),
        ),
        (
            "variant",
            system.variants.iter().map(|row| &row.name).collect(),
        ),
    ];
    for (kind, names) in lists {
        names.into_iter().for_each(|name| rows.name(kind, name));
    }
}

/// The rows that have a number: steps of flows, accesses of protocols.
fn numbered(edition: &Edition, rows: &mut Rows<'_>) {
    for flow in &edition.flows {
        for step in &flow.steps {
            let number = step.number.value.to_string();
            rows.of(&flow.name.value, "step", &number, step.number.span);
        }
    }
    let registers = edition.protocols.iter().map(|protocol| {
        let spans = protocol.transitions.iter().map(|row| row.access.span);
        (&protocol.name, spans.collect::<Vec<_>>())
    });
    let descriptors = edition.fd_protocols.iter().map(|protocol| {
        let spans = protocol.rows.iter().map(|row| row.operation.span);
        (&protocol.name, spans.collect::<Vec<_>>())
    });
    for (name, mut spans) in registers.chain(descriptors) {
        // A row that speaks of any phase is there once for each.
        spans.dedup();
        for (number, span) in (1..).zip(spans) {
            rows.of(&name.value, "access", &i32::to_string(&number), span);
        }
    }
}

/// The anchor of a row.
pub(crate) fn row_id(edition: Option<&Edition>, kind: &str, name: &str) -> String {
    match edition {
        Some(edition) => format!("{}-{kind}-{name}", edition.name.value),
        None => format!("{kind}-{name}"),
    }
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
    /// actions and the action, or by its flow or protocol and number.
    pub(crate) fn to_row(&self, edition: &Edition, kind: &str, name: &str) -> Option<String> {
        let id = row_id(Some(edition), kind, name);
        Some(self.to(self.chapter_of_row(&id)?, &id))
    }

    /// From this chapter to the row at this place.
    pub(crate) fn to_row_at(&self, span: Span) -> Option<String> {
        let rows = self.rows();
        let row = rows.binary_search_by_key(&span, |row| row.span).ok()?;
        let id = &rows[row].id;
        Some(self.to(self.chapter_of_row(id)?, id))
    }

    /// From this chapter to the row of an edition that declares this name.
    pub(crate) fn to_name(&self, edition: &Edition, name: &str) -> Option<String> {
        let row = self.rows().iter().find(|row| {
            row.name == name && row.edition.as_deref() == Some(edition.name.value.as_str())
        })?;
        Some(self.to(self.chapter_of_row(&row.id)?, &row.id))
    }

    /// From this chapter to a state: its row, or that of its bit, or the rule of its bits.
    pub(crate) fn to_state(&self, edition: &Edition, name: &str) -> Option<String> {
        self.to_row(edition, "state", name)
            .or_else(|| self.to_row(edition, "bit", name))
            .or_else(|| {
                register(edition)?.parse_state(name).ok()?;
                let rule = edition.bits.as_ref()?.rule.as_ref()?;
                Some(self.to_rule(self.rule(rule)?))
            })
    }
}
