//! `show explorer`: every answer, behaviour and flow of an edition. It stands here as tables; on a page
//! with `theme/explorer.js`, they answer what the reader asks.
//!
//! The script takes numbers from the page data, and words with their links from the rows: each says in
//! `data-key` what it is about.

mod common;
mod requests;
mod writes;

use serde_json::Value;
use spec_model::analysis::{Register, register};
use spec_model::model::Edition;
use spec_system::Shown;

use super::chapter_showing;
use crate::draw::machine::{self, Nodes};
use crate::html::{Element, data, el};
use crate::links::page_href;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let Some(register) = register(edition) else {
        return Vec::new();
    };
    let answers = match register {
        Register::Bits(field) => writes::tables(page, edition, field),
        Register::Fsm(fsm) => requests::tables(page, edition, fsm),
    };
    let tables = el("div")
        .class("explorer-tables")
        .children(answers)
        .children(common::tables(page, edition, register));
    let root = el("div")
        .class("explorer")
        .children(machine::draw(page, edition, Nodes::Plain))
        .child(tables)
        .child(data(&page_data(page, edition)));
    vec![root]
}

/// What a script reads of a counterexample.
const KEPT: &[&str] = &[
    "variant",
    "counterexample.invariant",
    "counterexample.devices[].name",
    "counterexample.devices[].kind",
    "counterexample.steps[].actor",
    "counterexample.steps[].text",
    "counterexample.steps[].row.flow",
    "counterexample.steps[].devices[]",
    "counterexample.steps[].observed[]",
    "counterexample.steps[].conditions[]",
];

impl Page<'_> {
    /// From this chapter to the explorer's answer to a request or write, by a device that lacks these
    /// capabilities only; not from the explorer itself.
    pub(crate) fn to_request(
        &self,
        edition: &Edition,
        lacks: impl Fn(&str) -> bool,
        from: &str,
        to: &str,
    ) -> Option<String> {
        let chapter = chapter_showing(self, "explorer", edition)?;
        if chapter == self.number {
            return None;
        }
        let names = optional(edition);
        let device = if names.iter().any(|name| lacks(name)) {
            let has: Vec<&str> = names.into_iter().filter(|name| !lacks(name)).collect();
            let has = if has.is_empty() {
                "none".to_owned()
            } else {
                has.join(",")
            };
            format!("device={has}&")
        } else {
            String::new()
        };
        let page = page_href(&self.to_chapter(chapter))?;
        let ask = format!("{device}from={from}&to={to}").replace('|', ",");
        Some(format!("{page}?{ask}"))
    }
}

/// The capabilities that change an answer, and that not every device has.
fn optional(edition: &Edition) -> Vec<&str> {
    let bits = edition.bits.as_ref();
    let matters = |name: &str| {
        bits.is_none_or(|field| {
            let mut needs = field.bits.iter().filter_map(|bit| bit.needs.as_ref());
            needs.any(|needs| needs.value == name)
        })
    };
    let rows = edition.capabilities.iter().filter(|row| !row.required);
    let names = rows.map(|row| row.name.value.as_str());
    names.filter(|name| matters(name)).collect()
}

fn page_data(page: &Page<'_>, edition: &Edition) -> Value {
    let mut data = spec_gen::json::page(page.book, edition);
    let shown: Vec<Shown> = page.counterexamples(edition).cloned().collect();
    let all = spec_system::json::counterexamples(&shown);
    data["counterexamples"] = spec_gen::json::part(all, KEPT);
    data
}
