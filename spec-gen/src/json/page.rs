//! What a page of the site needs of one edition: a selection of the model's members, in their places.

use std::collections::BTreeMap;

use serde_json::Value;
use spec_model::inline::plain;
use spec_model::model::{Book, Edition};

use super::{FORMAT, Places, edition_value};

/// The members that the explorer reads; `[]` stands for each row, `*` for members named by the book.
const KEPT: &[&str] = &[
    "name",
    "bits.initial",
    "bits.bits[].number",
    "bits.bits[].name",
    "bits.bits[].needs",
    "bits.actions[].name",
    "bits.actions[].title",
    "bits.actions[].status",
    "states.initial",
    "states.arcs[].from",
    "states.arcs[].to",
    "states.arcs[].session",
    "states.arcs[].callback",
    "capabilities[].name",
    "capabilities[].required",
    "errors[].name",
    "errors[].errno",
    "errors[].state_after",
    "conditions[].name",
    "conditions[].column",
    "conditions[].on",
    "conditions[].off",
    "flows[].name",
    "flows[].title",
    "flows[].side",
    "flows[].devices",
    "flows[].needs[]",
    "flows[].lacks[]",
    "flows[].released",
    "flows[].steps[].number",
    "flows[].steps[].target.how",
    "flows[].steps[].target.state",
    "flows[].steps[].before",
    "flows[].steps[].after",
    "flows[].steps[].conditions.*",
    "flows[].steps[].work[]",
    "flows[].steps[].text",
    "flows[].steps[].barrier",
    "flows[].steps[].failure",
    "flows[].steps[].result",
    "computed.states[].value",
    "computed.states[].name",
    "computed.states[].session",
    "computed.states[].behaviours.*",
    "computed.states[].work.*",
    "computed.error_state",
    "computed.orders[].order",
    "computed.orders[].writes[].old",
    "computed.orders[].writes[].new",
    "computed.orders[].writes[].actions[]",
    "computed.orders[].writes[].equal_steps[]",
    "computed.orders[].writes[].nearest_steps[]",
    "computed.orders[].writes[].differs",
    "computed.orders[].writes[].lost_by",
    "computed.matrix[].capabilities[]",
    "computed.matrix[].writes[].old",
    "computed.matrix[].writes[].new",
    "computed.matrix[].writes[].refused",
    "computed.requests[].capabilities[]",
    "computed.requests[].answers[].from",
    "computed.requests[].answers[].to",
    "computed.requests[].answers[].refused",
    "computed.requests[].answers[].path[]",
];

/// Those that are Markdown in the book.
const MARKDOWN: &[&str] = &["flows[].steps[].text", "flows[].steps[].barrier"];

/// One edition for the explorer of the site: the same members at the same places as in
/// [`value`](super::value), fewer of them. Markdown is plain words, and what is null, no or empty is left out.
pub fn page(book: &Book, edition: &Edition) -> Value {
    let whole = edition_value(edition, &Places::new(book));
    let kept = Kept::new(KEPT, MARKDOWN);
    object! { "format": FORMAT, "editions": vec![select(whole, &kept)] }
}

/// The same for other data of a page: only these members, written as `steps[].text`.
pub fn part(whole: Value, kept: &[&str]) -> Value {
    select(whole, &Kept::new(kept, &[]))
}

/// The members that stay, by name; lists are not counted as a level.
#[derive(Default)]
struct Kept<'a> {
    members: BTreeMap<&'a str, Self>,
    markdown: bool,
}

impl<'a> Kept<'a> {
    fn new(paths: &[&'a str], markdown: &[&str]) -> Self {
        let mut root = Self::default();
        for path in paths {
            let names = path.split('.').map(|name| name.trim_end_matches("[]"));
            let leaf = names.fold(&mut root, |at, name| at.members.entry(name).or_default());
            leaf.markdown = markdown.contains(path);
        }
        root
    }

    fn member(&self, name: &str) -> Option<&Self> {
        self.members.get(name).or_else(|| self.members.get("*"))
    }
}

fn select(value: Value, kept: &Kept<'_>) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value)| {
                let kept = kept.member(String::as_str(&name))?;
                Some((name, select(value, kept))).filter(|(_, value)| says_something(value))
            };
            Value::Object(members.into_iter().filter_map(member).collect())
        }
        Value::Array(items) => items.into_iter().map(|item| select(item, kept)).collect(),
        Value::String(text) if kept.markdown => Value::String(plain(&text)),
        other => other,
    }
}

/// A reader takes a member that is not there as null, no, or empty.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}
