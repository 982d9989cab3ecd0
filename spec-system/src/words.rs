//! What the names of a predicate mean for one machine.

use spec_model::analysis::fsm::Machine;
use spec_model::analysis::{Register, register};
use spec_model::expr::Expr;
use spec_model::model::{
    ABSENT as ABSENT_NAME, Change, Definition, DeviceKind, Edition, REACHES, Scope, Variant,
};
use spec_model::source::Spanned;

use crate::formula::{ABSENT, Formula, Set};
use crate::layout::Layout;

/// Of what a predicate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Device(usize),
    Pair(usize, usize),
    Machine,
}

/// The capabilities of a kind of device; those that every device has are among them.
fn capabilities<'a>(edition: &'a Edition, kind: &'a DeviceKind) -> Vec<&'a str> {
    let has = kind.has.iter().map(|name| name.value.as_str());
    let rows = &edition.capabilities;
    let required = rows.iter().filter(|row| row.required);
    let required = required.map(|row| row.name.value.as_str());
    has.filter(|name| rows.iter().any(|row| row.name.value == *name))
        .chain(required)
        .collect()
}

/// The number of a state.
fn place(states: &[u32], state: u32) -> Option<u32> {
    let number = states.iter().position(|&known| known == state)?;
    Some(number as u32)
}

/// An edition, and the machine that is looked at.
pub(crate) struct Words<'a> {
    pub(crate) edition: &'a Edition,
    pub(crate) register: Register<'a>,
    /// The register's states by number.
    pub(crate) states: Vec<u32>,
    /// The number of the error state: to find it means to try every value.
    error: Option<u32>,
    pub(crate) devices: Vec<&'a DeviceKind>,
    pub(crate) variant: Option<&'a Variant>,
    pub(crate) layout: Layout,
    /// By device, for a register with states: which way its requests take.
    pub(crate) machines: Vec<Machine<'a>>,
}

impl<'a> Words<'a> {
    /// `None` if the edition has no register, or one with too many states.
    pub(crate) fn new(
        edition: &'a Edition,
        devices: Vec<&'a DeviceKind>,
        variant: Option<&'a Variant>,
    ) -> Option<Self> {
        let register = register(edition)?;
        let mut states = register.states();
        let error = register.error();
        states.extend(error);
        let error = error.and_then(|error| place(&states, error));
        let layout = Layout::new(edition)?;
        let fits = states.len() < ABSENT as usize && states.contains(&register.initial());
        let machine =
            |fsm| move |kind: &&'a DeviceKind| Machine::new(fsm, &capabilities(edition, kind));
        let machines = match register {
            Register::Bits(_) => Vec::new(),
            Register::Fsm(fsm) => devices.iter().map(machine(fsm)).collect(),
        };
        fits.then_some(Self {
            edition,
            register,
            states,
            error,
            devices,
            variant,
            layout,
            machines,
        })
    }

    /// The number of a register's state.
    pub(crate) fn number(&self, state: u32) -> Option<u32> {
        place(&self.states, state)
    }

    pub(crate) fn initial(&self) -> u32 {
        self.number(self.register.initial()).unwrap_or(0)
    }

    pub(crate) fn error(&self) -> Option<u32> {
        self.error
    }

