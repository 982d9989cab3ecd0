//! Truth tables: predicates over a few boolean variables, evaluated for all assignments at once.

use crate::map::Map;
use std::ops::Range;

use crate::expr::Expr;

/// More variables than this make tables too large.
pub(super) const MOST_VARIABLES: usize = 18;

/// In the first word of a table, where each of the first six variables is true.
const PATTERNS: [u64; 6] = [
    0xaaaa_aaaa_aaaa_aaaa,
    0xcccc_cccc_cccc_cccc,
    0xf0f0_f0f0_f0f0_f0f0,
    0xff00_ff00_ff00_ff00,
    0xffff_0000_ffff_0000,
    0xffff_ffff_0000_0000,
];

/// The assignments for which something holds: one bit each. In an assignment, bit `n` is the value of
/// variable `n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Truth(Vec<u64>);

impl Truth {
    pub(super) fn holds(&self, assignment: usize) -> bool {
        self.0[assignment / 64] >> (assignment % 64) & 1 == 1
    }

    /// The first assignment for which it holds.
    pub(super) fn first(&self) -> Option<usize> {
        let word = self.0.iter().position(|&word| word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    /// For how many assignments it holds.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    fn zip(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        Self(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(&a, &b)| join(a, b))
                .collect(),
        )
    }
}

/// Variables, and names defined over them.
#[derive(Clone, Debug)]
pub(super) struct Space {
    variables: usize,
    names: Map<String, Truth>,
    /// The assignments that can occur; `None`: all.
    domain: Option<Truth>,
}

impl Space {
    /// A space of so many variables, at most [`MOST_VARIABLES`].
    pub(super) fn new(variables: usize) -> Self {
        Self {
            variables,
            names: Map::default(),
            domain: None,
        }
    }

    /// Only these assignments can occur.
    pub(super) fn restrict(&mut self, domain: Truth) {
        self.domain = Some(domain);
    }

    /// Where the variables of the range, the lowest first, are the binary digits of a number.
    pub(super) fn number(&self, digits: Range<usize>, number: usize) -> Truth {
        let place = digits.start;
        digits.fold(self.constant(true), |all, index| {
            let digit = self.variable(index);
            let set = number >> (index - place) & 1 == 1;
            all.and(&if set { digit } else { self.not(&digit) })
        })
    }

    /// Where a variable is true.
    pub(super) fn variable(&self, index: usize) -> Truth {
        let words = (1 << self.variables.min(MOST_VARIABLES)) / 64;
        let word = |word: usize| match PATTERNS.get(index) {
            Some(&pattern) => pattern,
            None if word >> (index - PATTERNS.len()) & 1 == 1 => u64::MAX,
            None => 0,
        };
        self.cut(Truth((0..words.max(1)).map(word).collect()))
    }

    /// With fewer than six variables, the first word is not full.
    fn cut(&self, mut truth: Truth) -> Truth {
        if self.variables < PATTERNS.len() {
            truth.0[0] &= (1 << (1 << self.variables)) - 1;
        }
        truth
    }

    /// Gives a name to a truth table.
    pub(super) fn insert(&mut self, name: &str, truth: Truth) {
        self.names.insert(name.to_owned(), truth);
    }

    /// Gives a name to what an expression means.
    pub(super) fn define(&mut self, name: &str, expr: &Expr) {
        let truth = self.truth(expr);
        self.insert(name, truth);
    }

    /// Where an expression holds. A name that is not declared never holds.
    pub(super) fn truth(&self, expr: &Expr) -> Truth {
        match expr {
            Expr::Const(value) => self.constant(*value),
            Expr::Name(name) => self.named(&name.name),
            Expr::Not(a) => self.not(&self.truth(a)),
            Expr::And(a, b) => self.truth(a).and(&self.truth(b)),
            Expr::Or(a, b) => self.truth(a).or(&self.truth(b)),
        }
    }

    /// Where a name holds.
    pub(super) fn named(&self, name: &str) -> Truth {
        self.names
            .get(name)
            .cloned()
            .unwrap_or_else(|| self.constant(false))
    }

    /// Everywhere, or nowhere.
    pub(super) fn constant(&self, value: bool) -> Truth {
        let words = (1usize << self.variables.min(MOST_VARIABLES)) / 64;
        self.cut(Truth(vec![if value { u64::MAX } else { 0 }; words.max(1)]))
    }

    pub(super) fn not(&self, truth: &Truth) -> Truth {
        self.cut(Truth(truth.0.iter().map(|word| !word).collect()))
    }

    /// `Some` if it holds everywhere or nowhere, as far as assignments can occur.
    pub(super) fn is_constant(&self, truth: &Truth) -> Option<bool> {
        let (occurs, all) = match &self.domain {
            Some(domain) => (truth.and(domain), domain.count()),
            None => (truth.clone(), 1 << self.variables),
        };
        match occurs.count() {
            0 => Some(false),
            count if count == all => Some(true),
            _ => None,
        }
    }
}
