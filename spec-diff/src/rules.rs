//! Compares the rules.

use std::collections::{HashMap, HashSet};

use spec_model::cell::Content;
use spec_model::model::{Book, Level, Rule, Subject};
use spec_model::source::{Span, Spanned};

use crate::change::{Place, What};
use crate::sides::{Follow, Shown, Sides, Topic};
use crate::weights::Evidence;
use crate::words;

/// A rule whose id is gone, and a new one that says the same, are one.
pub(crate) fn find_renames(sides: &mut Sides<'_>) {
    let gone = |book: &Book, other: &Book| -> Vec<usize> {
        let known: HashSet<&str> = other
            .rules
            .iter()
            .map(|rule| rule.id.value.as_str())
            .collect();
        let of = book.rules.iter().enumerate();
        of.filter(|(_, rule)| !known.contains(rule.id.value.as_str()))
            .map(|(n, _)| n)
            .collect()
    };
    let (old, new) = (gone(sides.base, sides.head), gone(sides.head, sides.base));
    let mut candidates = Vec::new();
    for &b in &old {
        for &h in &new {
            let alike = likeness(&sides.base.rules[b], &sides.head.rules[h]);
            candidates.extend((alike >= 0.7).then_some((alike, b, h)));
        }
    }
    candidates.sort_by(|x, y| {
        let near = |&(_, b, h): &(f32, usize, usize)| (b.abs_diff(h), b.min(h));
        y.0.total_cmp(&x.0).then_with(|| near(x).cmp(&near(y)))
    });
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (_, b, h) in candidates {
        if !from.contains(&b) && !to.contains(&h) {
            from.push(b);
            to.push(h);
            let (old, new) = (&sides.base.rules[b].id.value, &sides.head.rules[h].id.value);
            sides.renames.add(None, old, new);
        }
    }
}

fn likeness(old: &Rule, new: &Rule) -> f32 {
    if old.subject != new.subject {
        return 0.0;
    }
    if old.subject != Subject::Prose {
        // The same table below is the same rule, whatever the sentence above it says.
        return 1.0;
    }
    similar::TextDiff::from_words(&old.text.value, &new.text.value).ratio()
}

/// Compares every rule.
pub(crate) fn compare(sides: &mut Sides<'_>) {
    let mut met = vec![false; sides.head.rules.len()];
    let (base, head) = (sides.base, sides.head);
    let ids = head.rules.iter().map(|rule| rule.id.value.as_str());
    let places: HashMap<&str, usize> = ids.zip(0..).collect();
    for old in &base.rules {
        let id = sides.renames.name(None, &old.id.value);
        match places.get(id.as_str()) {
            Some(&at) => {
                met[at] = true;
                one(sides, old, &head.rules[at]);
            }
            None => sides.report(
                &topic(base, old, "row"),
                What::Removed,
                (whole(old), None),
                &Said::plain(),
            ),
        }
    }
    for (new, _) in head.rules.iter().zip(met).filter(|(_, met)| !met) {
        sides.report(
            &topic(head, new, "row"),
            What::Added,
            (None, whole(new)),
            &Said::plain(),
        );
    }
}

fn topic(book: &Book, rule: &Rule, part: &str) -> Topic {
    Topic {
        edition: book.chapters[rule.chapter].edition.clone(),
        table: "rule".into(),
        names: Vec::new(),
        name: None,
        subject: rule.id.value.clone(),
        part: part.into(),
        rules: vec![rule.id.value.clone()],
    }
}

fn whole(rule: &Rule) -> Shown {
    Some((rule.id.span, rule.text.value.clone()))
}

