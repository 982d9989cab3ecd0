//! The whole model as JSON, for tools that are not written in Rust. `schema.md` describes it.
//!
//! Members stand in the order of writing and lists in the order of the book, so the same book gives the same bytes.

use serde_json::{Value, json};
use spec_model::analysis;
use spec_model::model::{Book, Edition};
use spec_model::source::Span;

/// An object of values that are there already: `json!` copies each with all that is in it, once a level.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {
        serde_json::Value::Object(serde_json::Map::from_iter([
            $(($name.to_owned(), serde_json::Value::from($value))),*
        ]))
    };
}

mod computed;
mod device;
mod guard;
mod page;
mod register;
mod requests;
mod states;
mod text;
mod vmm;

/// The version of the schema. It grows with every change that a reader could notice.
pub const FORMAT: u32 = 3;

pub use page::{page, part};

/// The model as text, with a line end at the end.
pub fn text(book: &Book) -> String {
    format!("{:#}\n", value(book))
}

/// The model as a value.
pub fn value(book: &Book) -> Value {
    let places = Places::new(book);
    object! {
        "format": FORMAT,
        "chapters": text::chapters(book, &places),
        "rules": text::rules(book, &places),
        "constants": register::groups(&book.constants, &places),
        "editions": list(&book.editions, |edition| edition_value(edition, &places)),
        "mappings": text::mappings(book, &places),
        "terms": text::terms(book, &places),
        "demands": text::demands(book, &places),
    }
}

fn edition_value(edition: &Edition, places: &Places<'_>) -> Value {
    object! {
        "name": edition.name.value.as_str(),
        "title": json!(edition.title),
        "constants": register::groups(&edition.constants, places),
        "structs": register::structs(edition, places),
        "ioctls": register::ioctls(edition, places),
        "bits": edition.bits.as_ref().map(|bits| device::bits(bits, places)),
        "states": edition.fsm.as_ref().map(|fsm| states::states(fsm, places)),
        "capabilities": device::capabilities(edition, places),
        "errors": device::errors(edition, places),
        "events": device::events(edition, places),
        "protocols": register::protocols(edition, places),
        "fd_protocols": register::fd_protocols(edition, places),
        "description": vmm::description(edition, places),
        "consequences": vmm::consequences(edition, places),
        "domains": vmm::domains(edition, places),
        "conditions": vmm::conditions(edition, places),
        "work": vmm::work(edition, places),
        "failures": vmm::failures(edition, places),
        "flows": vmm::flows(edition, places),
        "breaches": guard::breaches(edition, places),
        "guardrails": guard::guardrails(edition, places),
        "computed": analysis::register(edition).map(|register| computed::computed(edition, register)),
    }
}

/// One value for each row.
fn list<T>(rows: &[T], value: impl Fn(&T) -> Value) -> Value {
    rows.iter().map(value).collect()
}

/// Where things stand, and how they are written there.
struct Places<'a> {
    book: &'a Book,
}

impl<'a> Places<'a> {
    fn new(book: &'a Book) -> Self {
        Self { book }
    }

    /// `{"file": "v1/state.md", "line": 12}`, the file relative to the folder of SUMMARY.md.
    fn at(&self, span: Span) -> Value {
        let sources = &self.book.sources;
        let file = sources.file(span.file);
        let root = sources
            .files()
            .next()
            .and_then(|(_, summary)| summary.path.parent());
        let path = root
            .and_then(|root| file.path.strip_prefix(root).ok())
            .unwrap_or(&file.path);
        json!({ "file": spec_model::source::display(path), "line": file.position(span.start).line })
    }

    /// An expression as the book writes it.
    fn written(&self, span: Span) -> String {
        self.book
            .sources
            .text(span)
            .trim()
            .trim_matches('`')
            .replace("\\|", "|")
    }
}
