//! Every part of the book has one class; versions follow from each other.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::Map;
use crate::model::{Book, Class, ClassRow, Judgement, Version, classed_parts};
use crate::parse::{list_all, suggestion};

/// The name of the rows that speak of every kind of table that has no row of its own.
const ANY: &str = "any";

/// Each part is spoken of once. A book without `classes` says nothing of changes.
pub(super) fn parts_have_classes(book: &Book, diagnostics: &mut Diagnostics) {
    let Some(last) = book.classes.last() else {
        return;
    };
    let mut parts = classed_parts();
    let mut known: Map<(&str, &str), &ClassRow> = Map::default();
    for row in &book.classes {
        let named = (row.table.value.as_str(), row.part.value.as_str());
        if let Some(first) = known.insert(named, row) {
            let title = format!("the class of `{}` of `{}` is given twice", named.1, named.0);
            let error = Diagnostic::error("duplicate-class", row.part.span, title);
            diagnostics.push(error.related(first.part.span, "first given here"));
        }
        is_known(row, &parts, diagnostics);
        says_something(row, diagnostics);
    }
    let missing = |(table, part): &(&str, &str)| {
        !known.contains_key(&(table, part)) && !known.contains_key(&(ANY, part))
    };
    parts.retain(missing);
    for of_table in parts.chunk_by(|a, b| a.0 == b.0) {
        let (table, names) = (of_table[0].0, of_table.iter().map(|part| part.1));
        let names = list_all(&names.collect::<Vec<_>>());
        let title = format!("nothing says what a change of {names} of `{table}` weighs");
        let error = Diagnostic::error("unclassified", last.span, title);
        diagnostics.push(error.help("add a row to a table of classes"));
    }
}

fn is_known(row: &ClassRow, parts: &[(&str, &str)], diagnostics: &mut Diagnostics) {
    let (table, part) = (row.table.value.as_str(), row.part.value.as_str());
    let of_table = |known: &&(&str, &str)| table == ANY || known.0 == table;
    let mut of_table = parts
        .iter()
        .filter(of_table)
        .map(|known| known.1)
        .peekable();
    if of_table.peek().is_none() {
        let title = format!("there is no kind of table `{table}`");
        let error = Diagnostic::error("unknown-name", row.table.span, title);
        let tables = parts.iter().map(|known| known.0);
        diagnostics.push(suggestion(error, table, tables));
        return;
    }
    let of_table: Vec<&str> = of_table.collect();
    if !of_table.contains(&part) {
        let title = format!("`{table}` has no part `{part}`");
        let error = Diagnostic::error("unknown-name", row.part.span, title);
        diagnostics.push(suggestion(error, part, of_table));
    }
}

/// A part that can be added and removed may leave *Changed* empty, and only such a one.
fn says_something(row: &ClassRow, diagnostics: &mut Diagnostics) {
    let once = |judgement: &Option<Judgement>| {
        matches!(
            judgement,
            None | Some(Judgement::Always(_) | Judgement::IfBinding)
        )
    };
    let title = if row.changed.is_none() && (row.added.is_none() || row.removed.is_none()) {
        "a class is missing: *Changed*, or both *Added* and *Removed*"
    } else if !once(&row.added) || !once(&row.removed) {
        "what compares two texts stands in *Changed* only"
    } else {
        return;
    };
    diagnostics.push(Diagnostic::error("unclassified", row.span, title));
}

/// Each version follows from the one below it by its step.
pub(super) fn versions_follow(versions: &[Version], diagnostics: &mut Diagnostics) {
    for (n, version) in versions.iter().enumerate() {
        let number = version.number.value;
        let before = versions.get(n + 1).map(|before| before.number.value);
        let expected = match (before, version.step.value) {
            (None, None) => continue,
            (Some(before), Some(step)) => before.after(step),
            (None, Some(_)) => {
                let title = "the first version is no step from another";
                let error = Diagnostic::error("wrong-version", version.step.span, title);
                diagnostics.push(error.label("expected `first`"));
                continue;
            }
            (Some(_), None) => {
                let title = "only the last row is the first version";
                let error = Diagnostic::error("wrong-version", version.step.span, title);
                diagnostics.push(error.label(format!("expected {}", classes())));
                continue;
            }
        };
        if number != expected {
            let title = format!("version {number} does not follow from the one below it");
            let error = Diagnostic::error("wrong-version", version.number.span, title);
            diagnostics.push(error.label(format!("expected {expected}, by its step")));
        }
    }
}

fn classes() -> String {
    crate::parse::list(&Class::ALL.map(Class::name))
}
