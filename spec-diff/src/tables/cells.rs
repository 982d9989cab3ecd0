//! One cell or attribute against another.

use spec_model::cell::{CellType, Content};
use spec_model::expr::Expr;

use crate::change::{Place, What};
use crate::meaning::{self, Relation};
use crate::sheet::{Cell, Sheet};
use crate::sides::{Follow, Sides, Topic};
use crate::weights::Evidence;
use crate::words;

/// Compares two cells of the same title, of which one may be missing.
pub(super) fn compare(
    sides: &mut Sides<'_>,
    topic: &Topic,
    (old, new): (Option<&Cell<'_>>, Option<&Cell<'_>>),
    (base, head): (&Sheet<'_>, &Sheet<'_>),
) {
    let Some(any) = old.or(new) else { return };
    if let (Some(old), Some(new)) = (old, new)
        && old.text == new.text
    {
        return;
    }
    let nothing = Content::default();
    let before = old.map_or(&nothing, |cell| cell.content());
    let after = new.map_or(&nothing, |cell| cell.content());
    if before == after {
        if let (Some(old), Some(new)) = (old, new) {
            rewritten(sides, topic, old, new);
        }
        return;
    }
    let edition = match any.part {
        "more" if base.id.kind == "mapping" => Some(any.title),
        _ => base.id.edition.as_deref(),
    };
    let renamed = sides.renames.apply(edition, before);
    if let (true, Some(old), Some(new)) = (renamed == *after, old, new) {
        sides.follows.push(Follow {
            names: old.content().names().map(str::to_owned).collect(),
            base: Place::of(sides.base, old.span),
            head: Place::of(sides.head, new.span),
        });
        return;
    }
    let relation = relation(sides, any, (before, after), (base, head));
    let what = match (before.is_empty(), after.is_empty()) {
        _ if relation.is_some_and(Relation::is_same) => What::Rewritten,
        (true, false) => What::Added,
        (false, true) => What::Removed,
        _ => What::Changed,
    };
    let topic = Topic {
        part: any.part.to_owned(),
        subject: subject(topic, any),
        ..topic.clone()
    };
    let shown = |cell: Option<&Cell<'_>>| cell.map(|cell| (cell.span, cell.text.to_owned()));
    let evidence = Found {
        relation,
        reworded: words::reworded(&renamed, after),
        binding: base.is_binding() || head.is_binding(),
    };
    sides.report(&topic, what, (shown(old), shown(new)), &evidence);
}

/// A cell of a column that another table declares says which.
fn subject(topic: &Topic, cell: &Cell<'_>) -> String {
    match cell.part {
        "more" => format!("{} {}", topic.subject, cell.title),
        _ => topic.subject.clone(),
    }
}

/// The cell says the same in other characters.
pub(super) fn rewritten(sides: &mut Sides<'_>, topic: &Topic, old: &Cell<'_>, new: &Cell<'_>) {
    let topic = Topic {
        part: old.part.to_owned(),
        subject: subject(topic, old),
        ..topic.clone()
    };
    let shown = |cell: &Cell<'_>| Some((cell.span, cell.text.to_owned()));
    let evidence = Found {
        relation: None,
        reworded: true,
        binding: false,
    };
    sides.report(&topic, What::Rewritten, (shown(old), shown(new)), &evidence);
}

/// How a predicate has changed; an empty one always holds.
fn relation(
    sides: &Sides<'_>,
    cell: &Cell<'_>,
    (before, after): (&Content, &Content),
    (base, head): (&Sheet<'_>, &Sheet<'_>),
) -> Option<Relation> {
    if cell.cell != Some(CellType::Expr) {
        return None;
    }
    let always = Expr::Const(true);
    let edition = |book, sheet: &Sheet<'_>| meaning::edition(book, sheet.id.edition.as_deref());
    Some(meaning::compare(
        (
            before.expr.as_ref().unwrap_or(&always),
            edition(sides.base, base),
        ),
        (
            after.expr.as_ref().unwrap_or(&always),
            edition(sides.head, head),
        ),
        &sides.renames,
    ))
}

struct Found {
    relation: Option<Relation>,
    reworded: bool,
    binding: bool,
}

impl Evidence for Found {
    fn wider(&self) -> bool {
        self.relation.is_none_or(|relation| relation.wider)
    }
    fn narrower(&self) -> bool {
        self.relation.is_none_or(|relation| relation.narrower)
    }
    fn reworded(&self) -> bool {
        self.reworded
    }
    fn of_new_states(&self) -> bool {
        let relation = self.relation;
        relation.is_some_and(|it| it.of_new_states && !it.wider && !it.narrower)
    }
    fn binding(&self) -> bool {
        self.binding
    }
}
