//! `variants` tables: systems with one protection broken on purpose.

use super::scope::{Vocabulary, features};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::lower::Tables;
use crate::lower::names::Names;
use crate::lower::row::{Cells, rows};
use crate::model::{Change, Definition, Edition, Scope, System, Variant};
use crate::source::Spanned;

/// The word for what makes a VMM wait for all devices.
const BARRIERS: &str = "barriers";
/// The word for where a device goes that lacks what a state needs.
const INSTEAD: &str = "instead";
/// The word in front of the name of work whose legality changes.
const WORK: &str = "work";

pub(super) fn variants(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    system: &System,
    words: &Vocabulary<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Variant> {
    let invariants = system.invariants.iter().map(|row| row.name.value.as_str());
    let invariants = Names::new("invariant", invariants);
    let devices = system.devices.iter().map(|row| row.name.value.as_str());
    let devices = Names::new("device", devices);
    let reader = Reader {
        edition,
        system,
        words,
    };
    let mut variants = Vec::new();
    for table in tables.of("variants") {
        for row in rows(table) {
            let (breaks, of) = (row.name("Breaks"), row.names("Devices"));
            invariants.check(&breaks, diagnostics);
            of.iter().for_each(|name| devices.check(name, diagnostics));
            let (change, to) = reader.change(row, diagnostics);
            variants.push(Variant {
                name: row.name("Variant"),
                change,
                to,
                breaks,
                devices: of,
                meaning: row.prose("Meaning"),
                span: row.span(),
                table: table.span,
            });
        }
    }
    variants
}

struct Reader<'e> {
    edition: &'e Edition,
    system: &'e System,
    words: &'e Vocabulary<'e>,
}

