//! `protocol` tables: who may access what when. Each table gives a type of accesses, a type of phases and a
//! function that answers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use spec_model::expr::Expr;
use spec_model::model::{Direction, FdProtocol, Phase, Protocol};
use spec_model::source::{Span, Spanned};

use super::choice::{BY_BOOK, Choice, Variant};
use super::{Cx, answer, call};
use crate::doc::doc;
use crate::ident::{Scope, camel};
use crate::names::{CallKind, ProtocolNames};

/// One protocol, over registers or over the data fd, with the identifiers of its accesses and phases.
pub(super) struct Table<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    /// The variant of `Fault` of an access that no row speaks of.
    pub(super) refused: Ident,
    pub(super) names: &'a ProtocolNames,
    /// As the book spells them.
    pub(super) accesses: Vec<(String, Ident)>,
    pub(super) phases: Vec<(&'a str, Ident)>,
    pub(super) rows: Vec<Row<'a>>,
    /// The structure whose registers are accessed.
    of: Option<&'a str>,
}

/// A row, of one phase.
pub(super) struct Row<'a> {
    /// Index into the accesses.
    pub(super) access: usize,
    pub(super) when: &'a Spanned<Expr>,
    /// Index into the phases.
    pub(super) from: usize,
    pub(super) to: usize,
    /// The variant of `Callback`.
    pub(super) callback: Option<Ident>,
    /// The variant of `Fault`.
    pub(super) fault: Option<Ident>,
}

pub(super) fn generate(cx: &Cx<'_>) -> TokenStream {
    let of_registers = cx.edition.protocols.iter().map(Form::Registers);
    let of_fds = cx.edition.fd_protocols.iter().map(Form::DataFd);
    let forms = of_registers.chain(of_fds).zip(&cx.names.protocols);
    let tables: TokenStream = forms
        .map(|(form, names)| items(cx, &form.table(cx, names)))
        .collect();
    if tables.is_empty() {
        return tables;
    }
    let callback = call::callback_type(cx);
    quote!(#tables #callback)
}

fn items(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let (access, phase, answer) = (
        access_type(cx, table),
        phase_type(cx, table),
        answer::generate(cx, table),
    );
    quote!(#access #phase #answer)
}

/// The two forms of the table.
enum Form<'a> {
    Registers(&'a Protocol),
    DataFd(&'a FdProtocol),
}

impl<'a> Form<'a> {
    fn table(&self, cx: &Cx<'a>, names: &'a ProtocolNames) -> Table<'a> {
        match self {
            Self::Registers(protocol) => of_registers(cx, protocol, names),
            Self::DataFd(protocol) => of_fd(cx, protocol, names),
        }
    }
}

fn of_registers<'a>(cx: &Cx<'a>, protocol: &'a Protocol, names: &'a ProtocolNames) -> Table<'a> {
    let mut accesses = Accesses::default();
    let rows = protocol.transitions.iter().map(|row| {
        let access = &row.access.value;
        Row {
            access: accesses.number(spelling(access.direction, &access.register)),
            when: &row.when,
            from: row.from,
            to: row.to,
            callback: callback(cx, row.callback.as_ref(), CallKind::of(access)),
            fault: None,
        }
    });
    Table {
        rows: rows.collect(),
        name: &protocol.name.value,
        span: protocol.span,
        refused: cx.names.faults.get(&protocol.refused.value),
        names,
        accesses: accesses.list,
        phases: phases(&protocol.phases),
        of: Some(&protocol.of.value),
    }
}

fn of_fd<'a>(cx: &Cx<'a>, protocol: &'a FdProtocol, names: &'a ProtocolNames) -> Table<'a> {
    let mut accesses = Accesses::default();
    let rows = protocol.rows.iter().map(|row| {
        let operation = row.operation.value;
        let fault = row.fault.as_ref();
        Row {
            access: accesses.number(operation.name().to_owned()),
            when: &row.when,
            from: row.from,
            to: row.to,
            callback: callback(cx, row.callback.as_ref(), CallKind::Operation(operation)),
            fault: fault.map(|fault| cx.names.faults.get(&fault.value)),
        }
    });
    Table {
        rows: rows.collect(),
        name: &protocol.name.value,
        span: protocol.span,
        refused: cx.names.faults.get(&protocol.refused.value),
        names,
        accesses: accesses.list,
        phases: phases(&protocol.phases),
        of: None,
    }
}

