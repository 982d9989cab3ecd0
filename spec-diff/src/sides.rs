//! Both versions, and what is needed to say how they differ.

use std::collections::HashMap;

use spec_model::coverage::Report;
use spec_model::model::{Book, Class};
use spec_model::source::Span;

use crate::change::{Change, Fact, Place, Test, What};
use crate::names::Renames;
use crate::weights::{Evidence, Weights};

/// Two versions while they are compared.
pub(crate) struct Sides<'b> {
    pub(crate) base: &'b Book,
    pub(crate) head: &'b Book,
    pub(crate) weights: Weights<'b>,
    pub(crate) renames: Renames,
    tests: HashMap<&'b str, Vec<Test>>,
    pub(crate) changes: Vec<Change>,
    /// Cells that use a new name where they used the old one.
    pub(crate) follows: Vec<Follow>,
}

/// A text that differs only because something was renamed.
pub(crate) struct Follow {
    /// Old names that it uses.
    pub(crate) names: Vec<String>,
    pub(crate) base: Place,
    pub(crate) head: Place,
}

/// Where a change stands, for [`Sides::report`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Topic {
    pub(crate) edition: Option<String>,
    pub(crate) table: String,
    /// More words of the id, before the subject.
    pub(crate) names: Vec<String>,
    /// What people need to know which table it is.
    pub(crate) name: Option<String>,
    pub(crate) subject: String,
    pub(crate) part: String,
    pub(crate) rules: Vec<String>,
}

/// A span and what to show of it.
pub(crate) type Shown = Option<(Span, String)>;

impl<'b> Sides<'b> {
    pub(crate) fn new(base: &'b Book, head: &'b Book, report: Option<&Report>) -> Self {
        let mut tests = HashMap::new();
        if let Some(report) = report {
            for (rule, mentions) in head.rules.iter().zip(&report.rules) {
                let test = |mention: &spec_model::coverage::Mention| Test {
                    path: mention.path.clone(),
                    line: mention.function.as_ref().map_or(mention.line, |it| it.line),
                    name: mention
                        .function
                        .as_ref()
                        .map_or_else(String::new, |it| it.name.clone()),
                };
                let found = mentions.iter().map(test).collect();
                tests.insert(rule.id.value.as_str(), found);
            }
        }
        Self {
            base,
            head,
            weights: Weights::new(base, head),
            renames: Renames::default(),
            tests,
            changes: Vec::new(),
            follows: Vec::new(),
        }
    }

    /// Adds a change, judged by its part and its evidence.
    pub(crate) fn report(
        &mut self,
        topic: &Topic,
        what: What,
        (before, after): (Shown, Shown),
        evidence: &dyn Evidence,
    ) {
        let weight = self.weights.of(&topic.table, &topic.part, what);
        let (class, because) = match what {
            What::Rewritten => (Class::Editorial, "it says the same".to_owned()),
            What::Moved => (
                Class::Editorial,
                "it stands elsewhere, and says the same".to_owned(),
            ),
            _ => weight.class(evidence),
        };
        let fact = |book: &Book, shown: Shown| {
            shown.map(|(span, text)| Fact {
                place: Place::of(book, span),
                text,
            })
        };
        let mut tests: Vec<Test> = topic
            .rules
            .iter()
            .flat_map(|rule| self.tests.get(rule.as_str()).into_iter().flatten())
            .cloned()
            .collect();
        tests.sort();
        tests.dedup();
        let change = Change {
            id: self.id(topic),
            what,
            kind: if what == What::Renamed {
                weight.kind
            } else {
                weight.kind(class)
            },
            class,
            edition: topic.edition.clone(),
            table: topic.table.clone(),
            name: topic.name.clone(),
            subject: topic.subject.clone(),
            part: topic.part.clone(),
            before: fact(self.base, before),
            after: fact(self.head, after),
            because,
            follows: Vec::new(),
            rules: topic.rules.clone(),
            tests,
        };
        self.changes.push(change);
    }

    /// An id that no other change has.
    fn id(&self, topic: &Topic) -> String {
        let mut words: Vec<&str> = topic.edition.iter().map(String::as_str).collect();
        words.push(&topic.table);
        words.extend(topic.names.iter().map(String::as_str));
        words.extend((!topic.subject.is_empty()).then_some(topic.subject.as_str()));
        words.extend((topic.part != "row" && topic.part != "table").then_some(topic.part.as_str()));
        let id = words.join("/").replace(" → ", ">").replace(' ', "-");
        let taken = |id: &String| self.changes.iter().any(|change| change.id == *id);
        let mut numbered = std::iter::once(id.clone()).chain((2..).map(|n| format!("{id}~{n}")));
        numbered.find(|id| !taken(id)).unwrap_or(id)
    }

    /// Hands each rename the places that follow it.
    pub(crate) fn hand_out_follows(&mut self) {
        for follow in std::mem::take(&mut self.follows) {
            let renamed = |change: &&mut Change| {
                let old = change.before.as_ref().map(|fact| bare(&fact.text));
                change.what == What::Renamed
                    && old.is_some_and(|old| follow.names.iter().any(|name| name == old))
            };
            if let Some(change) = self.changes.iter_mut().find(renamed) {
                change.follows.push((follow.base, follow.head));
            }
        }
    }
}

fn bare(text: &str) -> &str {
    text.trim_matches('`')
}

/// Nothing but what is known without looking.
pub(crate) struct Plain {
    pub(crate) binding: bool,
}

impl Evidence for Plain {
    fn wider(&self) -> bool {
        true
    }
    fn narrower(&self) -> bool {
        true
    }
    fn reworded(&self) -> bool {
        false
    }
    fn binding(&self) -> bool {
        self.binding
    }
}