impl Reader<'_> {
    fn change(
        &self,
        row: Cells<'_, '_>,
        diagnostics: &mut Diagnostics,
    ) -> (Spanned<Change>, Option<Spanned<Expr>>) {
        let (what, _) = row.term("Changes");
        let to = row.optional_expr("To");
        let change = self.named(&what, to.as_ref(), diagnostics);
        let Some(change) = change else {
            return (Spanned::new(Change::Barriers, what.span), to);
        };
        let needs = !matches!(
            change,
            Change::Barriers | Change::Fold | Change::Step { .. }
        );
        let may = matches!(change, Change::Step { .. });
        if needs != to.is_some() && !may {
            let title = if needs {
                format!("what takes the place of `{}`?", what.value)
            } else {
                format!("`{}` is left out: nothing takes its place", what.value)
            };
            let place = row.place("To");
            let place = if to.is_some() { place } else { what.span };
            let error = Diagnostic::error("bad-variant", place, title);
            diagnostics.push(if needs {
                error.help("fill the column `To`")
            } else {
                error.help("leave the column `To` empty")
            });
        }
        (Spanned::new(change, what.span), to)
    }

    fn named(
        &self,
        what: &Spanned<String>,
        to: Option<&Spanned<Expr>>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Change> {
        let name = || what.value.clone();
        match what.value.split_once(' ') {
            Some((WORK, work)) => return Some(self.work(what, work.trim(), to, diagnostics)),
            Some((flow, number)) => return Some(self.step(what, (flow, number), to, diagnostics)),
            None => {}
        }
        if what.value == BARRIERS {
            return Some(Change::Barriers);
        }
        if what.value == INSTEAD {
            return Some(Change::Fold);
        }
        if self.holds(&what.value, to, diagnostics) {
            return Some(Change::Holds(name()));
        }
        if self
            .edition
            .conditions
            .iter()
            .any(|row| row.name.value == what.value)
        {
            let always = matches!(to.map(|to| &to.value), Some(Expr::Const(true)));
            self.constant(to, diagnostics);
            return Some(Change::Condition {
                name: name(),
                always,
            });
        }
        if let Some(row) = self
            .system
            .moves
            .iter()
            .find(|row| row.name.value == what.value)
        {
            self.check(row.scope, to, diagnostics);
            return Some(Change::Move(name()));
        }
        self.unknown(what, diagnostics);
        None
    }

    fn work(
        &self,
        what: &Spanned<String>,
        name: &str,
        to: Option<&Spanned<Expr>>,
        diagnostics: &mut Diagnostics,
    ) -> Change {
        let rows = self.edition.work.iter().map(|row| row.name.value.as_str());
        Names::new("work", rows).expect(name, what.span, diagnostics);
        self.check(Scope::Device, to, diagnostics);
        Change::Work(name.to_owned())
    }

    /// Whether a derived observable or a consequence has this name. What takes its place speaks of
    /// earlier rows, as in its own table: no name leads to itself.
    fn holds(&self, name: &str, to: Option<&Spanned<Expr>>, diagnostics: &mut Diagnostics) -> bool {
        let mut consequences = self.edition.consequences.iter();
        if let Some(n) = consequences.position(|row| row.name.value == name) {
            let earlier = self.edition.consequences[..n].iter();
            let names = Names::new(
                "yes/no property or earlier consequence",
                features(self.edition),
            )
            .with(earlier.map(|row| row.name.value.as_str()));
            if let Some(to) = to {
                names.check_all(&to.value, diagnostics);
            }
            return true;
        }
        let mut rows = self.system.observables.iter();
        let Some(n) = rows.position(|row| row.name.value == name) else {
            return false;
        };
        let row = &self.system.observables[n];
        if let Some(to) = to {
            let words = Vocabulary::new(self.edition, &self.system.observables[..n]);
            words.check(row.scope, &to.value, diagnostics);
        }
        matches!(row.definition, Definition::Derived(_))
    }

    fn check(&self, scope: Scope, to: Option<&Spanned<Expr>>, diagnostics: &mut Diagnostics) {
        if let Some(to) = to {
            self.words.check(scope, &to.value, diagnostics);
        }
    }

    fn constant(&self, to: Option<&Spanned<Expr>>, diagnostics: &mut Diagnostics) {
        if let Some(to) = to.filter(|to| !matches!(to.value, Expr::Const(_))) {
            let title = "a condition stays as it is: `true` or `false`";
            diagnostics.push(Diagnostic::error("bad-variant", to.span, title));
        }
    }

    /// The name of an order of actions.
    fn order(&self, to: &Spanned<Expr>, diagnostics: &mut Diagnostics) -> String {
        let orders = self.edition.bits.iter().flat_map(|field| &field.actions);
        let orders = Names::new("order of actions", orders.map(|it| it.name.value.as_str()));
        match &to.value {
            Expr::Name(name) => {
                orders.expect(&name.name, name.span, diagnostics);
                name.name.clone()
            }
            _ => {
                let title = "expected the name of an order of actions";
                diagnostics.push(Diagnostic::error("bad-variant", to.span, title));
                String::new()
            }
        }
    }

    fn step(
        &self,
        what: &Spanned<String>,
        (flow, number): (&str, &str),
        to: Option<&Spanned<Expr>>,
        diagnostics: &mut Diagnostics,
    ) -> Change {
        let flows = self
            .edition
            .flows
            .iter()
            .map(|flow| flow.name.value.as_str());
        Names::new("flow", flows).expect(flow, what.span, diagnostics);
        let number = number.trim().parse().unwrap_or(0);
        let known = self.edition.flows.iter().find(|it| it.name.value == flow);
        if let Some(known) = known
            && !(2..=known.steps.len()).contains(&(number as usize))
        {
            let title = format!("flow `{flow}` has no such step to leave out");
            let last = known.steps.len();
            let error = Diagnostic::error("bad-variant", what.span, title);
            diagnostics.push(error.label(format!("expected a number from 2 to {last}")));
        }
        Change::Step {
            flow: flow.to_owned(),
            number,
            order: to.map(|to| self.order(to, diagnostics)),
        }
    }

    fn unknown(&self, what: &Spanned<String>, diagnostics: &mut Diagnostics) {
        let derived = self.system.observables.iter();
        let derived = derived.filter(|row| matches!(row.definition, Definition::Derived(_)));
        let names = (derived.map(|row| &row.name))
            .chain(self.edition.consequences.iter().map(|row| &row.name))
            .chain(self.system.moves.iter().map(|row| &row.name))
            .chain(self.edition.conditions.iter().map(|row| &row.name));
        let names = names.map(|name| name.value.as_str());
        let protections = Names::new("protection", names.chain([BARRIERS, INSTEAD]));
        protections.check(what, diagnostics);
    }
}
