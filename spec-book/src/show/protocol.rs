//! `show protocol`: the phases of each protocol of the edition.

use spec_model::model::Edition;

use crate::draw::phases;
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, edition: &Edition) -> Vec<Element> {
    let registers = edition.protocols.iter();
    let registers = registers.map(|it| phases::registers(page, edition, it));
    let descriptors = edition.fd_protocols.iter();
    let descriptors = descriptors.map(|it| phases::descriptor(page, edition, it));
    registers.chain(descriptors).collect()
}
