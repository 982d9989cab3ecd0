//! Looks names up, and says what is meant where one is not declared.

use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::map::{Map, Set};
use crate::parse::{list_all, suggestion};
use crate::source::{Span, Spanned};

/// A set of names of one sort, to look up names that are used.
#[derive(Clone, Debug, Default)]
pub(super) struct Names<'n> {
    /// What they are: "capability".
    what: &'static str,
    known: Set<&'n str>,
}

impl<'n> Names<'n> {
    /// Names of one sort.
    pub(super) fn new(what: &'static str, names: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            what,
            known: names.into_iter().collect(),
        }
    }

    /// The same with more names.
    pub(super) fn with(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.known.extend(names);
        self
    }

    /// The same under another title.
    pub(super) fn called(self, what: &'static str) -> Self {
        Self { what, ..self }
    }

    /// Whether a name is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// Reports a name that is not among them.
    pub(super) fn expect(&self, name: &str, span: Span, diagnostics: &mut Diagnostics) {
        if !self.known.contains(name) {
            diagnostics.push(self.unknown(name, span));
        }
    }

    /// The same for a name with its place.
    pub(super) fn check(&self, name: &Spanned<String>, diagnostics: &mut Diagnostics) {
        self.expect(&name.value, name.span, diagnostics);
    }

    /// The same for every name of a predicate.
    pub(super) fn check_all(&self, expr: &Expr, diagnostics: &mut Diagnostics) {
        for name in expr.names() {
            self.expect(&name.name, name.span, diagnostics);
        }
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let error = Diagnostic::error(
            "unknown-name",
            span,
            format!("there is no {} `{name}`", self.what),
        );
        let mut known: Vec<&str> = self.known.iter().copied().collect();
        known.sort_unstable();
        let error = suggestion(error, name, known.iter().copied());
        match (&error.help, known.len()) {
            (None, 0) => error.help(format!("the book declares no {}", self.what)),
            (None, ..=16) => error.help(format!("declared: {}", list_all(&known))),
            _ => error,
        }
    }
}

/// The names that a state is written with.
pub(super) struct StateNames {
    values: Map<String, u32>,
    /// Whether names are bits, to be joined; otherwise one name is a state.
    bits: bool,
    /// What `ERROR` stands for in a bit field.
    error: Option<u32>,
}

impl StateNames {
    /// Those of a register whose predicates are lowered.
    pub(super) fn of(register: Option<Register<'_>>) -> Self {
        let mask = |number: u32| 1u32.checked_shl(number).unwrap_or(0);
        let values = match register {
            Some(Register::Bits(field)) => {
                let bits = field.bits.iter();
                bits.map(|bit| (bit.name.value.clone(), mask(bit.number.value)))
                    .collect()
            }
            Some(Register::Fsm(fsm)) => {
                let states = fsm.states.iter();
                states
                    .map(|state| (state.name.value.clone(), state.value.value))
                    .collect()
            }
            None => Map::default(),
        };
        Self {
            values,
            bits: !matches!(register, Some(Register::Fsm(_))),
            error: register.and_then(Register::error),
        }
    }

    /// The value of the state that is written at `span`, without a name where that is `0`.
    pub(super) fn value(
        &self,
        names: &[Spanned<&str>],
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Spanned<u32> {
        let value = match names {
            [name] if !self.bits => self.one(name, diagnostics),
            _ if !self.bits => {
                let title = "expected the name of one state";
                diagnostics.push(Diagnostic::error("bad-cell", span, title));
                0
            }
            [name] if name.value == "ERROR" => {
                if self.error.is_none() {
                    diagnostics.push(
                        Diagnostic::error(
                            "unknown-name",
                            name.span,
                            "the register has no error state",
                        )
                        .help("the row `error` of its `predicates` table says which value it is"),
                    );
                }
                self.error.unwrap_or(0)
            }
            names => self.joined(names, diagnostics),
        };
        Spanned::new(value, span)
    }

    fn one(&self, name: &Spanned<&str>, diagnostics: &mut Diagnostics) -> u32 {
        let states = Names::new("state", self.values.keys().map(String::as_str));
        states.expect(name.value, name.span, diagnostics);
        self.values.get(name.value).copied().unwrap_or(0)
    }

    fn joined(&self, names: &[Spanned<&str>], diagnostics: &mut Diagnostics) -> u32 {
        let mut value = 0;
        for name in names {
            match self.values.get(name.value) {
                Some(mask) if value & mask != 0 => diagnostics.push(Diagnostic::error(
                    "duplicate-name",
                    name.span,
                    format!("bit `{}` given twice", name.value),
                )),
                Some(mask) => value |= mask,
                None => {
                    let bits = Names::new("bit", self.values.keys().map(String::as_str));
                    bits.expect(name.value, name.span, diagnostics);
                }
            }
        }
        value
    }
}
