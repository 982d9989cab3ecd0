//! The values of a register: which are states, and which writes are refused.

use super::truth::{Space, Truth};
use crate::analysis;
use crate::expr::Expr;
use crate::model::{BitField, Edition, Fsm, Refusal};

/// A register with the truth tables of everything that is said of it. Values are packed: bit `n` of a
/// packed value is the `n`-th declared bit; or the packed value is the number of a state in its
/// table, and all numbers above are values that are no state.
pub(super) struct Register<'f> {
    pub(super) register: analysis::Register<'f>,
    /// How many variables make up a packed value.
    pub(super) variables: usize,
    /// Over packed values: predicates and behaviours.
    pub(super) space: Space,
    /// What user space can ask some device for.
    pub(super) valid: Truth,
    pub(super) error: Truth,
    /// Over the new value, then the old one, then what is built in.
    pub(super) refusals: Vec<(&'f Refusal, Truth)>,
    pub(super) refusal_space: Space,
}

impl<'f> Register<'f> {
    pub(super) fn new(register: analysis::Register<'f>) -> Self {
        let variables = match register {
            analysis::Register::Bits(field) => field.bits.len(),
            // One value at least is no state.
            analysis::Register::Fsm(fsm) => {
                (fsm.states.len() + 1).next_power_of_two().ilog2() as usize
            }
        };
        let space = space(register, variables, 0);
        let refusal_space = refusal_space(register, variables);
        let refusal = |refusal: &'f Refusal| (refusal, refusal_space.truth(&refusal.when.value));
        let (valid, error) = match register {
            analysis::Register::Bits(_) => (space.named("valid"), space.named("error")),
            analysis::Register::Fsm(fsm) => {
                let error = fsm.state(fsm.error.value).map(|state| &state.name.value);
                let error = error.map_or(space.constant(false), |name| space.named(name));
                (any_state(fsm, &space, "").and(&space.not(&error)), error)
            }
        };
        Self {
            register,
            variables,
            refusals: register.refusals().iter().map(refusal).collect(),
            valid,
            error,
            space,
            refusal_space,
        }
    }

    /// The same space with more variables: the conditions of the edition.
    pub(super) fn space_with_conditions(&self, edition: &Edition) -> Space {
        let mut space = space(self.register, self.variables, edition.conditions.len());
        for (n, condition) in edition.conditions.iter().enumerate() {
            space.insert(&condition.name.value, space.variable(self.variables + n));
        }
        space
    }

    /// Every packed value.
    pub(super) fn values(&self) -> std::ops::Range<usize> {
        0..1 << self.variables
    }

    /// Every packed value that a device can be in.
    pub(super) fn states(&self) -> impl Iterator<Item = usize> {
        let states = self.valid.or(&self.error);
        self.values().filter(move |&value| states.holds(value))
    }

    /// A register's value, packed.
    pub(super) fn pack(&self, value: u32) -> usize {
        match self.register {
            analysis::Register::Bits(field) => pack(field, value),
            analysis::Register::Fsm(fsm) => {
                let number = fsm.states.iter().position(|it| it.value.value == value);
                number.unwrap_or(fsm.states.len())
            }
        }
    }

    /// The initial value, packed.
    pub(super) fn initial(&self) -> usize {
        self.pack(self.register.initial())
    }

    /// The register's value.
    pub(super) fn unpack(&self, packed: usize) -> u32 {
        match self.register {
            analysis::Register::Bits(field) => unpack(field, packed),
            analysis::Register::Fsm(fsm) => match fsm.states.get(packed) {
                Some(state) => state.value.value,
                None => (0..).find(|&n| fsm.state(n).is_none()).unwrap_or(u32::MAX),
            },
        }
    }

    /// As the book writes it.
    pub(super) fn name(&self, packed: usize) -> String {
        self.register.state_name(self.unpack(packed))
    }

    /// The same, but of an error state its bits.
    pub(super) fn bits(&self, packed: usize) -> String {
        match self.register {
            analysis::Register::Bits(field) => {
                let bits = field.bits.iter().enumerate();
                let set = bits.filter(|(n, _)| packed >> n & 1 == 1);
                let names: Vec<&str> = set.map(|(_, bit)| bit.name.value.as_str()).collect();
                if names.is_empty() {
                    "0".to_owned()
                } else {
                    names.join("|")
                }
            }
            analysis::Register::Fsm(_) => self.name(packed),
        }
    }

