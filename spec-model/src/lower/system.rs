//! The system around the devices: `devices`, `observables`, `moves`, `invariants` and `variants`.

use super::Tables;
use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{
    Claim, Definition, DeviceKind, Edition, Invariant, Move, MoveAfter, Mover, Observable, Scope,
    System,
};
use crate::parse::parse_state;
use crate::source::Spanned;

mod scope;
mod variants;

use scope::Vocabulary;

/// Reads the tables of an edition whose other tables are lowered.
pub(super) fn system(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    states: &StateNames,
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> System {
    let mut system = System {
        observables: observables(tables, edition, diagnostics),
        ..System::default()
    };
    system.devices = devices(tables, edition, &system.observables, diagnostics);
    let words = Vocabulary::new(edition, &system.observables);
    system.moves = moves(tables, edition, &words, states, diagnostics);
    system.invariants = invariants(tables, &words, rules, diagnostics);
    system.variants = variants::variants(tables, edition, &system, &words, diagnostics);
    flows(edition, &system, diagnostics);
    system
}

fn devices(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    observables: &[Observable],
    diagnostics: &mut Diagnostics,
) -> Vec<DeviceKind> {
    let consequences = edition.consequences.iter().map(|row| &row.name);
    let derived = observables.iter().filter(|row| {
        row.scope == Scope::Device && matches!(row.definition, Definition::Derived(_))
    });
    let decided = consequences.chain(derived.map(|row| &row.name));
    let features = Names::new(
        "capability, property or consequence",
        scope::features(edition),
    )
    .with(decided.map(|name| name.value.as_str()));
    let mut device = |row: Cells<'_, '_>| {
        let has = row.names("Has");
        has.iter()
            .for_each(|name| features.check(name, diagnostics));
        DeviceKind {
            name: row.name("Device"),
            has,
            meaning: row.prose("Meaning"),
        }
    };
    tables.rows("devices").map(&mut device).collect()
}

fn of(row: Cells<'_, '_>) -> Scope {
    match row.name("Of").value.as_str() {
        "pair" => Scope::Pair,
        "machine" => Scope::Machine,
        _ => Scope::Device,
    }
}

/// A derived observable speaks of earlier rows.
fn observables(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    diagnostics: &mut Diagnostics,
) -> Vec<Observable> {
    let mut observables: Vec<Observable> = Vec::new();
    for table in tables.of("observables") {
        for row in rows(table) {
            let (name, scope) = (row.name("Observable"), of(row));
            let definition = definition(row, &name, diagnostics);
            if let Definition::Derived(holds) = &definition {
                let words = Vocabulary::new(edition, &observables);
                words.check(scope, &holds.value, diagnostics);
            }
            observables.push(Observable {
                name,
                scope,
                definition,
                meaning: row.prose("Meaning"),
                rule: table.rule_id(),
            });
        }
    }
    observables
}

fn definition(
    row: Cells<'_, '_>,
    name: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Definition {
    let (lasts, holds) = (row.optional("Lasts"), row.optional_expr("Holds while"));
    match (lasts, holds) {
        (Some(lasts), None) if lasts.value == "a moment" => Definition::Moment,
        (Some(_), None) => Definition::Kept,
        (None, Some(holds)) => Definition::Derived(holds),
        (lasts, _) => {
            let title = format!(
                "`{}` is either kept in the system or follows from other names",
                name.value
            );
            let label = if lasts.is_some() {
                "`Lasts` and `Holds while` are both filled"
            } else {
                "`Lasts` and `Holds while` are both empty"
            };
            diagnostics.push(
                Diagnostic::error("bad-observable", name.span, title)
                    .label(label)
                    .help("fill exactly one of the two columns"),
            );
            Definition::Kept
        }
    }
}

/// What the VMM does to every device, it does to those that are not there too.
fn clears_only(sets: &[Spanned<String>], diagnostics: &mut Diagnostics) {
    for name in sets {
        let title = "what the VMM achieves of every device can only be cleared";
        let error = Diagnostic::error("bad-observable", name.span, title);
        diagnostics.push(error.help("name what is still missing, and clear that"));
    }
}

fn moves(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    words: &Vocabulary<'_>,
    states: &StateNames,
    diagnostics: &mut Diagnostics,
) -> Vec<Move> {
    let (driver, vmm) = (scope::deeds(edition), scope::vmm(edition));
    let mut moves = Vec::new();
    for table in tables.of("moves") {
        for row in rows(table) {
            let (name, scope, when) = (
                row.name("Move"),
                of(row),
                row.expr_or_true("Possible while"),
            );
            let by = mover(row);
            match by {
                Mover::Driver => driver.check(&name, diagnostics),
                Mover::Vmm => vmm.check(&name, diagnostics),
                Mover::Guest | Mover::Operator | Mover::Device => {}
            }
            words.check(scope, &when.value, diagnostics);
            let (sets, clears) = (row.names("Sets"), row.names("Clears"));
            for name in sets.iter().chain(&clears) {
                words.check_effect(scope, name, diagnostics);
            }
            if by == Mover::Vmm && scope != Scope::Machine {
                clears_only(&sets, diagnostics);
            }
            let after = after(row, scope, states, diagnostics);
            moves.push(Move {
                name,
                by,
                scope,
                when,
                sets,
                clears,
                after,
                meaning: row.prose("What happens"),
            });
        }
    }
    moves
}

fn mover(row: Cells<'_, '_>) -> Mover {
    match row.name("By").value.as_str() {
        "guest" => Mover::Guest,
        "operator" => Mover::Operator,
        "driver" => Mover::Driver,
        "VMM" => Mover::Vmm,
        _ => Mover::Device,
    }
}

fn after(
    row: Cells<'_, '_>,
    scope: Scope,
    states: &StateNames,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<MoveAfter>> {
    let (text, code) = row.term("State after");
    if text.value.is_empty() {
        return None;
    }
    if scope == Scope::Machine {
        let title = "a machine has no state of its own";
        let error = Diagnostic::error("bad-cell", text.span, title);
        diagnostics.push(error.help("say `device` in the column `Of`"));
    }
    if !code && text.value == "absent" {
        return Some(text.map(|_| MoveAfter::Absent));
    }
    let value = match parse_state(&text.value, text.span) {
        Ok(names) => states.value(&names, text.span, diagnostics).value,
        Err(error) => {
            let help = "a state in backticks, or the word absent";
            diagnostics.push(error.help(help));
            0
        }
    };
    Some(Spanned::new(MoveAfter::State(value), text.span))
}

fn invariants(
    tables: &Tables<'_, '_>,
    words: &Vocabulary<'_>,
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Invariant> {
    let mut invariant = |row: Cells<'_, '_>| {
        let (scope, predicate, rule) = (of(row), row.expr("Predicate"), row.name("Rule"));
        words.check(scope, &predicate.value, diagnostics);
        rules.check(&rule, diagnostics);
        Invariant {
            name: row.name("Invariant"),
            scope,
            claim: match row.name("Claim").value.as_str() {
                "can" => Claim::Can,
                "can with the guest" => Claim::CanWithGuest,
                _ => Claim::Never,
            },
            predicate,
            rule,
            meaning: row.prose("Meaning"),
            span: row.span(),
        }
    };
    tables.rows("invariants").map(&mut invariant).collect()
}

/// What flows say of machines.
fn flows(edition: &Edition, system: &System, diagnostics: &mut Diagnostics) {
    let derived = system.observables.iter();
    let derived = derived.filter(|row| matches!(row.definition, Definition::Derived(_)));
    let names = Names::new(
        "derived observable",
        derived.map(|row| row.name.value.as_str()),
    );
    for name in edition.flows.iter().filter_map(|flow| flow.unless.as_ref()) {
        names.check(name, diagnostics);
    }
}
