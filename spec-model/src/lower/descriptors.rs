//! Ioctls, and the protocol over the data fd.

use super::names::Names;
use super::registers::phases;
use super::row::{Cells, rows};
use super::{Tables, predicates};
use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Fault, FdProtocol, FdRow, Ioctl, Operation, Phase, Struct};
use crate::parse::TableSyntax;
use crate::source::{Span, Spanned};

/// `ioctl` tables.
pub(super) fn ioctls(
    tables: &Tables<'_, '_>,
    structs: &[Struct],
    diagnostics: &mut Diagnostics,
) -> Vec<Ioctl> {
    let known = Names::new("struct", structs.iter().map(|s| s.name.value.as_str()));
    let mut ioctls = Vec::new();
    for table in tables.of("ioctl") {
        for row in rows(table) {
            let argument = row.name("Argument");
            known.check(&argument, diagnostics);
            let mut byte = |column| {
                let number = row.number(column);
                if number.value > 0xff {
                    let title = "this half of a request number has eight bits";
                    diagnostics.push(Diagnostic::error("bad-number", number.span, title));
                }
                number.map(|number| number & 0xff)
            };
            ioctls.push(Ioctl {
                name: row.name("Ioctl"),
                ty: byte("Type"),
                number: byte("Number"),
                argument,
                meaning: row.prose("Meaning"),
                rule: table.rule_id(),
            });
        }
    }
    ioctls
}

/// `protocol` tables without `of`.
pub(super) fn protocols(
    tables: &Tables<'_, '_>,
    faults: &[Fault],
    register: Option<Register<'_>>,
    diagnostics: &mut Diagnostics,
) -> Vec<FdProtocol> {
    let names = faults.iter().map(|fault| fault.name.value.as_str());
    let reader = Reader {
        errors: Names::new("error", names),
        over: predicates::names(register),
    };
    let without_struct = |table: &&&TableSyntax<'_>| table.directive.attribute("of").is_none();
    let tables = tables.of("protocol").iter().filter(without_struct);
    tables
        .map(|table| reader.protocol(table, diagnostics))
        .collect()
}

struct Reader<'n> {
    errors: Names<'n>,
    over: Names<'n>,
}

impl Reader<'_> {
    fn protocol(&self, table: &TableSyntax<'_>, diagnostics: &mut Diagnostics) -> FdProtocol {
        let refused = table.attribute("else");
        self.errors.check(&refused, diagnostics);
        let phases = phases(table, diagnostics);
        let mut read = Vec::new();
        for row in rows(table) {
            match row.operation("Access") {
                Some(operation) => {
                    self.check(row, diagnostics);
                    read.extend(expand(row, &operation, &phases));
                }
                None => diagnostics.push(no_operation(row.place("Access"))),
            }
        }
        FdProtocol {
            name: table.name().map(str::to_owned),
            refused,
            span: table.span,
            phases,
            rows: read,
            rule: table.rule_id(),
        }
    }

    fn check(&self, row: Cells<'_, '_>, diagnostics: &mut Diagnostics) {
        self.over.check_all(&row.expr("While").value, diagnostics);
        let Some(error) = row.optional("Error") else {
            return;
        };
        self.errors.check(&error, diagnostics);
        if let Some(callback) = row.optional("Callback") {
            let title = "a row has a callback, or an error that answers without one";
            diagnostics.push(
                Diagnostic::error("bad-cell", error.span, title)
                    .related(callback.span, "the callback"),
            );
        }
    }
}

fn no_operation(place: Span) -> Diagnostic {
    let title = "an access to a register in a protocol over the data fd";
    Diagnostic::error("bad-cell", place, title)
        .label("expected an operation, such as `read`")
        .help("a protocol over the registers of a struct has the attribute `of`")
}

/// One row a phase; `any` gives one for each.
fn expand(row: Cells<'_, '_>, operation: &Spanned<Operation>, phases: &[Phase]) -> Vec<FdRow> {
    let (from, to) = (row.name("Phase").value, row.name("Then").value);
    let then = phases.iter().position(|phase| phase.name == to);
    let begins = |index: &usize| from == "any" || from == phases[*index].name;
    let expanded = |index| FdRow {
        operation: operation.clone(),
        when: row.expr("While"),
        from: index,
        to: then.unwrap_or(index),
        callback: row.optional("Callback"),
        fault: row.optional("Error"),
        effect: row.prose("Effect"),
    };
    (0..phases.len()).filter(begins).map(expanded).collect()
}
