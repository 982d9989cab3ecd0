//! What a change weighs: the `classes` tables of both versions.

use std::collections::HashMap;

use spec_model::model::{Book, ChangeKind, Class, ClassRow, Judgement};

use crate::change::What;

/// The rules by which changes are judged.
pub(crate) struct Weights<'b> {
    base: HashMap<(&'b str, &'b str), &'b ClassRow>,
    head: HashMap<(&'b str, &'b str), &'b ClassRow>,
}

/// What the book says of a change.
#[derive(Clone, Debug)]
pub(crate) struct Weight {
    pub(crate) kind: ChangeKind,
    pub(crate) judgement: Judgement,
    pub(crate) because: String,
}

/// How two texts compare; what the judgements that are not fixed ask for.
pub(crate) trait Evidence {
    /// Whether a predicate holds in cases in which it did not.
    fn wider(&self) -> bool;
    /// Whether it does not hold in cases in which it did.
    fn narrower(&self) -> bool;
    /// Whether keywords, names, numbers and negations are the same.
    fn reworded(&self) -> bool;
    /// Whether a predicate differs in states alone that only one version has.
    fn of_new_states(&self) -> bool {
        false
    }
    /// Whether a released flow or an adopted order holds it.
    fn binding(&self) -> bool;
}

fn rows(book: &Book) -> HashMap<(&str, &str), &ClassRow> {
    let mut rows = HashMap::new();
    for row in &book.classes {
        rows.insert((row.table.value.as_str(), row.part.value.as_str()), row);
    }
    rows
}

impl<'b> Weights<'b> {
    /// The old version judges; the new one is asked where it does not know a part.
    pub(crate) fn new(base: &'b Book, head: &'b Book) -> Self {
        Self {
            base: rows(base),
            head: rows(head),
        }
    }

    fn row(&self, table: &str, part: &str) -> Option<&'b ClassRow> {
        let mut found = [&self.base, &self.head].into_iter().flat_map(|rows| {
            let own = rows.get(&(table, part));
            own.or_else(|| rows.get(&("any", part)))
        });
        found.next().copied()
    }

    /// Whether the cells of a column name the row.
    pub(crate) fn is_key(&self, table: &str, part: &str) -> bool {
        self.changed(table, part) == Some(Judgement::Key)
    }

    /// Whether the cells of a column only count the rows.
    pub(crate) fn counts(&self, table: &str, part: &str) -> bool {
        self.changed(table, part) == Some(Judgement::Counts)
    }

    fn changed(&self, table: &str, part: &str) -> Option<Judgement> {
        self.row(table, part).and_then(|row| row.changed)
    }

    /// What the book says of this.
    pub(crate) fn of(&self, table: &str, part: &str, what: What) -> Weight {
        let Some(row) = self.row(table, part) else {
            return Weight {
                kind: ChangeKind::Abi,
                judgement: Judgement::Always(Class::Breaking),
                because: "neither version says what this weighs".to_owned(),
            };
        };
        let judgement = match what {
            What::Added => row.added.or(row.changed),
            What::Removed => row.removed.or(row.changed),
            What::Changed | What::Renamed | What::Reordered => row.changed,
            What::Moved | What::Rewritten => Some(Judgement::Always(Class::Editorial)),
        };
        Weight {
            kind: row.kind,
            judgement: judgement.unwrap_or(Judgement::Always(Class::Breaking)),
            because: row.because.value.clone(),
        }
    }
}

impl Weight {
    /// The class, and why.
    pub(crate) fn class(&self, evidence: &dyn Evidence) -> (Class, String) {
        let because = &self.because;
        let choose = |breaking: bool, yes: &str, no: &str| match breaking {
            true => (Class::Breaking, format!("{because}; {yes}")),
            false => (Class::Compatible, format!("{because}; {no}")),
        };
        match self.judgement {
            Judgement::Always(class) if evidence.of_new_states() => (
                class.min(Class::Compatible),
                "it says something else only of states that one version lacks".to_owned(),
            ),
            Judgement::Always(class) => (class, because.clone()),
            Judgement::IfWider => choose(evidence.wider(), "it is wider", "it is not wider"),
            Judgement::IfNarrower => {
                choose(evidence.narrower(), "it is narrower", "it is not narrower")
            }
            Judgement::IfBinding => choose(evidence.binding(), "it is binding", "it binds nobody"),
            Judgement::UnlessReworded => choose(
                !evidence.reworded(),
                "keywords, names, numbers or negations differ",
                "keywords, names, numbers and negations are the same: a reader has to judge",
            ),
            Judgement::Key | Judgement::Counts => (Class::Editorial, because.clone()),
        }
    }

    /// The kind of a change with this class: what says the same is for readers alone.
    pub(crate) fn kind(&self, class: Class) -> ChangeKind {
        match class {
            Class::Editorial => ChangeKind::Editorial,
            _ => self.kind,
        }
    }
}
