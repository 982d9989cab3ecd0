//! `show machine`: the states, and how one leads to another.

use spec_model::model::Edition;

use crate::draw::machine;
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    machine::draw(page, edition).into_iter().collect()
}