fn callback(cx: &Cx<'_>, name: Option<&Spanned<String>>, kind: CallKind) -> Option<Ident> {
    let names = cx.names.callback(&name?.value, kind)?;
    Some(names.variant.clone())
}

fn phases(phases: &[Phase]) -> Vec<(&str, Ident)> {
    let mut scope = Scope::with("ALL INITIAL");
    let phases = phases.iter().map(|phase| phase.name.as_str());
    phases
        .map(|name| (name, scope.take(&camel(name))))
        .collect()
}

/// Accesses in the order of first mention.
struct Accesses {
    scope: Scope,
    list: Vec<(String, Ident)>,
}

impl Default for Accesses {
    fn default() -> Self {
        Self {
            scope: Scope::with("ALL"),
            list: Vec::new(),
        }
    }
}

impl Accesses {
    fn number(&mut self, spelling: String) -> usize {
        let known = self.list.iter().position(|(known, _)| *known == spelling);
        known.unwrap_or_else(|| {
            let ident = self.scope.take(&camel(&spelling));
            self.list.push((spelling, ident));
            self.list.len() - 1
        })
    }
}

fn spelling(direction: Direction, register: &str) -> String {
    let direction = match direction {
        Direction::Read => "read",
        Direction::Write => "write",
    };
    format!("{direction} {register}")
}

fn access_type(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let variants: Vec<Variant> = table
        .accesses
        .iter()
        .map(|(access, ident)| Variant {
            ident: ident.clone(),
            name: access.clone(),
            doc: doc(&format!("`{access}`")),
        })
        .collect();
    let about = format!("An access that the protocol `{}` speaks of.", table.name);
    Choice {
        ty: &table.names.access,
        doc: cx.docs.about(&about, table.span),
        variants: &variants,
        order: BY_BOOK,
        functions: by_register(cx, table),
    }
    .generate()
}

/// `read` and `write`: the access of a register.
fn by_register(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let Some(registers) = table.of.and_then(|of| cx.names.registers_of(of)) else {
        return TokenStream::new();
    };
    let arms = |direction: Direction| -> TokenStream {
        let arm = |(field, register): (&str, &Ident)| {
            let ty = &registers.ty;
            let mut accesses = table.accesses.iter();
            let access = accesses.find(|(access, _)| *access == spelling(direction, field));
            let access =
                access.map_or_else(|| quote!(None), |(_, access)| quote!(Some(Self::#access)));
            quote!(#ty::#register => #access,)
        };
        registers.fields.iter().map(arm).collect()
    };
    let (reads, writes) = (arms(Direction::Read), arms(Direction::Write));
    let register = &registers.ty;
    quote! {
        /// The access that reads a register, if the protocol speaks of it.
        pub const fn read(register: #register) -> Option<Self> {
            match register { #reads }
        }

        /// The access that writes a register, if the protocol speaks of it.
        pub const fn write(register: #register) -> Option<Self> {
            match register { #writes }
        }
    }
}

fn phase_type(cx: &Cx<'_>, table: &Table<'_>) -> TokenStream {
    let variants: Vec<Variant> = table
        .phases
        .iter()
        .map(|(phase, ident)| Variant {
            ident: ident.clone(),
            name: (*phase).to_owned(),
            doc: doc(&format!("`{phase}`")),
        })
        .collect();
    let (about, begins) = match table.of {
        Some(_) => (
            "What user space has done so far in this round of the protocol",
            "Where a device begins.",
        ),
        None => (
            "How far a session has come in the protocol",
            "Where a session begins.",
        ),
    };
    let about = format!("{about} `{}`.", table.name);
    let begins = doc(begins);
    let initial = table.phases.first().map(|(_, first)| {
        quote! {
            #begins
            pub const INITIAL: Self = Self::#first;
        }
    });
    Choice {
        ty: &table.names.phase,
        doc: cx.docs.about(&about, table.span),
        variants: &variants,
        order: BY_BOOK,
        functions: initial.unwrap_or_default(),
    }
    .generate()
}
