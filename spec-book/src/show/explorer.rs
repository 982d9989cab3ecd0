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

use crate::draw::machine;
use crate::html::{Element, data, el};
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
        .children(machine::draw(page, edition))
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

fn page_data(page: &Page<'_>, edition: &Edition) -> Value {
    let mut data = spec_gen::json::page(page.book, edition);
    let shown: Vec<Shown> = page.counterexamples(edition).cloned().collect();
    let all = spec_system::json::counterexamples(&shown);
    data["counterexamples"] = spec_gen::json::part(all, KEPT);
    data
}
