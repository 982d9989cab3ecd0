//! `mapping` tables: names of two editions, side by side.

use super::names::Names;
use super::row::{Cells, rows};
use crate::analysis::{Register, parse_state};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Edition, Mapping, MappingRow};
use crate::parse::{KINDS, TableSyntax, list, unknown_column};
use crate::source::Spanned;

/// Reads every table, whatever the edition of its chapter.
pub(super) fn mappings<'s, 'a: 's>(
    tables: impl Iterator<Item = &'s TableSyntax<'a>>,
    editions: &[Edition],
    diagnostics: &mut Diagnostics,
) -> Vec<Mapping> {
    tables
        .filter_map(|table| mapping(table, editions, diagnostics))
        .collect()
}

fn mapping(
    table: &TableSyntax<'_>,
    editions: &[Edition],
    diagnostics: &mut Diagnostics,
) -> Option<Mapping> {
    let [from, to] = table.directive.words.as_slice() else {
        return None;
    };
    check_columns(table, [from.value, to.value], diagnostics);
    let mut side = |name: &Spanned<&str>| Side::new(table, name, editions, diagnostics);
    let (from_side, to_side) = (side(from)?, side(to)?);
    let mut row = |row: Cells<'_, '_>| MappingRow {
        from: from_side.names(row, diagnostics),
        to: to_side.names(row, diagnostics),
        change: row.prose("What changed"),
    };
    let rows = rows(table).map(&mut row).collect();
    Some(Mapping {
        from: from.clone().map(str::to_owned),
        to: to.clone().map(str::to_owned),
        span: table.span,
        rows,
        rule: table.rule_id(),
    })
}

fn check_columns(table: &TableSyntax<'_>, known: [&str; 2], diagnostics: &mut Diagnostics) {
    for title in &table.more {
        if !known.contains(&title.value) {
            let error = unknown_column(&KINDS[table.kind], title);
            let expected = [known[0], known[1], "What changed"];
            diagnostics.push(error.label(format!("expected {}", list(&expected))));
        }
    }
}

/// An edition, its column, and every name that the column may hold.
struct Side<'e> {
    edition: &'e Edition,
    column: usize,
    names: Names<'e>,
}

impl<'e> Side<'e> {
    fn new(
        table: &TableSyntax<'_>,
        name: &Spanned<&str>,
        editions: &'e [Edition],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let known = Names::new("edition", editions.iter().map(|e| e.name.value.as_str()));
        known.expect(name.value, name.span, diagnostics);
        let edition = editions.iter().find(|e| e.name.value == name.value)?;
        let mut columns = table.more.iter();
        let column = columns.position(|title| title.value == name.value);
        if column.is_none() {
            let title = format!("a mapping of `{0}` needs the column `{0}`", name.value);
            diagnostics.push(
                Diagnostic::error("missing-column", table.directive.span, title)
                    .help("its columns are the two editions and `What changed`"),
            );
        }
        Some(Self {
            edition,
            column: column?,
            names: declared(edition),
        })
    }

    fn names(&self, row: Cells<'_, '_>, diagnostics: &mut Diagnostics) -> Vec<Spanned<String>> {
        let mut names = Vec::new();
        for name in row.more_names(self.column) {
            let plain = name.value.replace("\\|", "|");
            if !self.is_state(&plain) {
                self.names.expect(&plain, name.span, diagnostics);
            }
            names.push(Spanned::new(plain, name.span));
        }
        names
    }

    fn is_state(&self, text: &str) -> bool {
        match Register::of(self.edition.bits.as_ref(), self.edition.fsm.as_ref()) {
            Some(Register::Bits(field)) => parse_state(field, text).is_ok(),
            Some(Register::Fsm(fsm)) => fsm.named(text).is_some(),
            None => false,
        }
    }
}

/// What an edition gives a name to, states apart.
fn declared(edition: &Edition) -> Names<'_> {
    let register = Register::of(edition.bits.as_ref(), edition.fsm.as_ref());
    let bits = edition.bits.iter();
    let actions = bits.flat_map(|field| &field.actions);
    let actions = actions
        .flat_map(|table| &table.actions)
        .map(|row| &row.name);
    let arcs = edition.fsm.iter().flat_map(|fsm| &fsm.arcs);
    let accesses = edition.protocols.iter().flat_map(|it| &it.transitions);
    let operations = edition.fd_protocols.iter().flat_map(|it| &it.rows);
    let callbacks = accesses
        .filter_map(|row| row.callback.as_ref())
        .chain(operations.filter_map(|row| row.callback.as_ref()))
        .chain(arcs.map(|arc| &arc.callback));
    let structs = edition.structs.iter();
    let fields = structs.clone().flat_map(|it| &it.fields);
    let numbers = edition.constants.iter().flat_map(|group| &group.constants);
    let names = actions
        .chain(callbacks)
        .chain(structs.map(|it| &it.name))
        .chain(fields.map(|it| &it.name))
        .chain(numbers.map(|it| &it.name))
        .chain(edition.capabilities.iter().map(|it| &it.name))
        .chain(edition.events.iter().map(|it| &it.name))
        .chain(edition.faults.iter().map(|it| &it.name))
        .chain(edition.ioctls.iter().map(|it| &it.name))
        .chain(edition.properties.iter().map(|it| &it.name))
        .chain(edition.consequences.iter().map(|it| &it.name))
        .chain(edition.work.iter().map(|it| &it.name))
        .map(|name| name.value.as_str());
    super::predicates::with_behaviours(register)
        .with(register.map(|it| it.name().value.as_str()))
        .with(names)
        .called("state, action, arc or other name of this edition")
}
