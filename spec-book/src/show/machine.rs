//! `show machine`: the states, and how one leads to another.

use spec_model::model::Edition;

use crate::draw::{machine, variants};
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let small = edition.fsm.as_ref();
    let small = small.and_then(|fsm| variants::draw(edition, fsm));
    machine::draw(page, edition)
        .into_iter()
        .chain(small)
        .collect()
}
