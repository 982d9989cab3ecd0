//! Every name is declared once in its namespace, and can be a name of the generated code.

use std::borrow::Cow;

use crate::analysis::{self, Register};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::{Map, Set};
use crate::model::{Book, Edition, FieldAccess, OrderStatus, Rule};
use crate::source::{Span, Spanned};

mod system;

/// How a name is spelled.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    /// `RUNNING`
    Upper,
    /// `may_dma`
    Lower,
    /// As somebody else spells it.
    Foreign,
}

/// Names that must differ from each other.
struct Namespace<'n, 'd> {
    first: Map<&'n str, (&'static str, Option<Span>)>,
    diagnostics: &'d mut Diagnostics,
}

impl<'n, 'd> Namespace<'n, 'd> {
    fn new(diagnostics: &'d mut Diagnostics, reserved: &[&'n str]) -> Self {
        let first = reserved.iter().map(|&name| (name, ("", None))).collect();
        Self { first, diagnostics }
    }

    /// Declares a name of some sort, spelled in some way.
    fn declare(&mut self, what: &'static str, case: Case, name: &'n Spanned<String>) {
        if let Some(error) = misspelled(what, case, name) {
            self.diagnostics.push(error);
        }
        self.once(what, &name.value, name.span);
    }

    fn once(&mut self, what: &'static str, name: &'n str, span: Span) {
        let error = match self.first.get(name) {
            None => {
                self.first.insert(name, (what, Some(span)));
                return;
            }
            Some((_, None)) => Diagnostic::error(
                "reserved-name",
                span,
                format!("`{name}` cannot name a {what}: it is built in"),
            ),
            Some((first_what, Some(first))) => {
                let title = format!("{what} `{name}` declared twice");
                let sort = if *first_what == what {
                    String::new()
                } else {
                    format!(", as {first_what}")
                };
                Diagnostic::error("duplicate-name", span, title)
                    .related(*first, format!("first declared here{sort}"))
            }
        };
        self.diagnostics.push(error);
    }
}

