//! Which names a predicate about a device, a pair or the machine may use.

use crate::analysis::{Register, register};
use crate::diagnostic::Diagnostics;
use crate::expr::Expr;
use crate::lower::names::Names;
use crate::model::{
    ABSENT, Definition, Edition, Observable, PropertyType, REACHES, STREAM_LOST, Scope,
};
use crate::source::Spanned;

/// Capabilities and yes/no properties.
pub(super) fn features(edition: &Edition) -> impl Iterator<Item = &str> {
    let flags = edition.properties.iter();
    let flags = flags.filter(|row| row.ty == PropertyType::Flag);
    let capabilities = edition
        .capabilities
        .iter()
        .map(|row| row.name.value.as_str());
    capabilities.chain(flags.map(|row| row.name.value.as_str()))
}

/// What a driver does: actions of any order, arcs, events.
pub(super) fn deeds(edition: &Edition) -> Names<'_> {
    let actions = edition.bits.iter().flat_map(|field| &field.actions);
    let actions = actions
        .flat_map(|table| &table.actions)
        .map(|row| &row.name);
    let arcs = edition.fsm.iter().flat_map(|fsm| &fsm.arcs);
    let names = actions
        .chain(arcs.map(|arc| &arc.callback))
        .chain(edition.events.iter().map(|row| &row.name));
    Names::new(
        "action, arc or event",
        names.map(|name| name.value.as_str()),
    )
}

/// What a VMM does: work, and conditions that it brings about.
pub(super) fn vmm(edition: &Edition) -> Names<'_> {
    let work = edition.work.iter().map(|row| &row.name);
    let names = work.chain(edition.conditions.iter().map(|row| &row.name));
    Names::new("work or condition", names.map(|name| name.value.as_str()))
}

/// The names of each scope.
pub(super) struct Vocabulary<'e> {
    device: Names<'e>,
    pair: Names<'e>,
    machine: Names<'e>,
    /// What moves may set and clear.
    kept: Vec<(&'e str, Scope)>,
}

impl<'e> Vocabulary<'e> {
    /// With the observables that are declared so far.
    pub(super) fn new(edition: &'e Edition, observables: &'e [Observable]) -> Self {
        let of = |scope: Scope| {
            let rows = observables.iter().filter(move |row| row.scope == scope);
            rows.map(|row| row.name.value.as_str())
        };
        let conditions = || edition.conditions.iter().map(|row| row.name.value.as_str());
        let register = register(edition).into_iter();
        let mut own: Vec<&str> = register.flat_map(register_names).collect();
        own.extend(features(edition));
        own.extend(
            edition
                .consequences
                .iter()
                .map(|row| row.name.value.as_str()),
        );
        own.extend(of(Scope::Device));
        own.extend([ABSENT, REACHES, STREAM_LOST]);
        let machine = Names::new("name for a machine", conditions().chain(of(Scope::Machine)));
        let device = Names::new("name for a device", own.iter().copied())
            .with(conditions())
            .with(of(Scope::Machine))
            .with(of(Scope::Pair));
        let kept = observables.iter();
        let kept = kept.filter(|row| !matches!(row.definition, Definition::Derived(_)));
        Self {
            pair: device.clone().called("name for a pair"),
            device,
            machine,
            kept: kept
                .map(|row| (row.name.value.as_str(), row.scope))
                .collect(),
        }
    }

    /// Reports every name of a predicate that says nothing in this scope.
    pub(super) fn check(&self, scope: Scope, expr: &Expr, diagnostics: &mut Diagnostics) {
        for name in expr.names() {
            let prefixes: &[&str] = match scope {
                Scope::Device => &[],
                Scope::Pair => &["peer_"],
                Scope::Machine => &["any_", "every_"],
            };
            let mut rests = prefixes
                .iter()
                .filter_map(|prefix| name.name.strip_prefix(prefix));
            if rests.any(|rest| self.device.has(rest)) {
                continue;
            }
            self.of(scope).expect(&name.name, name.span, diagnostics);
        }
    }

    /// Reports a name that a move of this scope cannot set or clear.
    pub(super) fn check_effect(
        &self,
        scope: Scope,
        name: &Spanned<String>,
        diagnostics: &mut Diagnostics,
    ) {
        let known = |name: &str, of: &[Scope]| {
            let mut kept = self.kept.iter();
            kept.any(|(row, scope)| *row == name && of.contains(scope))
        };
        let own: &[Scope] = match scope {
            Scope::Machine => &[Scope::Machine],
            Scope::Device | Scope::Pair => &[Scope::Machine, Scope::Device, Scope::Pair],
        };
        let peer: &[Scope] = match scope {
            Scope::Machine => &[],
            Scope::Device => &[Scope::Pair],
            Scope::Pair => &[Scope::Device, Scope::Pair],
        };
        let other = name.value.strip_prefix("peer_");
        if known(&name.value, own) || other.is_some_and(|rest| known(rest, peer)) {
            return;
        }
        let kept = self.kept.iter().filter(|(_, scope)| own.contains(scope));
        let names = Names::new("observable that is kept", kept.map(|(name, _)| *name));
        names.check(name, diagnostics);
    }

    fn of(&self, scope: Scope) -> &Names<'e> {
        match scope {
            Scope::Device => &self.device,
            Scope::Pair => &self.pair,
            Scope::Machine => &self.machine,
        }
    }
}

fn register_names(register: Register<'_>) -> impl Iterator<Item = &str> {
    let predicates = register
        .predicates()
        .iter()
        .map(|row| row.name.value.as_str());
    let behaviours = register
        .behaviours()
        .iter()
        .map(|row| row.name.value.as_str());
    register
        .units()
        .into_iter()
        .chain(predicates)
        .chain(behaviours)
}
