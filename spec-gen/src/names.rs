//! The identifiers that a book's names get, decided in one place: every file that mentions an item asks here.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use spec_model::model::{Access, Book, Direction, Edition, Protocol, Struct};
use spec_model::source::Spanned;

use crate::ident::{Scope, camel, ident};

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

impl Names {
    /// Of an edition.
    pub(crate) fn new(edition: &Edition) -> Self {
        let snake = str::to_owned;
        let fresh = Scope::default;
        let mut module = Scope::with(MODULE_NAMES);
        let mut state = Scope::with(STATE_NAMES);
        let mut described = Scope::with("CONSEQUENCES flag");
        let mut driver = Scope::with("capabilities describe");
        let rows = edition.bits.as_ref();
        let bits = rows.map(|b| b.bits.as_slice()).unwrap_or_default();
        let predicates = rows
            .into_iter()
            .flat_map(|b| b.predicates.iter().map(|p| &p.name));
        let behaviours = rows
            .into_iter()
            .flat_map(|b| b.behaviours.iter().map(|p| &p.name));
        let actions = adopted(edition)
            .map(|t| t.actions.as_slice())
            .unwrap_or_default();
        let mut variants = Scope::default();
        let act = Lexicon::fill(&mut driver, actions.iter().map(|a| &a.name), snake);
        let events = Lexicon::fill(&mut driver, edition.events.iter().map(|e| &e.name), snake);
        Self {
            state: module.take(&rows.map_or_else(|| "State".to_owned(), |b| camel(&b.name.value))),
            structs: Lexicon::fill(&mut module, edition.structs.iter().map(|s| &s.name), snake),
            groups: Lexicon::fill(
                &mut module,
                edition.constants.iter().map(|g| &g.name),
                snake,
            ),
            bits: Lexicon::fill(&mut state, bits.iter().map(|b| &b.name), snake),
            predicates: Lexicon::fill(&mut state, predicates.chain(behaviours), snake),
            capabilities: Lexicon::fill(
                &mut Scope::with(CAPABILITY_NAMES),
                edition.capabilities.iter().map(|c| &c.name),
                str::to_uppercase,
            ),
            actions: actions
                .iter()
                .map(|a| variants.take(&camel(&a.name.value)))
                .collect(),
            faults: Lexicon::fill(
                &mut Scope::with("ALL"),
                edition.faults.iter().map(|f| &f.name),
                camel,
            ),
            properties: Lexicon::fill(
                &mut fresh(),
                edition.properties.iter().map(|p| &p.name),
                snake,
            ),
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
            work: Lexicon::fill(
                &mut Scope::with("ALL"),
                edition.work.iter().map(|w| &w.name),
                camel,
            ),
            injections: Lexicon::fill(
                &mut Scope::with("ALL"),
                edition.injections.iter().map(|i| &i.name),
                camel,
            ),
            flows: Lexicon::fill(
                &mut Scope::with("ALL"),
                edition.flows.iter().map(|f| &f.name),
                str::to_uppercase,
            ),
            act,
            events,
            callbacks: callbacks(&edition.protocols, &mut driver),
            protocols: protocols(edition, &mut module),
            registers: registers(edition, &mut module),
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

/// Fields of `Step` and parameters beside the conditions.
const STEP_NAMES: &str = "barrier injection number result state target text work";

fn callbacks(protocols: &[Protocol], driver: &mut Scope) -> Vec<CallbackNames> {
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

fn protocols(edition: &Edition, module: &mut Scope) -> Vec<ProtocolNames> {
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

fn registers(edition: &Edition, module: &mut Scope) -> Vec<RegisterNames> {
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