fn misspelled(what: &str, case: Case, name: &Spanned<String>) -> Option<Diagnostic> {
    let text = &name.value;
    let part = |part: &str| match case {
        Case::Foreign => true,
        Case::Upper => {
            part.bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                && !part.is_empty()
        }
        Case::Lower => {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        }
    };
    if !text.split('_').all(part) {
        let form = if case == Case::Upper {
            "CAPITALS_LIKE_THIS"
        } else {
            "small_letters_like_this"
        };
        let title = format!("the name of a {what} is written in {form}");
        return Some(
            Diagnostic::error("bad-name", name.span, title)
                .label("letters, digits, single underscores"),
        );
    }
    KEYWORDS.contains(&text.as_str()).then(|| {
        let title = format!("`{text}` is a keyword of Rust and cannot name a {what}");
        Diagnostic::error("bad-name", name.span, title)
    })
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The names of the book itself: editions and groups of constants become modules side by side.
pub(super) fn modules(book: &Book, diagnostics: &mut Diagnostics) {
    let mut modules = Namespace::new(diagnostics, &["rules"]);
    for edition in &book.editions {
        modules.declare("edition", Case::Lower, &edition.name);
    }
    for group in &book.constants {
        modules.declare("group of constants", Case::Lower, &group.name);
    }
    let mut constants = Namespace::new(diagnostics, &[]);
    for constant in book.constants.iter().flat_map(|group| &group.constants) {
        constants.declare("constant", Case::Upper, &constant.name);
    }
    let mut terms = Namespace::new(diagnostics, &[]);
    for term in &book.terms {
        terms.once("term", &term.name.value, term.name.span);
    }
    let mut demands = Namespace::new(diagnostics, &[]);
    for demand in &book.demands {
        demands.once("demand", &demand.id.value, demand.id.span);
    }
}

/// A rule id is unique, also as the name of a constant.
pub(super) fn rules(rules: &[Rule], diagnostics: &mut Diagnostics) {
    let mut first: Map<Cow<'_, str>, &Rule> = Map::default();
    for rule in rules {
        // As in a constant, where a dash and a dot are the same.
        let id = rule.id.value.as_str();
        let id = if id.contains('-') {
            Cow::from(id.replace('-', "."))
        } else {
            Cow::from(id)
        };
        let earlier = *first.entry(id).or_insert(rule);
        if !std::ptr::eq(earlier, rule) {
            let title = format!("rule `{}` declared twice", rule.id.value);
            let error = Diagnostic::error("duplicate-rule", rule.id.span, title)
                .related(earlier.id.span, "first declared here");
            let differ = earlier.id.value != rule.id.value;
            diagnostics.push(if differ {
                error.help(format!("both are the constant `{}`", rule.constant()))
            } else {
                error
            });
        }
    }
}

/// What an edition declares.
pub(super) fn edition(edition: &Edition, diagnostics: &mut Diagnostics) {
    register(edition, diagnostics);
    driver(edition, diagnostics);
    numbers(edition, diagnostics);
    lists(edition, diagnostics);
    conditions(edition, diagnostics);
    system::names(edition, diagnostics);
    for table in edition.bits.iter().flat_map(|field| &field.actions) {
        let mut actions = Namespace::new(diagnostics, &[]);
        for action in &table.actions {
            actions.declare("action", Case::Lower, &action.name);
        }
    }
}

/// What predicates over bits, and the type generated for them, know without a table.
const BUILT_IN_BITS: &[&str] = &[
    "ERROR",
    "INITIAL",
    "NONE",
    "RESERVED",
    "VALID",
    "reserved",
    "unsupported",
    "from_bits",
    "bits",
    "contains",
    "with",
    "without",
    "intersects",
    "name",
];

/// The same for states.
const BUILT_IN_FSM: &[&str] = &["ALL", "INITIAL", "name", "unknown", "unsupported"];

/// Everything that a predicate can name.
fn register(edition: &Edition, diagnostics: &mut Diagnostics) {
    let built_in = match &edition.fsm {
        Some(_) => BUILT_IN_FSM,
        None => BUILT_IN_BITS,
    };
    let mut names = Namespace::new(diagnostics, built_in);
    for bit in edition.bits.iter().flat_map(|field| &field.bits) {
        names.declare("bit", Case::Upper, &bit.name);
    }
    for state in edition.fsm.iter().flat_map(|fsm| &fsm.states) {
        names.declare("state", Case::Upper, &state.name);
    }
    let register = analysis::register(edition);
    for row in register.into_iter().flat_map(Register::predicates) {
        names.declare("predicate", Case::Lower, &row.name);
        if row.name.value.starts_with("was_") {
            let title =
                "a predicate cannot begin with `was_`: that asks it of the value before a write";
            let error = Diagnostic::error("reserved-name", row.name.span, title);
            names.diagnostics.push(error);
        }
    }
    for row in register.into_iter().flat_map(Register::behaviours) {
        names.declare("behaviour", Case::Lower, &row.name);
    }
    for condition in &edition.conditions {
        names.declare("condition", Case::Upper, &condition.name);
    }
}

/// The methods of a driver. The same callback may serve several rows.
fn driver(edition: &Edition, diagnostics: &mut Diagnostics) {
    let mut names = Namespace::new(diagnostics, &["capabilities", "describe"]);
    let tables = edition.bits.iter().flat_map(|field| &field.actions);
    for action in tables
        .filter(|table| table.status == OrderStatus::Adopted)
        .flat_map(|table| &table.actions)
    {
        // Two equal names in one table are reported with the table.
        names
            .first
            .entry(&action.name.value)
            .or_insert(("action", Some(action.name.span)));
    }
    for event in &edition.events {
        names.declare("event", Case::Lower, &event.name);
    }
    for arc in edition.fsm.iter().flat_map(|fsm| &fsm.arcs) {
        names.declare("callback", Case::Lower, &arc.callback);
    }
    let accesses = edition.protocols.iter().flat_map(|it| &it.transitions);
    let operations = edition.fd_protocols.iter().flat_map(|it| &it.rows);
    let callbacks = accesses
        .filter_map(|row| row.callback.as_ref())
        .chain(operations.filter_map(|row| row.callback.as_ref()));
    let mut first = Set::default();
    for callback in callbacks.filter(|callback| first.insert(callback.value.as_str())) {
        names.declare("callback", Case::Lower, callback);
    }
}

/// Constants, structs and their fields.
fn numbers(edition: &Edition, diagnostics: &mut Diagnostics) {
    let mut modules = Namespace::new(diagnostics, &["flows"]);
    for group in &edition.constants {
        modules.declare("group of constants", Case::Lower, &group.name);
    }
    for s in &edition.structs {
        modules.declare("struct", Case::Lower, &s.name);
    }
    let mut constants = Namespace::new(diagnostics, &[]);
    for constant in edition.constants.iter().flat_map(|group| &group.constants) {
        let linux = constant.linux.as_ref().map(|linux| &linux.value);
        let foreign = linux == Some(&constant.name.value);
        let case = if foreign { Case::Foreign } else { Case::Upper };
        constants.declare("constant", case, &constant.name);
    }
    for ioctl in &edition.ioctls {
        constants.declare("ioctl", Case::Upper, &ioctl.name);
    }
    for s in &edition.structs {
        let mut fields = Namespace::new(diagnostics, &["data"]);
        for field in &s.fields {
            // A leading underscore marks a reserved field in C.
            let reserved = field.access == FieldAccess::Reserved;
            let case = if reserved { Case::Foreign } else { Case::Lower };
            fields.declare("field", case, &field.name);
        }
    }
    let phases = edition.protocols.iter().flat_map(|it| &it.phases);
    let phases = phases.chain(edition.fd_protocols.iter().flat_map(|it| &it.phases));
    for phase in phases {
        let name = Spanned::new(phase.name.clone(), phase.span);
        diagnostics_of(misspelled("phase", Case::Lower, &name), diagnostics);
    }
}

fn diagnostics_of(error: Option<Diagnostic>, diagnostics: &mut Diagnostics) {
    if let Some(error) = error {
        diagnostics.push(error);
    }
}

/// Tables that are namespaces of their own.
fn lists(edition: &Edition, diagnostics: &mut Diagnostics) {
    let properties = edition.properties.iter().map(|row| &row.name);
    let properties = properties.chain(edition.consequences.iter().map(|row| &row.name));
    let protocols = edition.protocols.iter().map(|row| &row.name);
    let protocols = protocols.chain(edition.fd_protocols.iter().map(|row| &row.name));
    let orders = edition.bits.iter().flat_map(|field| &field.actions);
    let mut list = |what, reserved: &[&'static str], names: Vec<&Spanned<String>>| {
        let mut namespace = Namespace::new(diagnostics, reserved);
        for name in names {
            namespace.declare(what, Case::Lower, name);
        }
    };
    let capabilities = edition.capabilities.iter().map(|row| &row.name);
    list("capability", &["none"], capabilities.collect());
    list("property or consequence", &[], properties.collect());
    let faults = edition.faults.iter().map(|row| &row.name);
    list("error", &[], faults.collect());
    let work = edition.work.iter().map(|row| &row.name);
    list("work", &[], work.collect());
    let injections = edition.injections.iter().map(|row| &row.name);
    list("failure", &[], injections.collect());
    let domains = edition.domains.iter().map(|row| &row.name);
    list("domain", &[], domains.collect());
    let flows = edition.flows.iter().map(|row| &row.name);
    list("flow", &["all"], flows.collect());
    list("protocol", &[], protocols.collect());
    list(
        "order of actions",
        &[],
        orders.map(|row| &row.name).collect(),
    );
}

/// Each condition is a column of its own, with two different words.
fn conditions(edition: &Edition, diagnostics: &mut Diagnostics) {
    let own = crate::parse::columns_of("flow");
    let mut columns = Namespace::new(diagnostics, &own);
    for condition in &edition.conditions {
        columns.once("column", &condition.column.value, condition.column.span);
        if condition.on == condition.off {
            let title = format!(
                "`{}` has the same word for on and off",
                condition.name.value
            );
            columns.diagnostics.push(Diagnostic::error(
                "duplicate-name",
                condition.name.span,
                title,
            ));
        }
    }
}
