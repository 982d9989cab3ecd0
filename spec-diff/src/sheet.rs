//! Tables as facts: one sheet for all tables of an edition that have the same kind and name.

use std::cell::OnceCell;

use spec_model::cell::{CellType, Content};
use spec_model::model::{Book, Table};
use spec_model::source::{Span, Spanned};

use crate::weights::Weights;

/// What a sheet is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SheetId {
    pub(crate) edition: Option<String>,
    pub(crate) kind: String,
    /// The names in the directive.
    pub(crate) names: Vec<String>,
}

/// The rows of all tables of one kind and name.
#[derive(Debug)]
pub(crate) struct Sheet<'b> {
    pub(crate) id: SheetId,
    pub(crate) tables: Vec<&'b Table>,
    pub(crate) rows: Vec<Row<'b>>,
    /// Whether there are others of its kind in its edition.
    pub(crate) has_kin: bool,
    /// Of all its directives.
    pub(crate) attributes: Vec<Cell<'b>>,
}

/// A row of a sheet.
#[derive(Clone, Debug)]
pub(crate) struct Row<'b> {
    /// Index into [`Sheet::tables`].
    pub(crate) table: usize,
    pub(crate) span: Span,
    pub(crate) cells: Vec<Cell<'b>>,
}

/// A cell, or an attribute.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'b> {
    /// The header of its column.
    pub(crate) title: &'b str,
    /// The part that has a class: the header, or `more`.
    pub(crate) part: &'b str,
    pub(crate) role: Role,
    /// How it is read; `None` for an attribute.
    pub(crate) cell: Option<CellType>,
    /// As written.
    pub(crate) text: &'b str,
    pub(crate) span: Span,
    book: &'b Book,
    /// What it says; most cells are never asked, for their text is the same in both versions.
    content: OnceCell<Content>,
}

impl Cell<'_> {
    /// What the cell says.
    pub(crate) fn content(&self) -> &Content {
        self.content.get_or_init(|| match self.cell {
            Some(cell) => Content::read(&self.book.sources, cell, self.span),
            None => Content::attribute(&Spanned::new(self.text.to_owned(), self.span)),
        })
    }

    /// Whether two cells say the same.
    pub(crate) fn says(&self, other: &Cell<'_>) -> bool {
        self.text == other.text || self.content() == other.content()
    }
}

/// What a cell is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Names the row.
    Key,
    /// Counts the rows.
    Count,
    /// Says something.
    Value,
}

impl Sheet<'_> {
    /// Whether the kind takes a name, so that a table can be added or renamed as a whole.
    pub(crate) fn is_named(&self) -> bool {
        !self.id.names.is_empty()
    }

    /// Whether a released flow or an adopted order is in force here.
    pub(crate) fn is_binding(&self) -> bool {
        self.attributes.iter().any(|attribute| {
            attribute.title == "released"
                || (attribute.title == "status" && attribute.text == "adopted")
        })
    }

    /// Whether all cells are written alike.
    pub(crate) fn is_same(&self, other: &Sheet<'_>) -> bool {
        let same = |a: &[Cell<'_>], b: &[Cell<'_>]| {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| a.title == b.title && a.text == b.text)
        };
        self.rows.len() == other.rows.len()
            && same(&self.attributes, &other.attributes)
            && self
                .rows
                .iter()
                .zip(&other.rows)
                .all(|(a, b)| a.table == b.table && same(&a.cells, &b.cells))
    }

    /// The place that stands for all of it.
    pub(crate) fn span(&self) -> Span {
        self.tables[0].span
    }
}

impl<'b> Row<'b> {
    /// The cells that name the row.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Cell<'b>> {
        self.cells.iter().filter(|cell| cell.role == Role::Key)
    }

    /// The cells that say something.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Cell<'b>> {
        self.cells.iter().filter(|cell| cell.role == Role::Value)
    }

    /// The name that the row declares, if it does: then other cells may use it.
    pub(crate) fn declares(&self) -> Option<&Cell<'b>> {
        let mut keys = self.keys();
        let key = keys.next()?;
        let is_name = matches!(key.cell, Some(CellType::Name | CellType::Term));
        (is_name && keys.next().is_none()).then_some(key)
    }

    /// Rules that its cells name.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &str> {
        let cells = self.cells.iter();
        let of_rules =
            |cell: &&Cell<'_>| matches!(cell.cell, Some(CellType::Rule | CellType::Rules));
        cells
            .filter(of_rules)
            .flat_map(|cell| cell.content().names())
    }

    pub(crate) fn cell(&self, title: &str) -> Option<&Cell<'b>> {
        self.cells.iter().find(|cell| cell.title == title)
    }

    /// What people call the row: its key, or its number.
    pub(crate) fn name(&self, number: usize) -> String {
        let keys: Vec<String> = self.keys().map(|cell| cell.content().plain()).collect();
        match keys.len() {
            0 => format!("row {}", number + 1),
            _ => keys.join(" → "),
        }
    }
}

/// Every sheet of a book, in the order of the book.
pub(crate) fn sheets<'b>(book: &'b Book, weights: &Weights<'_>) -> Vec<Sheet<'b>> {
    let mut sheets: Vec<Sheet<'b>> = Vec::new();
    for table in &book.tables {
        let id = SheetId {
            edition: book.chapters[table.chapter].edition.clone(),
            kind: table.kind.clone(),
            names: table.names.iter().map(|name| name.value.clone()).collect(),
        };
        let found = sheets.iter().position(|sheet| sheet.id == id);
        let at = found.unwrap_or_else(|| {
            sheets.push(Sheet {
                id,
                tables: Vec::new(),
                rows: Vec::new(),
                has_kin: false,
                attributes: Vec::new(),
            });
            sheets.len() - 1
        });
        let sheet = &mut sheets[at];
        let number = sheet.tables.len();
        sheet.tables.push(table);
        sheet.attributes.extend(attributes(book, table));
        sheet.rows.extend(rows(book, table, number, weights));
    }
    for at in 0..sheets.len() {
        let is_kin = |other: &Sheet<'_>| {
            let (id, own) = (&other.id, &sheets[at].id);
            id.kind == own.kind && id.edition == own.edition && id != own
        };
        sheets[at].has_kin = sheets.iter().any(is_kin);
    }
    sheets
}

fn attributes<'b>(book: &'b Book, table: &'b Table) -> impl Iterator<Item = Cell<'b>> {
    table.attributes.iter().map(move |(key, value)| Cell {
        title: &key.value,
        part: &key.value,
        role: Role::Value,
        cell: None,
        text: &value.value,
        span: value.span,
        book,
        content: OnceCell::new(),
    })
}

fn rows<'b>(
    book: &'b Book,
    table: &'b Table,
    number: usize,
    weights: &Weights<'_>,
) -> Vec<Row<'b>> {
    let kind = table.kind.as_str();
    let columns = table.columns.iter().map(|column| {
        let part = if column.more { "more" } else { &column.title };
        let role = if weights.is_key(kind, part) {
            Role::Key
        } else if weights.counts(kind, part) {
            Role::Count
        } else {
            Role::Value
        };
        (column, part, role)
    });
    let columns: Vec<_> = columns.collect();
    let row = |row: &'b spec_model::model::TableRow| Row {
        table: number,
        span: row.span,
        cells: columns
            .iter()
            .zip(&row.cells)
            .map(|((column, part, role), span)| Cell {
                title: &column.title,
                part,
                role: *role,
                cell: Some(column.cell),
                text: book.sources.text(*span),
                span: *span,
                book,
                content: OnceCell::new(),
            })
            .collect(),
    };
    table.rows.iter().map(row).collect()
}
