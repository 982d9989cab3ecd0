//! Identifiers in the module of one edition.

use proc_macro2::Ident;
use spec_model::model::{Access, Action, ActionTable, Edition, OrderStatus};
use spec_model::source::Spanned;

use super::protocol::{CallKind, CallbackNames, ProtocolNames, RegisterNames};
use super::{Lexicon, protocol};
use crate::ident::{Scope, camel};

/// Types, traits and modules that every edition's module may have, and what the generated code takes from
/// Rust's prelude: tables give way to them.
const MODULE_NAMES: &str = "Access Action Actions ActionsIter After Callback Capabilities Description Devices \
    Driver Fault Flow Injection ParseError Phase Problem Register Side Step Target WindowEffect Work flows core \
    Option Some None Result Ok Err Iterator IntoIterator ExactSizeIterator bool str char f32 f64 u8 u16 u32 u64 \
    u128 usize i8 i16 i32 i64 i128 isize";

/// Constants and functions of the register's type.
const STATE_NAMES: &str =
    "ERROR INITIAL NAMES NONE RESERVED VALID bits contains from_bits part with without";

/// Constants and functions of `Capabilities`.
const CAPABILITY_NAMES: &str = "ALL NAMES NONE contains named with without";

/// Fields of `Step` and parameters beside the conditions.
const STEP_NAMES: &str = "barrier injection number result state target text work";

/// Identifiers in the module of one edition. Where nothing else is said: variants in camel case.
pub(crate) struct Names {
    /// The type of the register with the bits: `DeviceState`.
    pub(crate) state: Ident,
    /// Structures, as the book spells them.
    pub(crate) structs: Lexicon,
    /// Modules of constants.
    pub(crate) groups: Lexicon,
    /// Constants of the register's type.
    pub(crate) bits: Lexicon,
    /// Functions of the register's type: predicates and behaviours.
    pub(crate) predicates: Lexicon,
    /// Constants of `Capabilities`.
    pub(crate) capabilities: Lexicon,
    /// Variants of `Action`, by row of the adopted table.
    pub(crate) actions: Vec<Ident>,
    /// Variants of `Fault`.
    pub(crate) faults: Lexicon,
    /// Fields of `Description`.
    pub(crate) properties: Lexicon,
    /// Functions of `Description`.
    pub(crate) consequences: Lexicon,
    /// Fields of `Step`, in the order of the conditions.
    pub(crate) conditions: Lexicon,
    /// Variants of `Work`.
    pub(crate) work: Lexicon,
    /// Variants of `Injection`.
    pub(crate) injections: Lexicon,
    /// Statics in `flows`.
    pub(crate) flows: Lexicon,
    /// Methods of `Driver` for actions.
    pub(crate) act: Lexicon,
    /// Methods of `Driver` for events.
    pub(crate) events: Lexicon,
    /// Variants of `Callback` and methods of `Driver` for the rows of the protocols.
    pub(crate) callbacks: Vec<CallbackNames>,
    /// One for each protocol.
    pub(crate) protocols: Vec<ProtocolNames>,
    /// One for each structure that a protocol is about.
    pub(crate) registers: Vec<RegisterNames>,
}

/// A spelling.
type Wish = fn(&str) -> String;

/// The identifiers of a table whose names meet no others, but for those `reserved`.
fn own<T>(reserved: &str, rows: &[T], name: fn(&T) -> &Spanned<String>, wish: Wish) -> Lexicon {
    Lexicon::fill(&mut Scope::with(reserved), rows.iter().map(name), wish)
}

impl Names {
    /// Of an edition.
    pub(crate) fn new(edition: &Edition) -> Self {
        let snake: Wish = str::to_owned;
        let mut module = Scope::with(MODULE_NAMES);
        let mut driver = Scope::with("capabilities describe");
        let register = edition.bits.as_ref().map_or("state", |b| &b.name.value);
        let state = module.take(&camel(register));
        let (bits, predicates) = register_names(edition);
        let (structs, groups) = (&edition.structs, &edition.constants);
        let actions = adopted_actions(edition);
        let mut variants = Scope::default();
        let variant = |row: &Action| variants.take(&camel(&row.name.value));
        Self {
            state,
            bits,
            predicates,
            structs: Lexicon::fill(&mut module, structs.iter().map(|s| &s.name), snake),
            groups: Lexicon::fill(&mut module, groups.iter().map(|g| &g.name), snake),
            capabilities: own(
                CAPABILITY_NAMES,
                &edition.capabilities,
                |c| &c.name,
                str::to_uppercase,
            ),
            actions: actions.iter().map(variant).collect(),
            faults: own("ALL", &edition.faults, |f| &f.name, camel),
            properties: own("", &edition.properties, |p| &p.name, snake),
            consequences: own(
                "CONSEQUENCES flag",
                &edition.consequences,
                |c| &c.name,
                snake,
            ),
            conditions: own(
                STEP_NAMES,
                &edition.conditions,
                |c| &c.name,
                str::to_lowercase,
            ),
            work: own("ALL", &edition.work, |w| &w.name, camel),
            injections: own("ALL", &edition.injections, |i| &i.name, camel),
            flows: own("ALL", &edition.flows, |f| &f.name, str::to_uppercase),
            act: Lexicon::fill(&mut driver, actions.iter().map(|a| &a.name), snake),
            events: Lexicon::fill(&mut driver, edition.events.iter().map(|e| &e.name), snake),
            callbacks: protocol::callbacks(&edition.protocols, &mut driver),
            protocols: protocol::protocols(edition, &mut module),
            registers: protocol::registers(edition, &mut module),
        }
    }

    /// The registers of a structure, where a protocol is about it.
    pub(crate) fn registers_of(&self, structure: &str) -> Option<&RegisterNames> {
        self.registers.iter().find(|r| r.of == structure)
    }

    /// The callback of a row of a `protocol` table.
    pub(crate) fn callback(&self, name: &str, access: &Access) -> Option<&CallbackNames> {
        let kind = CallKind::of(access);
        self.callbacks
            .iter()
            .find(|c| c.name == name && c.kind == kind)
    }
}

/// Constants and functions of the register's type: bits; predicates and behaviours.
fn register_names(edition: &Edition) -> (Lexicon, Lexicon) {
    let mut scope = Scope::with(STATE_NAMES);
    let Some(register) = &edition.bits else {
        return Default::default();
    };
    let bits = register.bits.iter().map(|b| &b.name);
    let predicates = register.predicates.iter().map(|p| &p.name);
    let behaviours = register.behaviours.iter().map(|b| &b.name);
    (
        Lexicon::fill(&mut scope, bits, str::to_owned),
        Lexicon::fill(&mut scope, predicates.chain(behaviours), str::to_owned),
    )
}

/// The table of actions that the generated code follows.
pub(crate) fn adopted(edition: &Edition) -> Option<&ActionTable> {
    let mut tables = edition.bits.iter().flat_map(|field| &field.actions);
    tables.find(|table| table.status == OrderStatus::Adopted)
}

fn adopted_actions(edition: &Edition) -> &[Action] {
    adopted(edition)
        .map(|table| table.actions.as_slice())
        .unwrap_or_default()
}
