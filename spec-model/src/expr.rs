//! Predicates: Rust boolean expressions over names that the book declares.

use crate::source::Span;

mod parse;

pub(crate) use parse::parse;

/// A name used in a predicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameRef {
    /// The name as written.
    pub name: String,
    /// Its place in the cell.
    pub span: Span,
}

/// A boolean expression. The book writes `SAVING && !RUNNING`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// `true` or `false`
    Const(bool),
    /// `NAME`
    Name(NameRef),
    /// `!a`
    Not(Box<Expr>),
    /// `a && b`
    And(Box<Expr>, Box<Expr>),
    /// `a || b`
    Or(Box<Expr>, Box<Expr>),
}

impl Expr {
    /// The value, where `value` gives the value of each name.
    pub fn eval(&self, value: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Const(b) => *b,
            Self::Name(n) => value(&n.name),
            Self::Not(a) => !a.eval(value),
            Self::And(a, b) => a.eval(value) && b.eval(value),
            Self::Or(a, b) => a.eval(value) || b.eval(value),
        }
    }

    /// The same with other names.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(&str) -> Option<String>) -> Self {
        let inner = |expr: &Self| Box::new(expr.renamed(rename));
        match self {
            Self::Const(value) => Self::Const(*value),
            Self::Name(name) => Self::Name(NameRef {
                name: rename(&name.name).unwrap_or_else(|| name.name.clone()),
                span: name.span,
            }),
            Self::Not(a) => Self::Not(inner(a)),
            Self::And(a, b) => Self::And(inner(a), inner(b)),
            Self::Or(a, b) => Self::Or(inner(a), inner(b)),
        }
    }

    /// Every name used, in the order of writing.
    pub fn names(&self) -> Vec<&NameRef> {
        match self {
            Self::Const(_) => Vec::new(),
            Self::Name(n) => vec![n],
            Self::Not(a) => a.names(),
            Self::And(a, b) | Self::Or(a, b) => [a.names(), b.names()].concat(),
        }
    }

    /// How the RFC spells a bit group: the literals joined by `|`, as in `SAVING|!RUNNING`.
    /// `None` where the expression is more than a conjunction of literals.
    pub fn group(&self) -> Option<String> {
        match self {
            Self::Name(n) => Some(n.name.clone()),
            Self::Not(a) => match &**a {
                Self::Name(n) => Some(format!("!{}", n.name)),
                _ => None,
            },
            Self::And(a, b) => Some(format!("{}|{}", a.group()?, b.group()?)),
            Self::Const(_) | Self::Or(..) => None,
        }
    }
}
