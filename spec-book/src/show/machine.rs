//! `show machine`: the states, and how one leads to another.

use spec_model::model::Edition;

use crate::draw::machine::{self, Nodes};
use crate::draw::variants;
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let small = edition.fsm.as_ref();
    let small = small.and_then(|fsm| variants::draw(page, edition, fsm));
    machine::draw(page, edition, Nodes::Links)
        .into_iter()
        .chain(small)
        .collect()
}
