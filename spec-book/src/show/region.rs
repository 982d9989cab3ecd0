//! `show region`: where each register lies, and what follows the registers.

use spec_model::model::Edition;

use crate::draw::region;
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let structs = edition.structs.iter();
    structs
        .map(|fields| region::draw(page, edition, fields))
        .collect()
}
