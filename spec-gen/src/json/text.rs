//! Chapters, rules, mappings, terms and demands.

use serde_json::{Value, json};
use spec_model::model::{Book, Chapter, Level, Mapping, Rule, Subject};

use super::{Places, list};

pub(super) fn chapters(book: &Book, places: &Places<'_>) -> Value {
    list(&book.chapters, |chapter| {
        json!({
            "path": chapter.path,
            "title": chapter.title,
            "edition": chapter.edition,
            "headings": list(&chapter.headings, |heading| json!({
                "level": heading.level,
                "text": heading.text.value,
                "at": places.at(heading.text.span),
            })),
        })
    })
}

pub(super) fn rules(book: &Book, places: &Places<'_>) -> Value {
    list(&book.rules, |rule| {
        json!({
            "id": rule.id.value,
            "anchor": rule.anchor(),
            "constant": rule.constant(),
            "chapter": path(book.chapters.get(rule.chapter)),
            "level": level(rule.level),
            "table": table(rule),
            "text": rule.text.value,
            "untestable": rule.untestable.as_ref().map(|why| &why.value),
            "at": places.at(rule.id.span),
        })
    })
}

fn path(chapter: Option<&Chapter>) -> Option<&str> {
    chapter.map(|chapter| chapter.path.as_str())
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Definition => "definition",
        Level::May => "may",
        Level::Should => "should",
        Level::Must => "must",
    }
}

fn table(rule: &Rule) -> Value {
    match &rule.subject {
        Subject::Prose => Value::Null,
        Subject::Table { kind, name } => json!({ "kind": kind, "name": name }),
    }
}

pub(super) fn mappings(book: &Book, places: &Places<'_>) -> Value {
    list(&book.mappings, |mapping| mapping_value(mapping, places))
}

fn mapping_value(mapping: &Mapping, places: &Places<'_>) -> Value {
    json!({
        "from": mapping.from.value,
        "to": mapping.to.value,
        "rule": mapping.rule,
        "at": places.at(mapping.span),
        "rows": list(&mapping.rows, |row| json!({
            "from": list(&row.from, |name| json!(name.value)),
            "to": list(&row.to, |name| json!(name.value)),
            "change": row.change.value,
            "at": places.at(row.change.span),
        })),
    })
}

pub(super) fn terms(book: &Book, places: &Places<'_>) -> Value {
    list(&book.terms, |term| {
        json!({
            "name": term.name.value,
            "code": term.code,
            "meaning": term.meaning.value,
            "at": places.at(term.name.span),
        })
    })
}

pub(super) fn demands(book: &Book, places: &Places<'_>) -> Value {
    list(&book.demands, |demand| {
        json!({
            "id": demand.id.value,
            "text": demand.text.value,
            "rules": list(&demand.rules, |rule| json!(rule.value)),
            "at": places.at(demand.id.span),
        })
    })
}
