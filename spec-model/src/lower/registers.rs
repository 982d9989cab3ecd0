//! Constants, structures and the protocol over a structure's fields.

use super::Tables;
use super::names::Names;
use super::row::{Cells, rows};
use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{
    Constant, ConstantGroup, Fault, Field, FieldAccess, Phase, Protocol, Struct, Transition,
};
use crate::parse::TableSyntax;
use crate::source::{Span, Spanned};

/// `constants` tables.
pub(super) fn constants(tables: &Tables<'_, '_>) -> Vec<ConstantGroup> {
    let constant = |row: Cells<'_, '_>| Constant {
        name: row.name("Name"),
        value: row.number("Value"),
        linux: row.optional("Linux"),
        meaning: row.prose("Meaning"),
    };
    let group = |table: &&TableSyntax<'_>| ConstantGroup {
        name: table.name().map(str::to_owned),
        ty: table.attribute("type").value,
        span: table.span,
        constants: rows(table).map(constant).collect(),
        rule: table.rule_id(),
    };
    tables.of("constants").iter().map(group).collect()
}

/// `struct` tables.
pub(super) fn structs(tables: &Tables<'_, '_>, diagnostics: &mut Diagnostics) -> Vec<Struct> {
    let mut structs = Vec::new();
    for table in tables.of("struct") {
        let mut fields: Vec<Field> = rows(table).map(|row| field(row, diagnostics)).collect();
        fields.sort_by_key(|field| field.offset.value);
        structs.push(Struct {
            name: table.name().map(str::to_owned),
            size: table.number("size", diagnostics),
            span: table.span,
            fields,
            rule: table.rule_id(),
        });
    }
    structs
}

fn field(row: Cells<'_, '_>, diagnostics: &mut Diagnostics) -> Field {
    let ty = row.name("Type");
    let width = match ty.value.as_str() {
        "u8" | "i8" => 1,
        "u16" | "i16" => 2,
        "u32" | "i32" => 4,
        "u64" | "i64" => 8,
        _ => {
            let types = Names::new(
                "type",
                ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"],
            );
            types.check(&ty, diagnostics);
            1
        }
    };
    let access = match row.name("Access").value.as_str() {
        "read" => FieldAccess::Read,
        "write" => FieldAccess::Write,
        "read/write" => FieldAccess::ReadWrite,
        _ => FieldAccess::Reserved,
    };
    Field {
        offset: row.number("Offset"),
        name: row.name("Field"),
        ty,
        width,
        access,
        meaning: row.prose("Meaning"),
    }
}

/// `protocol` tables with `of`.
pub(super) fn protocols(
    tables: &Tables<'_, '_>,
    structs: &[Struct],
    faults: &[Fault],
    register: Option<Register<'_>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Protocol> {
    let errors = Names::new(
        "error",
        faults.iter().map(|fault| fault.name.value.as_str()),
    );
    let known = Names::new("struct", structs.iter().map(|s| s.name.value.as_str()));
    let over = super::predicates::names(register);
    let mut protocols = Vec::new();
    let over_structs = |table: &&&TableSyntax<'_>| table.directive.attribute("of").is_some();
    for table in tables.of("protocol").iter().filter(over_structs) {
        let (of, refused) = (table.attribute("of"), table.attribute("else"));
        known.check(&of, diagnostics);
        errors.check(&refused, diagnostics);
        let of_struct = structs.iter().find(|s| s.name.value == of.value);
        let registers = of_struct
            .iter()
            .flat_map(|s| &s.fields)
            .map(|field| field.name.value.as_str());
        let registers = Names::new("register", registers).with(["data"]);
        let phases = phases(table, diagnostics);
        let mut transitions = Vec::new();
        for row in rows(table) {
            let Some(access) = row.access("Access") else {
                diagnostics.push(no_register(row.place("Access")));
                continue;
            };
            if let Some(error) = row.optional("Error") {
                let title = "in a protocol over a struct, `else` says which error answers";
                diagnostics.push(Diagnostic::error("bad-cell", error.span, title));
            }
            if of_struct.is_some() {
                registers.expect(&access.value.register, access.span, diagnostics);
            }
            over.check_all(&row.expr("While").value, diagnostics);
            transitions.extend(transition(row, &access, &phases));
        }
        let name = table.name().map(str::to_owned);
        protocols.push(Protocol {
            name,
            of,
            refused,
            span: table.span,
            phases,
            transitions,
            rule: table.rule_id(),
        });
    }
    protocols
}

fn no_register(place: Span) -> Diagnostic {
    let title = "an operation in a protocol over a struct";
    Diagnostic::error("bad-cell", place, title)
        .label("expected `read REGISTER` or `write REGISTER`")
        .help("a protocol over the data fd has no attribute `of`")
}

/// One transition a row; `any` gives one for each phase.
fn transition(
    row: Cells<'_, '_>,
    access: &Spanned<crate::model::Access>,
    phases: &[Phase],
) -> Vec<Transition> {
    let (from, to) = (row.name("Phase").value, row.name("Then").value);
    let then = phases.iter().position(|phase| phase.name == to);
    let begins = |index: &usize| from == "any" || from == phases[*index].name;
    let transition = |index| Transition {
        access: access.clone(),
        when: row.expr("While"),
        from: index,
        to: then.unwrap_or(index),
        callback: row.optional("Callback"),
        effect: row.prose("Effect"),
    };
    (0..phases.len()).filter(begins).map(transition).collect()
}

/// Every phase, in the order of first mention.
pub(super) fn phases(table: &TableSyntax<'_>, diagnostics: &mut Diagnostics) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for row in rows(table) {
        for (column, word, other) in [("Phase", "any", "same"), ("Then", "same", "any")] {
            let Spanned { value: name, span } = row.name(column);
            if name == other {
                diagnostics.push(
                    Diagnostic::error(
                        "unknown-word",
                        span,
                        format!("`{other}` has no meaning in this column"),
                    )
                    .label(format!("expected a phase or `{word}`")),
                );
            } else if name != word
                && !name.is_empty()
                && !phases.iter().any(|phase| phase.name == name)
            {
                phases.push(Phase { name, span });
            }
        }
    }
    phases
}
