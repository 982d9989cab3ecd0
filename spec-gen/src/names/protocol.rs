//! Identifiers for the rows of `protocol` tables, and for the registers that they are about.

use proc_macro2::Ident;
use spec_model::model::{Access, Direction, Edition, Protocol, Struct};

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
}

/// The register's name that stands for the bytes of a segment.
pub(crate) const DATA: &str = "data";

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

pub(super) fn callbacks(protocols: &[Protocol], driver: &mut Scope) -> Vec<CallbackNames> {
    let mut variants = Scope::with("ALL");
    let mut list: Vec<CallbackNames> = Vec::new();
    for row in protocols.iter().flat_map(|p| &p.transitions) {
        let Some(name) = &row.callback else { continue };
        let kind = CallKind::of(&row.access.value);
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

pub(super) fn protocols(edition: &Edition, module: &mut Scope) -> Vec<ProtocolNames> {
    let mut functions = Scope::with("access");
    let name = |(number, protocol): (usize, &Protocol)| match number {
        0 => ProtocolNames {
            access: ident("Access"),
            phase: ident("Phase"),
            function: ident("access"),
        },
        _ => ProtocolNames {
            access: module.take(&format!("{}Access", camel(&protocol.name.value))),
            phase: module.take(&format!("{}Phase", camel(&protocol.name.value))),
            function: functions.take(&format!("access_{}", protocol.name.value)),
        },
    };
    edition.protocols.iter().enumerate().map(name).collect()
}

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
