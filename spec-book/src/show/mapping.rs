//! `show mapping`: the `mapping` table above the directive, drawn.

use spec_model::model::Show;

use crate::draw::lines;
use crate::html::Element;
use crate::page::Page;

pub(super) fn show(page: &Page<'_>, show: &Show) -> Vec<Element> {
    let mappings = page.book.mappings.iter();
    let above = mappings.filter(|it| it.span.file == show.span.file && it.span < show.span);
    let last = above.max_by_key(|it| it.span);
    last.and_then(|mapping| lines::draw(page, mapping))
        .into_iter()
        .collect()
}
