//! The values of a bit register: which are states, and which writes are refused.

use super::truth::{Space, Truth};
use crate::model::{BitField, Refusal};

/// A register with the truth tables of everything that is said of it. Values are packed: bit `n` of a
/// packed value is the `n`-th declared bit.
pub(super) struct Register<'f> {
    pub(super) field: &'f BitField,
    /// Over the declared bits: predicates and behaviours.
    pub(super) space: Space,
    pub(super) valid: Truth,
    pub(super) error: Truth,
    /// Over the new bits, then the old ones, then `reserved` and `unsupported`.
    pub(super) refusals: Vec<(&'f Refusal, Truth)>,
    pub(super) refusal_space: Space,
}

impl<'f> Register<'f> {
    pub(super) fn new(field: &'f BitField) -> Self {
        let names = field.bits.iter().map(|bit| bit.name.value.as_str());
        let mut space = Space::new(names.clone());
        define(field, &mut space, "");
        let old: Vec<String> = names.clone().map(|name| format!("was_{name}")).collect();
        let variables = names
            .chain(old.iter().map(String::as_str))
            .chain(["reserved", "unsupported"]);
        let mut refusal_space = Space::new(variables);
        define(field, &mut refusal_space, "");
        define(field, &mut refusal_space, "was_");
        let refusal = |refusal: &'f Refusal| (refusal, refusal_space.truth(&refusal.when.value));
        let refusals = field.refusals.iter().map(refusal).collect();
        Self {
            valid: space.named("valid"),
            error: space.named("error"),
            field,
            space,
            refusals,
            refusal_space,
        }
    }

    /// Every packed value of the declared bits.
    pub(super) fn values(&self) -> std::ops::Range<usize> {
        0..1 << self.field.bits.len()
    }

    /// Every packed value that a device can be in.
    pub(super) fn states(&self) -> impl Iterator<Item = usize> {
        let states = self.valid.or(&self.error);
        self.values().filter(move |&value| states.holds(value))
    }

    /// A register's value, packed.
    pub(super) fn pack(&self, value: u32) -> usize {
        let bits = self.field.bits.iter().enumerate();
        bits.fold(0, |packed, (n, bit)| {
            packed | ((value >> bit.number.value & 1) as usize) << n
        })
    }

    /// The register's value.
    pub(super) fn unpack(&self, packed: usize) -> u32 {
        let bits = self.field.bits.iter().enumerate();
        bits.fold(0, |value, (n, bit)| {
            value | ((packed >> n & 1) as u32) << bit.number.value
        })
    }

    /// As the book writes it.
    pub(super) fn name(&self, packed: usize) -> String {
        crate::analysis::state_name(self.field, self.unpack(packed))
    }

    /// Its bits, also those of the error state.
    pub(super) fn bits(&self, packed: usize) -> String {
        let bits = self.field.bits.iter().enumerate();
        let set = bits.filter(|(n, _)| packed >> n & 1 == 1);
        let names: Vec<&str> = set.map(|(_, bit)| bit.name.value.as_str()).collect();
        if names.is_empty() {
            "0".to_owned()
        } else {
            names.join("|")
        }
    }

    /// The bits that a device with these capabilities does not have, packed.
    pub(super) fn unsupported(&self, has: impl Fn(&str) -> bool) -> usize {
        let lacks = |need: &crate::source::Spanned<String>| !has(&need.value);
        let bits = self.field.bits.iter().enumerate();
        let missing = bits.filter(|(_, bit)| bit.needs.as_ref().is_some_and(lacks));
        missing.fold(0, |mask, (n, _)| mask | 1 << n)
    }

    /// The first row that refuses the write.
    pub(super) fn refuse(&self, old: usize, new: usize, unsupported: usize) -> Option<&'f Refusal> {
        let bits = self.field.bits.len();
        let lacking = usize::from(new & unsupported != 0);
        let assignment = new | old << bits | lacking << (2 * bits + 1);
        self.refusals
            .iter()
            .find(|(_, truth)| truth.holds(assignment))
            .map(|&(refusal, _)| refusal)
    }
}

/// Defines predicates and behaviours; with a prefix, those of another value of the register.
fn define(field: &BitField, space: &mut Space, prefix: &str) {
    let predicates = field.predicates.iter().map(|row| (&row.name, &row.holds));
    let behaviours = field.behaviours.iter().map(|row| (&row.name, &row.holds));
    for (name, holds) in predicates.chain(behaviours) {
        let truth = space.truth(&prefixed(&holds.value, prefix));
        space.insert(format!("{prefix}{}", name.value), truth);
    }
}

fn prefixed(expr: &crate::expr::Expr, prefix: &str) -> crate::expr::Expr {
    use crate::expr::{Expr, NameRef};
    let inner = |a: &Expr| Box::new(prefixed(a, prefix));
    match expr {
        Expr::Const(value) => Expr::Const(*value),
        Expr::Name(name) => Expr::Name(NameRef {
            name: format!("{prefix}{}", name.name),
            span: name.span,
        }),
        Expr::Not(a) => Expr::Not(inner(a)),
        Expr::And(a, b) => Expr::And(inner(a), inner(b)),
        Expr::Or(a, b) => Expr::Or(inner(a), inner(b)),
    }
}
