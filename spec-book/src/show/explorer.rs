//! `show explorer`: every answer, behaviour and flow of an edition. It stands here as tables; on a page
//! with `theme/explorer.js`, they answer what the reader asks.
//!
//! The script takes numbers from the page data, and words with their links from the rows: each says in
//! `data-key` what it is about.

mod common;
mod requests;
mod writes;

use spec_model::analysis::{Register, register};
use spec_model::model::Edition;

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
        .child(data(&spec_gen::json::page(page.book, edition)));
    vec![root]
}
