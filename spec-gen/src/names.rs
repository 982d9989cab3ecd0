//! The identifiers that a book's names get, decided in one place: every file that mentions an item asks here.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use spec_model::analysis::{self, Register};
use spec_model::model::{Book, Edition, Fsm};
use spec_model::source::Spanned;

use crate::ident::{Scope, camel, ident};
use crate::rust::ERROR;

mod calls;

pub(crate) use calls::{CallKind, CallbackNames, ProtocolNames, RegisterNames};

/// Types, traits and modules that every edition's module may have, and what the generated code takes from
/// Rust's prelude: tables give way to them.
const MODULE_NAMES: &str = "Access Action Actions ActionsIter After Arc Callback Capabilities Description Devices \
    Driver Fault Flow Injection ParseError Path Phase PrecopyInfo Problem Register SessionEffect Side Step Target \
    WindowEffect Work flows ioctl core \
    Option Some None Result Ok Err Iterator IntoIterator ExactSizeIterator bool str char f32 f64 u8 u16 u32 u64 \
    u128 usize i8 i16 i32 i64 i128 isize";

/// Constants and functions of the type of a register with bits.
const BITS_NAMES: &str =
    "ERROR INITIAL NAMES NONE RESERVED VALID bits contains from_bits part with without";

/// Constants and functions of the type of a register with one state.
const FSM_NAMES: &str = "ALL INITIAL NAMES from_raw is known number part raw";

/// Constants and functions of `Capabilities`.
const CAPABILITY_NAMES: &str =
    "ALL LEGAL NAMES NONE contains flags from_flags named set with without";

/// The identifiers of the names of one namespace.
#[derive(Default)]
pub(crate) struct Lexicon {
    map: BTreeMap<String, Ident>,
    order: Vec<String>,
}

impl Lexicon {
    /// Identifiers from one scope; `wish` says how a name is spelled.
    fn fill<'a>(
        scope: &mut Scope,
        names: impl IntoIterator<Item = &'a Spanned<String>>,
        wish: impl Fn(&str) -> String,
    ) -> Self {
        let mut lexicon = Self::default();
        for name in names {
            lexicon.add(scope, &name.value, &wish(&name.value));
        }
        lexicon
    }

    fn add(&mut self, scope: &mut Scope, name: &str, wish: &str) {
        if !self.map.contains_key(name) {
            self.map.insert(name.to_owned(), scope.take(wish));
            self.order.push(name.to_owned());
        }
    }

    /// The identifier of a name; of an unknown name, the name itself, for rustc to say that it is missing.
    pub(crate) fn get(&self, name: &str) -> Ident {
        self.map.get(name).cloned().unwrap_or_else(|| ident(name))
    }

    /// The names with their identifiers, in the order of the book.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Ident)> {
        self.order
            .iter()
            .filter_map(|name| Some((name.as_str(), self.map.get(name)?)))
    }

    /// Whether the name is one of this namespace.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }
}

/// Identifiers at the root of the generated code.
pub(crate) struct RootNames {
    /// Constants in `rules`, by id.
    pub(crate) rules: Lexicon,
    /// Modules of the constants that belong to no edition.
    pub(crate) groups: Lexicon,
    /// Modules of the editions.
    pub(crate) editions: Lexicon,
}

impl RootNames {
    /// Of a book.
    pub(crate) fn new(book: &Book) -> Self {
        let mut scope = Scope::with("rules core");
        let mut rules = Lexicon::default();
        let mut constants = Scope::with("ALL Level Rule");
        for rule in &book.rules {
            rules.add(&mut constants, &rule.id.value, &rule.constant());
        }
        Self {
            rules,
            groups: Lexicon::fill(
                &mut scope,
                book.constants.iter().map(|g| &g.name),
                str::to_owned,
            ),
            editions: Lexicon::fill(
                &mut scope,
                book.editions.iter().map(|e| &e.name),
                str::to_owned,
            ),
        }
    }
}

