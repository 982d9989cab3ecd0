//! Whether a predicate holds in more cases, in fewer, or in the same.

use std::collections::{BTreeSet, HashMap};

use spec_model::expr::Expr;
use spec_model::model::{Book, Edition};

use crate::names::Renames;

/// How what a predicate says has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relation {
    /// It holds in a case in which it did not.
    pub(crate) wider: bool,
    /// It does not hold in a case in which it did.
    pub(crate) narrower: bool,
    /// It differs in states alone that only one version has.
    pub(crate) of_new_states: bool,
}

impl Relation {
    /// It holds in the same cases.
    pub(crate) fn is_same(self) -> bool {
        !self.wider && !self.narrower && !self.of_new_states
    }
}

/// More cases than this are not tried: the predicate counts as wider and narrower.
const MOST_CASES: usize = 1 << 16;

/// The predicates of an edition that a predicate can name, by name.
type Definitions<'b> = HashMap<String, &'b Expr>;

/// Compares two predicates over the same edition of two versions.
pub(crate) fn compare(
    base: (&Expr, Option<&Edition>),
    head: (&Expr, Option<&Edition>),
    renames: &Renames,
) -> Relation {
    let name = head.1.or(base.1).map(|edition| edition.name.value.as_str());
    let definitions = [definitions(base.1), definitions(head.1)];
    let old = flat(base.0, &definitions[0], &|atom| renames.name(name, atom), 0);
    let new = flat(head.0, &definitions[1], &|atom| atom.to_owned(), 0);
    let mut atoms = BTreeSet::new();
    for expr in [&old, &new] {
        atoms.extend(expr.names().iter().map(|name| name.name.clone()));
    }
    let old_states = states(base.1, &|state| renames.name(name, state));
    let new_states = states(head.1, &str::to_owned);
    let all: BTreeSet<String> = old_states.union(&new_states).cloned().collect();
    let Some(cases) = cases(&atoms, &all) else {
        return Relation {
            wider: true,
            narrower: true,
            of_new_states: false,
        };
    };
    let is_common = |atom: &String| {
        let state = atom.strip_prefix("was_").unwrap_or(atom);
        old_states.contains(state) == new_states.contains(state)
    };
    let mut relation = Relation::default();
    for case in cases {
        let value = |atom: &str| case.contains(atom);
        let (before, after) = (old.eval(&value), new.eval(&value));
        if before == after {
        } else if !case.iter().all(is_common) {
            relation.of_new_states = true;
        } else if after {
            relation.wider = true;
        } else {
            relation.narrower = true;
        }
    }
    relation
}

fn definitions(edition: Option<&Edition>) -> Definitions<'_> {
    let mut found = Definitions::new();
    let Some(edition) = edition else { return found };
    if let Some(register) = spec_model::analysis::register(edition) {
        for it in register.predicates() {
            found.insert(it.name.value.clone(), &it.holds.value);
        }
        for it in register.behaviours() {
            found.insert(it.name.value.clone(), &it.holds.value);
        }
    }
    for it in &edition.consequences {
        found.insert(it.name.value.clone(), &it.holds.value);
    }
    found
}

/// Definitions are spoken of in the rows below them, so this depth is never reached in a checked book.
const DEEPEST: usize = 64;

/// The predicate over bits, states and the like alone: names of other predicates are replaced by what they say.
fn flat(
    expr: &Expr,
    definitions: &Definitions<'_>,
    rename: &dyn Fn(&str) -> String,
    depth: usize,
) -> Expr {
    let inner = |expr: &Expr| Box::new(flat(expr, definitions, rename, depth));
    match expr {
        Expr::Const(value) => Expr::Const(*value),
        Expr::Not(a) => Expr::Not(inner(a)),
        Expr::And(a, b) => Expr::And(inner(a), inner(b)),
        Expr::Or(a, b) => Expr::Or(inner(a), inner(b)),
        Expr::Name(name) => {
            let was = name.name.strip_prefix("was_");
            let defined = definitions.get(was.unwrap_or(&name.name));
            match defined {
                Some(definition) if depth < DEEPEST => {
                    let prefixed = |atom: &str| rename(&format!("was_{atom}"));
                    let rename: &dyn Fn(&str) -> String = match was {
                        Some(_) => &prefixed,
                        None => rename,
                    };
                    flat(definition, definitions, rename, depth + 1)
                }
                _ => {
                    let mut name = name.clone();
                    name.name = rename(&name.name);
                    Expr::Name(name)
                }
            }
        }
    }
}

/// The states of a version: exactly one holds, or none where the value is no state.
fn states(edition: Option<&Edition>, rename: &dyn Fn(&str) -> String) -> BTreeSet<String> {
    let fsm = edition.iter().flat_map(|edition| &edition.fsm);
    let states = fsm.flat_map(|fsm| &fsm.states);
    states.map(|state| rename(&state.name.value)).collect()
}

/// Every case that can be: which atoms hold.
fn cases(atoms: &BTreeSet<String>, states: &BTreeSet<String>) -> Option<Vec<BTreeSet<String>>> {
    let is_state = |atom: &&String| states.contains(*atom);
    let was_state = |atom: &&String| {
        atom.strip_prefix("was_")
            .is_some_and(|atom| states.contains(atom))
    };
    let one_of = |group: Vec<&String>| -> Vec<Vec<String>> {
        let mut choices = vec![Vec::new()];
        choices.extend(group.into_iter().map(|atom| vec![atom.clone()]));
        choices
    };
    let mut groups = vec![
        one_of(atoms.iter().filter(is_state).collect()),
        one_of(atoms.iter().filter(was_state).collect()),
    ];
    let free = atoms
        .iter()
        .filter(|atom| !is_state(atom) && !was_state(atom));
    groups.extend(free.map(|atom| one_of(vec![atom])));
    let count = groups
        .iter()
        .try_fold(1usize, |count, group| count.checked_mul(group.len()));
    count.filter(|count| *count <= MOST_CASES)?;
    let mut cases = vec![BTreeSet::new()];
    for group in groups {
        let with = |case: &BTreeSet<String>| {
            let case = case.clone();
            group
                .iter()
                .map(move |choice| {
                    let mut case = case.clone();
                    case.extend(choice.iter().cloned());
                    case
                })
                .collect::<Vec<_>>()
        };
        cases = cases.iter().flat_map(with).collect();
    }
    Some(cases)
}

/// The edition of this name.
pub(crate) fn edition<'b>(book: &'b Book, name: Option<&str>) -> Option<&'b Edition> {
    name.and_then(|name| book.edition(name))
}