    /// What user space does to have another value: `a write of`, `a request of`.
    pub(super) fn asking(&self) -> &'static str {
        match self.register {
            analysis::Register::Bits(_) => "a write of",
            analysis::Register::Fsm(_) => "a request of",
        }
    }

    /// The values that a device with these capabilities never has.
    pub(super) fn unsupported(&self, has: impl Fn(&str) -> bool) -> Truth {
        let units: Vec<&str> = match self.register {
            analysis::Register::Bits(field) => {
                let bits = field.bits.iter();
                let lacking = bits.filter(|bit| bit.needs.as_ref().is_some_and(|n| !has(&n.value)));
                lacking.map(|bit| bit.name.value.as_str()).collect()
            }
            analysis::Register::Fsm(fsm) => {
                let states = fsm.states.iter();
                let lacking = states.filter(|state| state.needs.iter().any(|n| !has(&n.value)));
                lacking.map(|state| state.name.value.as_str()).collect()
            }
        };
        let nothing = self.space.constant(false);
        let units = units.into_iter().map(|name| self.space.named(name));
        units.fold(nothing, |all, unit| all.or(&unit))
    }

    /// The first row that refuses the write.
    pub(super) fn refuse(&self, old: usize, new: usize, unsupported: bool) -> Option<&'f Refusal> {
        let place = unsupported_at(self.register, self.variables);
        let assignment = new | old << self.variables | usize::from(unsupported) << place;
        self.refusals
            .iter()
            .find(|(_, truth)| truth.holds(assignment))
            .map(|&(refusal, _)| refusal)
    }
}

fn pack(field: &BitField, value: u32) -> usize {
    let bits = field.bits.iter().enumerate();
    bits.fold(0, |packed, (n, bit)| {
        packed | ((value >> bit.number.value & 1) as usize) << n
    })
}

fn unpack(field: &BitField, packed: usize) -> u32 {
    let bits = field.bits.iter().enumerate();
    bits.fold(0, |value, (n, bit)| {
        value | ((packed >> n & 1) as u32) << bit.number.value
    })
}

/// Over one value and `more` variables.
fn space(register: analysis::Register<'_>, variables: usize, more: usize) -> Space {
    let mut space = Space::new(variables + more);
    units(register, &mut space, (0, variables), "");
    define(register, &mut space, "");
    if let analysis::Register::Fsm(fsm) = register {
        space.restrict(any_state(fsm, &space, ""));
    }
    space
}

/// Where the variable of `unsupported` is.
fn unsupported_at(register: analysis::Register<'_>, variables: usize) -> usize {
    match register {
        analysis::Register::Bits(_) => 2 * variables + 1,
        analysis::Register::Fsm(_) => 2 * variables,
    }
}

/// Over a new value, an old one, and what is built in.
fn refusal_space(register: analysis::Register<'_>, variables: usize) -> Space {
    let unsupported = unsupported_at(register, variables);
    let mut space = Space::new(unsupported + 1);
    units(register, &mut space, (0, variables), "");
    units(register, &mut space, (variables, variables), "was_");
    define(register, &mut space, "");
    define(register, &mut space, "was_");
    space.insert("unsupported", space.variable(unsupported));
    match register {
        analysis::Register::Bits(_) => space.insert("reserved", space.variable(2 * variables)),
        analysis::Register::Fsm(fsm) => {
            space.insert("unknown", space.not(&any_state(fsm, &space, "")));
            space.restrict(any_state(fsm, &space, "was_"));
        }
    }
    space
}

/// Defines bits or states by the variables from `first` on.
fn units(
    register: analysis::Register<'_>,
    space: &mut Space,
    (first, count): (usize, usize),
    prefix: &str,
) {
    for (n, name) in register.units().into_iter().enumerate() {
        let truth = match register {
            analysis::Register::Bits(_) => space.variable(first + n),
            analysis::Register::Fsm(_) => space.number(first..first + count, n),
        };
        space.insert(&format!("{prefix}{name}"), truth);
    }
}

fn any_state(fsm: &Fsm, space: &Space, prefix: &str) -> Truth {
    let states = fsm.states.iter();
    let states = states.map(|state| space.named(&format!("{prefix}{}", state.name.value)));
    states.fold(space.constant(false), |any, state| any.or(&state))
}

/// Defines predicates and behaviours; with a prefix, those of another value of the register.
fn define(register: analysis::Register<'_>, space: &mut Space, prefix: &str) {
    let predicates = register.predicates().iter();
    let predicates = predicates.map(|row| (&row.name, &row.holds));
    let behaviours = register.behaviours().iter();
    let behaviours = behaviours.map(|row| (&row.name, &row.holds));
    for (name, holds) in predicates.chain(behaviours) {
        let truth = space.truth(&prefixed(&holds.value, prefix));
        space.insert(&format!("{prefix}{}", name.value), truth);
    }
}

fn prefixed(expr: &Expr, prefix: &str) -> Expr {
    use crate::expr::NameRef;
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
