//! Every table of variants is followed by what goes wrong in each: the shortest way, found by the
//! explorer when the site is built.

use spec_model::model::{Edition, Variant};
use spec_system::Counterexample;

use crate::draw::counterexample;
use crate::drawings::Drawing;
use crate::html::{Element, code, el, linked};
use crate::page::Page;

/// The counterexamples of this chapter.
pub(crate) fn drawings<'a>(page: &Page<'a>) -> impl Iterator<Item = Drawing<'a>> + use<'a> {
    let file = page.file();
    let own = move |row: &&Variant| row.table.file == file;
    page.edition().into_iter().flat_map(move |edition| {
        let rows = edition.system.variants.iter().filter(own);
        rows.map(move |row| Drawing {
            place: row.table.end..row.table.end,
            words: String::new(),
            draw: Box::new(move |page| vec![shown(page, edition, row)]),
        })
    })
}

fn shown(page: &Page<'_>, edition: &Edition, row: &Variant) -> Element {
    let name = &row.name.value;
    let section = el("section").class("counterexample");
    let href = page.to_row(edition, "variant", name);
    let head = el("h3").child(linked(code(name), href));
    let mut all = page.counterexamples(edition);
    let found = all.find(|shown| shown.variant == *name);
    match found.and_then(|shown| shown.counterexample.as_ref()) {
        Some(found) => {
            let title = format!("What goes wrong in {name}");
            section
                .child(head)
                .child(caption(page, edition, row))
                .child(counterexample::draw(page, edition, found, &title))
                .child(words(found))
        }
        None => section.child(head).child(
            el("p")
                .class("bad")
                .text(format!("Nothing: {} holds all the same.", row.breaks.value)),
        ),
    }
}

fn caption(page: &Page<'_>, edition: &Edition, row: &Variant) -> Element {
    let href = page.to_row(edition, "invariant", &row.breaks.value);
    el("p")
        .text(format!(
            "If {}: ",
            spec_model::inline::plain(&row.meaning.value)
        ))
        .child(linked(code(&row.breaks.value), href))
        .text(" is broken.")
}

/// The same for those who do not see the picture.
fn words(found: &Counterexample) -> Element {
    let steps = found.to_string();
    el("details")
        .class("spec-more")
        .child(el("summary").text("The same as text"))
        .child(el("pre").lines(&steps))
}