/// Identifiers in the module of one edition. Where nothing else is said: variants in camel case.
pub(crate) struct Names {
    /// The type of the register with the state: `DeviceState`.
    pub(crate) state: Ident,
    /// Structures, as the book spells them.
    pub(crate) structs: Lexicon,
    /// Modules of constants.
    pub(crate) groups: Lexicon,
    /// Constants of the register's type: the bits, or the states.
    pub(crate) units: Lexicon,
    /// Functions of the register's type: predicates and behaviours.
    pub(crate) predicates: Lexicon,
    /// Constants of `Capabilities`.
    pub(crate) capabilities: Lexicon,
    /// Variants of `Action`, by row of the adopted table.
    pub(crate) actions: Vec<Ident>,
    /// Variants of `Arc`, by row.
    pub(crate) arcs: Vec<Ident>,
    /// Constants in `ioctl`.
    pub(crate) ioctls: Lexicon,
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
    /// Methods of `Driver` for actions and arcs.
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

impl Names {
    /// Of an edition.
    pub(crate) fn new(edition: &Edition) -> Self {
        let snake = str::to_owned;
        let mut module = Scope::with(MODULE_NAMES);
        let mut described = Scope::with("CONSEQUENCES flag");
        let mut driver = Scope::with("capabilities describe");
        let register = analysis::register(edition);
        let mut state = of_state(register);
        let predicates = register.into_iter().flat_map(Register::predicates);
        let predicates = predicates.map(|p| &p.name);
        let behaviours = register.into_iter().flat_map(Register::behaviours);
        let behaviours = behaviours.map(|b| &b.name);
        let (actions, arcs, act) = deeds(edition, &mut driver);
        let events = Lexicon::fill(&mut driver, edition.events.iter().map(|e| &e.name), snake);
        Self {
            state: module
                .take(&register.map_or_else(|| "State".to_owned(), |r| camel(&r.name().value))),
            structs: Lexicon::fill(&mut module, edition.structs.iter().map(|s| &s.name), snake),
            groups: Lexicon::fill(
                &mut module,
                edition.constants.iter().map(|g| &g.name),
                snake,
            ),
            units: units(register, &mut state),
            predicates: Lexicon::fill(&mut state, predicates.chain(behaviours), snake),
            capabilities: Lexicon::fill(
                &mut Scope::with(CAPABILITY_NAMES),
                edition.capabilities.iter().map(|c| &c.name),
                str::to_uppercase,
            ),
            actions,
            arcs,
            ioctls: as_written(edition.ioctls.iter().map(|i| &i.name)),
            faults: variants(edition.faults.iter().map(|f| &f.name)),
            properties: as_written(edition.properties.iter().map(|p| &p.name)),
            consequences: Lexicon::fill(
                &mut described,
                edition.consequences.iter().map(|c| &c.name),
                snake,
            ),
            conditions: Lexicon::fill(
                &mut Scope::with(STEP_NAMES),
                edition.conditions.iter().map(|c| &c.name),
                str::to_lowercase,
            ),
            work: variants(edition.work.iter().map(|w| &w.name)),
            injections: variants(edition.injections.iter().map(|i| &i.name)),
            flows: Lexicon::fill(
                &mut Scope::with("ALL"),
                edition.flows.iter().map(|f| &f.name),
                str::to_uppercase,
            ),
            act,
            events,
            callbacks: calls::callbacks(edition, &mut driver),
            protocols: calls::protocols(edition, &mut module),
            registers: calls::registers(edition, &mut module),
        }
    }

    /// The registers of a structure, where a protocol is about it.
    pub(crate) fn registers_of(&self, structure: &str) -> Option<&RegisterNames> {
        self.registers.iter().find(|r| r.of == structure)
    }

    /// The callback of a row of a `protocol` table.
    pub(crate) fn callback(&self, name: &str, kind: CallKind) -> Option<&CallbackNames> {
        self.callbacks
            .iter()
            .find(|c| c.name == name && c.kind == kind)
    }
}

/// Fields of `Step` and parameters beside the conditions.
const STEP_NAMES: &str = "barrier injection number result state target text work";

/// Variants of an enumeration that has `ALL`.
fn variants<'a>(names: impl IntoIterator<Item = &'a Spanned<String>>) -> Lexicon {
    Lexicon::fill(&mut Scope::with("ALL"), names, camel)
}

/// Names in a namespace of their own.
fn as_written<'a>(names: impl IntoIterator<Item = &'a Spanned<String>>) -> Lexicon {
    Lexicon::fill(&mut Scope::default(), names, str::to_owned)
}

/// The actions and arcs of an edition, as variants; and their callbacks, as methods.
fn deeds(edition: &Edition, driver: &mut Scope) -> (Vec<Ident>, Vec<Ident>, Lexicon) {
    let actions = adopted(edition).into_iter().flat_map(|t| &t.actions);
    let actions: Vec<_> = actions.map(|row| &row.name).collect();
    let arcs = edition.fsm.iter().flat_map(|fsm| &fsm.arcs);
    let arcs: Vec<_> = arcs.map(|row| &row.callback).collect();
    let methods = actions.iter().chain(&arcs).copied();
    let act = Lexicon::fill(driver, methods, str::to_owned);
    let variants = |names: Vec<&Spanned<String>>| {
        let mut scope = Scope::with("ALL");
        let names = names.into_iter();
        names.map(|name| scope.take(&camel(&name.value))).collect()
    };
    (variants(actions), variants(arcs), act)
}

/// The namespace of the register's type. The state that is the error state may be called so.
fn of_state(register: Option<Register<'_>>) -> Scope {
    let is_error = |fsm: &Fsm| {
        let named = fsm.named(ERROR);
        named.is_some_and(|state| state.value.value == fsm.error.value)
    };
    match register {
        Some(Register::Fsm(fsm)) if is_error(fsm) => Scope::with(FSM_NAMES),
        Some(Register::Fsm(_)) => Scope::with(&format!("{FSM_NAMES} {ERROR}")),
        _ => Scope::with(BITS_NAMES),
    }
}

fn units(register: Option<Register<'_>>, state: &mut Scope) -> Lexicon {
    let as_is = str::to_owned;
    match register {
        Some(Register::Bits(field)) => {
            Lexicon::fill(state, field.bits.iter().map(|bit| &bit.name), as_is)
        }
        Some(Register::Fsm(fsm)) => {
            Lexicon::fill(state, fsm.states.iter().map(|row| &row.name), as_is)
        }
        None => Lexicon::default(),
    }
}

/// The table of actions that the generated code follows.
pub(crate) fn adopted(edition: &Edition) -> Option<&spec_model::model::ActionTable> {
    use spec_model::model::OrderStatus::Adopted;
    edition
        .bits
        .as_ref()?
        .actions
        .iter()
        .find(|table| table.status == Adopted)
}
