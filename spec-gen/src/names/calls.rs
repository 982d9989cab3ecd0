//! The identifiers of what user space accesses, and of the callbacks that answer.

use proc_macro2::Ident;
use spec_model::model::{Access, Direction, Edition, Operation, Struct};

use super::Lexicon;
use crate::ident::{Scope, camel, ident};

/// Items of a protocol: `Access`, `Phase` and `access` for the first; the others have their name in front.
pub(crate) struct ProtocolNames {
    /// The type of accesses.
    pub(crate) access: Ident,
    /// The type of phases.
    pub(crate) phase: Ident,
    /// The function that answers an access.
    pub(crate) function: Ident,
}

/// Items for the registers of a structure: `Register` and `DATA_START` for the first.
pub(crate) struct RegisterNames {
    /// The structure.
    pub(crate) of: String,
    /// The type.
    pub(crate) ty: Ident,
    /// The constant.
    pub(crate) data_start: Ident,
    /// Variants, by field.
    pub(crate) fields: Lexicon,
}

/// A callback of a `protocol` table.
pub(crate) struct CallbackNames {
    /// As the book spells it.
    pub(crate) name: String,
    /// Its signature.
    pub(crate) kind: CallKind,
    /// The variant of `Callback`.
    pub(crate) variant: Ident,
    /// The method of `Driver`.
    pub(crate) method: Ident,
}

/// What a callback takes and gives. One name in rows of several kinds is several callbacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallKind {
    /// `read REGISTER`: gives its value.
    Read,
    /// `write REGISTER`: takes its value.
    Write,
    /// `read data`: fills bytes.
    ReadData,
    /// `write data`: takes bytes.
    WriteData,
    /// An operation on the data fd.
    Operation(Operation),
}

/// The register's name that stands for the bytes of a segment.
const DATA: &str = "data";

impl CallKind {
    /// The kind of a row with this access.
    pub(crate) fn of(access: &Access) -> Self {
        match (access.direction, access.register == DATA) {
            (Direction::Read, false) => Self::Read,
            (Direction::Write, false) => Self::Write,
            (Direction::Read, true) => Self::ReadData,
            (Direction::Write, true) => Self::WriteData,
        }
    }
}

/// The callbacks of all protocols of an edition: over registers, then over the data fd.
pub(super) fn callbacks(edition: &Edition, driver: &mut Scope) -> Vec<CallbackNames> {
    let of_registers = edition.protocols.iter().flat_map(|p| &p.transitions);
    let of_registers =
        of_registers.map(|row| (row.callback.as_ref(), CallKind::of(&row.access.value)));
    let of_fds = edition.fd_protocols.iter().flat_map(|p| &p.rows);
    let of_fds = of_fds.map(|row| {
        let kind = CallKind::Operation(row.operation.value);
        (row.callback.as_ref(), kind)
    });
    let mut variants = Scope::with("ALL");
    let mut list: Vec<CallbackNames> = Vec::new();
    for (name, kind) in of_registers.chain(of_fds) {
        let Some(name) = name else { continue };
        if list.iter().any(|c| c.name == name.value && c.kind == kind) {
            continue;
        }
        let variant = variants.take(&camel(&name.value));
        let method = driver.take(&name.value);
        list.push(CallbackNames {
            name: name.value.clone(),
            kind,
            variant,
            method,
        });
    }
    list
}

/// The names of all protocols of an edition, in the same order.
pub(super) fn protocols(edition: &Edition, module: &mut Scope) -> Vec<ProtocolNames> {
    let mut functions = Scope::with("access");
    let of_registers = edition.protocols.iter().map(|p| &p.name);
    let of_fds = edition.fd_protocols.iter().map(|p| &p.name);
    let name = |(number, name): (usize, &spec_model::source::Spanned<String>)| match number {
        0 => ProtocolNames {
            access: ident("Access"),
            phase: ident("Phase"),
            function: ident("access"),
        },
        _ => ProtocolNames {
            access: module.take(&format!("{}Access", camel(&name.value))),
            phase: module.take(&format!("{}Phase", camel(&name.value))),
            function: functions.take(&format!("access_{}", name.value)),
        },
    };
    of_registers.chain(of_fds).enumerate().map(name).collect()
}

/// The names for each structure that a protocol is about.
pub(super) fn registers(edition: &Edition, module: &mut Scope) -> Vec<RegisterNames> {
    let mut constants = Scope::with("DATA_START");
    let about = |s: &&Struct| edition.protocols.iter().any(|p| p.of.value == s.name.value);
    let name = |(number, of): (usize, &Struct)| RegisterNames {
        of: of.name.value.clone(),
        ty: match number {
            0 => ident("Register"),
            _ => module.take(&format!("{}Register", camel(&of.name.value))),
        },
        data_start: match number {
            0 => ident("DATA_START"),
            _ => constants.take(&format!("{}_DATA_START", of.name.value.to_uppercase())),
        },
        fields: Lexicon::fill(
            &mut Scope::with("ALL"),
            of.fields.iter().map(|f| &f.name),
            camel,
        ),
    };
    edition
        .structs
        .iter()
        .filter(about)
        .enumerate()
        .map(name)
        .collect()
}
