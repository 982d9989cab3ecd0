//! `show machine`: the states and the writes that change one bit.

use spec_model::model::Edition;

use crate::draw::machine;
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    edition
        .bits
        .iter()
        .filter_map(|field| machine::draw(page, edition, field))
        .collect()
}