fn one(sides: &mut Sides<'_>, old: &Rule, new: &Rule) {
    let (base, head) = (sides.base, sides.head);
    let at = |part| Topic {
        rules: vec![new.id.value.clone()],
        ..topic(base, old, part)
    };
    if old.id.value != new.id.value {
        let id = |rule: &Rule| Some((rule.id.span, rule.id.value.clone()));
        sides.report(
            &at("row"),
            What::Renamed,
            (id(old), id(new)),
            &Said::plain(),
        );
    }
    text(sides, old, new, &at);
    let part = |sides: &mut Sides<'_>, part, old: (Span, String), new: (Span, String)| {
        if old.1 != new.1 {
            sides.report(
                &at(part),
                What::Changed,
                (Some(old), Some(new)),
                &Said::plain(),
            );
        }
    };
    let level = |rule: &Rule| (rule.text.span, level(rule.level).to_owned());
    part(sides, "level", level(old), level(new));
    let subject = |book: &Book, rule: &Rule| {
        let edition = book.chapters[rule.chapter].edition.as_deref();
        let name = |name: &str| sides.renames.name(edition, name);
        let text = match &rule.subject {
            Subject::Prose => "a paragraph".to_owned(),
            Subject::Table { kind, name: of } => format!("the table {kind} {}", name(of)),
        };
        (rule.mark, text)
    };
    let (before, after) = (subject(base, old), subject(head, new));
    part(sides, "subject", before, after);
    untestable(sides, old, new, &at);
    let chapter = |book: &Book, rule: &Rule| book.chapters[rule.chapter].path.clone();
    let (before, after) = (chapter(base, old), chapter(head, new));
    if sides.renames.chapter(&before) != after {
        let shown = (Some((old.id.span, before)), Some((new.id.span, after)));
        sides.report(&at("row"), What::Moved, shown, &Said::plain());
    }
}

fn text(sides: &mut Sides<'_>, old: &Rule, new: &Rule, at: &dyn Fn(&'static str) -> Topic) {
    if old.text.value == new.text.value {
        return;
    }
    let edition = sides.base.chapters[old.chapter].edition.as_deref();
    let before = Content::prose(&old.text.value);
    let renamed = sides.renames.apply(edition, &before);
    let after = Content::prose(&new.text.value);
    let shown = |rule: &Rule| Some((rule.text.span, rule.text.value.clone()));
    if before == after {
        sides.report(
            &at("text"),
            What::Rewritten,
            (shown(old), shown(new)),
            &Said::plain(),
        );
    } else if renamed == after {
        sides.follows.push(Follow {
            names: before.names().map(str::to_owned).collect(),
            base: Place::of(sides.base, old.text.span),
            head: Place::of(sides.head, new.text.span),
        });
    } else {
        let said = Said(words::reworded(&renamed, &after));
        sides.report(&at("text"), What::Changed, (shown(old), shown(new)), &said);
    }
}

fn untestable(sides: &mut Sides<'_>, old: &Rule, new: &Rule, at: &dyn Fn(&'static str) -> Topic) {
    let shown = |reason: &Option<Spanned<String>>| {
        let reason = reason.as_ref();
        reason.map(|reason| (reason.span, reason.value.clone()))
    };
    let (before, after) = (shown(&old.untestable), shown(&new.untestable));
    let text = |shown: &Shown| shown.as_ref().map(|(_, text)| text.clone());
    let what = match (text(&before), text(&after)) {
        (before, after) if before == after => return,
        (None, _) => What::Added,
        (_, None) => What::Removed,
        _ => What::Changed,
    };
    sides.report(&at("untestable"), what, (before, after), &Said::plain());
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Definition => "a definition",
        Level::May => "MAY",
        Level::Should => "SHOULD",
        Level::Must => "MUST",
    }
}

/// Whether the sentence was only reworded.
struct Said(bool);

impl Said {
    fn plain() -> Self {
        Self(false)
    }
}

impl Evidence for Said {
    fn wider(&self) -> bool {
        true
    }
    fn narrower(&self) -> bool {
        true
    }
    fn reworded(&self) -> bool {
        self.0
    }
    fn binding(&self) -> bool {
        true
    }
}