    /// The capabilities of a device, as the register knows them.
    pub(crate) fn capabilities(&self, device: usize) -> Vec<&'a str> {
        capabilities(self.edition, self.devices[device])
    }

    fn has(&self, device: usize, name: &str) -> Option<bool> {
        let mut rows = self.edition.capabilities.iter();
        let capability = rows.find(|row| row.name.value == name);
        let properties = &self.edition.properties;
        let known = capability.is_some() || properties.iter().any(|row| row.name.value == name);
        let required = capability.is_some_and(|row| row.required);
        let has = self.devices[device].has.iter().any(|has| has.value == name);
        known.then_some(has || required)
    }

    /// Whether it is there.
    pub(crate) fn present(&self, device: usize) -> Formula {
        Formula::register(device, !(1 << ABSENT))
    }

    pub(crate) fn absent(&self, device: usize) -> Formula {
        Formula::register(device, 1 << ABSENT)
    }

    /// The expression of a predicate, with the devices that it is asked of plugged in.
    pub(crate) fn of(&self, subject: Subject, expr: &Expr) -> Formula {
        let formula = self.formula(subject, expr, true);
        let there = |device| match expr.names().iter().any(|it| it.name == ABSENT_NAME) {
            true => Formula::constant(true),
            false => self.present(device),
        };
        match subject {
            Subject::Device(device) => formula.and(&there(device)),
            Subject::Pair(i, j) => formula.and(&there(i)).and(&there(j)),
            Subject::Machine => formula,
        }
    }

    /// Where an expression holds (or does not).
    pub(crate) fn formula(&self, subject: Subject, expr: &Expr, positive: bool) -> Formula {
        match expr {
            Expr::Const(value) => Formula::constant(*value == positive),
            Expr::Name(name) => self.name(subject, &name.name, positive),
            Expr::Not(a) => self.formula(subject, a, !positive),
            Expr::And(a, b) if positive => self.both(subject, (a, b), positive),
            Expr::Or(a, b) if !positive => self.both(subject, (a, b), positive),
            Expr::And(a, b) | Expr::Or(a, b) => self
                .formula(subject, a, positive)
                .or(self.formula(subject, b, positive)),
        }
    }

    fn both(&self, subject: Subject, (a, b): (&Expr, &Expr), positive: bool) -> Formula {
        let a = self.formula(subject, a, positive);
        a.and(&self.formula(subject, b, positive))
    }

    fn name(&self, subject: Subject, name: &str, positive: bool) -> Formula {
        match subject {
            Subject::Device(device) => self.of_device(device, name, positive),
            Subject::Pair(i, j) => self.of_pair(i, j, name, positive),
            Subject::Machine => self.of_machine(name, positive),
        }
    }

    fn of_machine(&self, name: &str, positive: bool) -> Formula {
        let quantified = |prefix: &str| {
            let rest = name.strip_prefix(prefix)?;
            self.knows_device(rest).then_some(rest)
        };
        let devices = 0..self.devices.len();
        if let Some(rest) = quantified("any_") {
            let each = devices.map(|device| {
                let of = self.of_device(device, rest, positive);
                self.where_present(device, of, positive)
            });
            return fold(each, !positive);
        }
        if let Some(rest) = quantified("every_") {
            let each = devices.map(|device| {
                let of = self.of_device(device, rest, positive);
                self.where_present(device, of, !positive)
            });
            return fold(each, positive);
        }
        self.common(Subject::Machine, name, positive)
    }

    /// Only where the device is there; or also where it is not.
    fn where_present(&self, device: usize, of: Formula, only: bool) -> Formula {
        if only {
            of.and(&self.present(device))
        } else {
            of.or(Formula::register(device, 1 << ABSENT))
        }
    }

    fn of_pair(&self, i: usize, j: usize, name: &str, positive: bool) -> Formula {
        if let Some(rest) = name.strip_prefix("peer_")
            && (self.knows_device(rest) || self.is_of(rest, Scope::Pair))
        {
            return if self.is_of(rest, Scope::Pair) {
                self.of_pair(j, i, rest, positive)
            } else {
                self.of_device(j, rest, positive)
            };
        }
        if name == REACHES {
            return Formula::constant(self.reaches(i, j) == positive);
        }
        if let Some(bit) = self.layout.pair(name, i, j) {
            return Formula::bit(bit, positive);
        }
        match self.derived(name, Scope::Pair) {
            Some(expr) => self.formula(Subject::Pair(i, j), expr, positive),
            None => self.of_device(i, name, positive),
        }
    }

    fn of_device(&self, device: usize, name: &str, positive: bool) -> Formula {
        if let Some(has) = self.has(device, name) {
            return Formula::constant(has == positive);
        }
        // The VMM decides so, whatever it follows from.
        if self.devices[device].has.iter().any(|it| it.value == name) {
            return Formula::constant(positive);
        }
        if name == ABSENT_NAME {
            let absent: Set = 1 << ABSENT;
            return Formula::register(device, if positive { absent } else { !absent });
        }
        if let Some(bit) = self.layout.device(name, device) {
            return Formula::bit(bit, positive);
        }
        if self.is_of(name, Scope::Pair) {
            // Of any other device.
            let others = (0..self.devices.len()).filter(|&other| other != device);
            let each = others.map(|other| {
                let of = self.of_pair(device, other, name, positive);
                self.where_present(other, of, positive)
            });
            return fold(each, !positive);
        }
        if let Some(set) = self.set(name) {
            let all: Set = (1 << self.states.len()) - 1;
            return Formula::register(device, if positive { set } else { all & !set });
        }
        self.common(Subject::Device(device), name, positive)
    }

    /// A condition, an observable of the machine, or what is derived.
    fn common(&self, subject: Subject, name: &str, positive: bool) -> Formula {
        if let Some(bit) = self.layout.machine(name) {
            return Formula::bit(bit, positive);
        }
        if let Some(expr) = self.derived(name, Scope::Machine) {
            return self.formula(Subject::Machine, expr, positive);
        }
        match self.derived(name, Scope::Device) {
            Some(expr) => self.formula(subject, expr, positive),
            // The book's checks leave no name unknown.
            None => Formula::constant(!positive),
        }
    }

    /// The states in which a bit, a state, a predicate or a behaviour holds.
    fn set(&self, name: &str) -> Option<Set> {
        let predicates = self.register.predicates().iter().map(|row| &row.name.value);
        let behaviours = self.register.behaviours().iter().map(|row| &row.name.value);
        let known = self.register.units().contains(&name)
            || predicates.chain(behaviours).any(|row| row == name);
        let expr = spec_model::expr::Expr::Name(spec_model::expr::NameRef {
            name: name.to_owned(),
            span: self.edition.name.span,
        });
        let holds = |(n, &state): (usize, &u32)| u16::from(self.register.holds(&expr, state)) << n;
        known.then(|| self.states.iter().enumerate().map(holds).sum())
    }

    /// Whether the domain of the first device maps the MMIO of the second.
    fn reaches(&self, i: usize, j: usize) -> bool {
        let holds = |device, expr| {
            let formula = self.formula(Subject::Device(device), expr, true);
            !formula.0.is_empty()
        };
        let domains = &self.edition.domains;
        let mut own = domains.iter().filter(|row| holds(i, &row.devices.value));
        domains.is_empty() || own.any(|row| holds(j, &row.mmio.value))
    }

    fn is_of(&self, name: &str, scope: Scope) -> bool {
        if name == REACHES {
            return scope == Scope::Pair;
        }
        let system = &self.edition.system;
        system
            .observable(name)
            .is_some_and(|row| row.scope == scope)
    }

    /// Whether a name says something of one device.
    fn knows_device(&self, name: &str) -> bool {
        name == ABSENT_NAME
            || self
                .layout
                .names(Scope::Device)
                .iter()
                .any(|known| known == name)
            || self.is_of(name, Scope::Device)
            || self.is_of(name, Scope::Pair)
            || self.set(name).is_some()
            || self
                .edition
                .consequences
                .iter()
                .any(|row| row.name.value == name)
            || self
                .edition
                .capabilities
                .iter()
                .any(|row| row.name.value == name)
            || self
                .edition
                .properties
                .iter()
                .any(|row| row.name.value == name)
    }

    /// The expression of a derived observable or a consequence, as the variant has it.
    fn derived(&self, name: &str, scope: Scope) -> Option<&'a Expr> {
        let consequence = self.edition.consequences.iter();
        let mut consequence = consequence.filter(|_| scope == Scope::Device);
        let consequence = consequence.find(|row| row.name.value == name);
        let expr = match consequence {
            Some(row) => &row.holds,
            None => {
                let row = self.edition.system.observable(name)?;
                match &row.definition {
                    Definition::Derived(expr) if row.scope == scope => expr,
                    _ => return None,
                }
            }
        };
        Some(self.changed(&Change::Holds(name.to_owned()), expr))
    }

    /// What takes the place of a predicate where the variant changes it.
    pub(crate) fn changed(&self, change: &Change, expr: &'a Spanned<Expr>) -> &'a Expr {
        let variant = self
            .variant
            .filter(|variant| variant.change.value == *change);
        let to = variant.and_then(|variant| variant.to.as_ref());
        &to.unwrap_or(expr).value
    }
}

/// All of them, or any of them.
fn fold(each: impl Iterator<Item = Formula>, all: bool) -> Formula {
    let start = Formula::constant(all);
    each.fold(
        start,
        |sum, next| {
            if all { sum.and(&next) } else { sum.or(next) }
        },
    )
}
