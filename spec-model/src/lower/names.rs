//! Looks names up, and says what is meant where one is not declared.

use std::collections::{HashMap, HashSet};

use crate::analysis;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::model::BitField;
use crate::parse::{list_all, suggestion};
use crate::source::{Span, Spanned};

/// A set of names of one sort, to look up names that are used.
#[derive(Clone, Debug, Default)]
pub(super) struct Names<'n> {
    /// What they are: "capability".
    what: &'static str,
    known: HashSet<&'n str>,
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
    masks: HashMap<String, u32>,
    error: Option<u32>,
}

impl StateNames {
    /// Those of a register whose predicates are lowered.
    pub(super) fn of(field: Option<&BitField>) -> Self {
        let bits = field.iter().flat_map(|field| &field.bits);
        let mask = |number: u32| 1u32.checked_shl(number).unwrap_or(0);
        let masks = bits
            .map(|bit| (bit.name.value.clone(), mask(bit.number.value)))
            .collect();
        Self {
            masks,
            error: field.and_then(|field| analysis::error_state(field)),
        }
    }

    /// The value of a state.
    pub(super) fn value(&self, names: &[Spanned<&str>], diagnostics: &mut Diagnostics) -> u32 {
        if let [
            Spanned {
                value: "ERROR",
                span,
            },
        ] = names
        {
            if self.error.is_none() {
                diagnostics.push(
                    Diagnostic::error("unknown-name", *span, "the register has no error state")
                        .help("the row `error` of its `predicates` table says which value it is"),
                );
            }
            return self.error.unwrap_or(0);
        }
        let mut value = 0;
        for name in names {
            match self.masks.get(name.value) {
                Some(mask) if value & mask != 0 => diagnostics.push(Diagnostic::error(
                    "duplicate-name",
                    name.span,
                    format!("bit `{}` given twice", name.value),
                )),
                Some(mask) => value |= mask,
                None => {
                    let bits = Names::new("bit", self.masks.keys().map(String::as_str));
                    bits.expect(name.value, name.span, diagnostics);
                }
            }
        }
        value
    }
}
