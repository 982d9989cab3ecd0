//! Every way to change one cell of a table: what stands elsewhere in its column, and small changes by its type.

use spec_model::cell::{CellType, Content};
use spec_model::model::{Book, Class, ClassRow, Judgement, Table};
use spec_model::source::{FileId, Span};

use super::Files;

/// One cell with another text.
pub(crate) struct Mutant {
    pub(crate) files: Files,
    /// `book/v2/states.md:22:3 Value: 1 → 2`
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) line: usize,
    /// The class that the book demands at least.
    pub(crate) at_least: Class,
}

/// A cell of the book.
#[derive(Clone, Copy)]
pub(crate) struct CellAt {
    pub(crate) table: usize,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

/// Every cell of every machine-read table.
pub(crate) fn cells(book: &Book) -> Vec<CellAt> {
    let mut cells = Vec::new();
    for (table, it) in book.tables.iter().enumerate() {
        for row in 0..it.rows.len() {
            // A column that the table leaves out has no cells.
            let has = |column: &usize| {
                let cell = it.rows[row].cells[*column];
                cell.start < it.rows[row].span.end || cell.end > cell.start
            };
            let columns = (0..it.columns.len()).filter(has);
            cells.extend(columns.map(|column| CellAt { table, row, column }));
        }
    }
    cells
}

/// The mutants of a cell; not all of them are books without a mistake.
pub(crate) fn mutants(book: &Book, files: &Files, at: CellAt) -> Vec<Mutant> {
    let table = &book.tables[at.table];
    let span = table.rows[at.row].cells[at.column];
    let text = book.sources.text(span);
    let mut texts = by_type(table.columns[at.column].cell, text);
    texts.extend(others(book, table, at));
    texts.retain(|other| other != text);
    texts.sort();
    texts.dedup();
    texts
        .into_iter()
        .map(|new| mutant(book, files, at, &new))
        .collect()
}

/// Up to two texts that stand elsewhere in the column, the next ones below.
fn others(book: &Book, table: &Table, at: CellAt) -> Vec<String> {
    let rows = table
        .rows
        .iter()
        .cycle()
        .skip(at.row + 1)
        .take(table.rows.len());
    let own = book.sources.text(table.rows[at.row].cells[at.column]);
    let texts = rows.map(|row| book.sources.text(row.cells[at.column]));
    let mut found: Vec<String> = Vec::new();
    for text in texts.filter(|text| *text != own) {
        if found.len() < 2 && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}

fn by_type(cell: CellType, text: &str) -> Vec<String> {
    let bare = text.trim_matches('`');
    match cell {
        CellType::Number => vec![
            format!("`{bare} + 1`"),
            "77".to_owned(),
            format!("`0x{:x}`", bare.parse::<u64>().unwrap_or(1)),
        ],
        CellType::Prose => vec![
            format!("{text} indeed"),
            format!("{text}, never 3 times"),
            String::new(),
        ],
        CellType::Term => vec![format!("{text}s"), format!("`{bare}`")],
        CellType::Expr => vec![
            format!("`!({bare})`"),
            "`true`".to_owned(),
            format!("`({bare})`"),
            String::new(),
        ],
        CellType::Name => vec![format!("`{bare}_x`"), String::new()],
        CellType::Names | CellType::States | CellType::Rules => {
            let shorter = text.rsplit_once(',').map_or("", |(before, _)| before);
            vec![shorter.to_owned()]
        }
        CellType::Word(words) => words
            .iter()
            .map(|word| (*word).to_owned())
            .chain([String::new()])
            .collect(),
        CellType::State | CellType::Target => vec![format!("write {text}"), "`0`".to_owned()],
        _ => Vec::new(),
    }
}

fn mutant(book: &Book, files: &Files, at: CellAt, new: &str) -> Mutant {
    let table = &book.tables[at.table];
    let column = &table.columns[at.column];
    let span = table.rows[at.row].cells[at.column];
    let file = book.sources.file(span.file);
    let path = file.path.to_string_lossy().into_owned();
    let mut files = files.clone();
    let target = files.iter_mut().find(|(known, _)| *known == path);
    let text = &mut target.expect("the file of the cell").1;
    text.replace_range(span.start..span.end, new);
    let old = book.sources.text(span);
    let place = file.position(span.start);
    Mutant {
        name: format!(
            "{path}:{}:{} {}: {old} → {new}",
            place.line, place.column, column.title
        ),
        line: place.line,
        at_least: demanded(book, table, at, new),
        path,
        files,
    }
}

/// What the `classes` tables say, read here once more: the test must not believe the tool.
fn demanded(book: &Book, table: &Table, at: CellAt, new: &str) -> Class {
    let column = &table.columns[at.column];
    let old = Content::read(
        &book.sources,
        column.cell,
        table.rows[at.row].cells[at.column],
    );
    let new = content(column.cell, new);
    if old == new {
        return Class::Editorial;
    }
    let part = if column.more { "more" } else { &column.title };
    let row = class_row(book, &table.kind, part);
    let judgement = match (old.is_empty(), new.is_empty()) {
        (true, false) => row.added.or(row.changed),
        (false, true) => row.removed.or(row.changed),
        _ => row.changed,
    };
    match judgement.expect("a class") {
        // Another predicate may hold in the same cases.
        Judgement::Always(_) if column.cell == CellType::Expr => Class::Editorial,
        Judgement::Always(class) => class,
        Judgement::Counts => Class::Editorial,
        // Another key is another row, or a renamed one.
        Judgement::Key => {
            let row = class_row(book, &table.kind, "row");
            let ways = [row.changed, row.removed.or(row.changed)]
                .into_iter()
                .flatten();
            ways.map(least).min().unwrap_or(Class::Editorial)
        }
        judgement => least(judgement),
    }
}

fn least(judgement: Judgement) -> Class {
    match judgement {
        Judgement::Always(class) => class,
        Judgement::IfWider | Judgement::IfNarrower => Class::Editorial,
        _ => Class::Compatible,
    }
}

fn class_row<'b>(book: &'b Book, table: &str, part: &str) -> &'b ClassRow {
    let find = |table: &str| {
        let is_it = |row: &&ClassRow| row.table.value == table && row.part.value == part;
        book.classes.iter().find(is_it)
    };
    find(table)
        .or_else(|| find("any"))
        .unwrap_or_else(|| panic!("{table} {part} has no class"))
}

fn content(cell: CellType, text: &str) -> Content {
    let mut sources = spec_model::source::SourceMap::default();
    let file: FileId = sources.add("cell", text);
    let end = text.len();
    Content::read(
        &sources,
        cell,
        Span {
            file,
            start: 0,
            end,
        },
    )
}
