//! `<!-- spec: show … -->`: what the site puts in the place of a directive. One file each.

mod behaviours;
mod coverage;
mod decomposition;
mod explorer;
mod machine;
mod mapping;
pub(crate) mod matrix;
mod names;
mod protocol;
mod region;
mod rule_index;

use spec_model::model::{Book, Edition, Show};

use crate::draw::domains;
use crate::drawings::Drawing;
use crate::html::{Element, code, el, link};
use crate::page::Page;

/// What the directives of this chapter ask for.
pub(crate) fn drawings<'a>(page: &Page<'a>) -> impl Iterator<Item = Drawing<'a>> + use<'a> {
    let shows = page.own(&page.book.shows, |show| show.chapter);
    shows.iter().map(|show| Drawing {
        place: show.span.start..show.span.end,
        words: String::new(),
        draw: Box::new(move |page| elements(page, show)),
    })
}

fn elements(page: &Page<'_>, show: &Show) -> Vec<Element> {
    let edition = |of: fn(&Page<'_>, &Edition) -> Vec<Element>| {
        editions(page.book, show)
            .flat_map(|edition| of(page, edition))
            .collect()
    };
    match show.what.value.as_str() {
        "behaviours" => edition(behaviours::show),
        "coverage" => coverage::show(page),
        "decomposition" => edition(decomposition::show),
        "domains" => edition(|page, edition| domains::draw(page, edition).into_iter().collect()),
        "explorer" => edition(explorer::show),
        "machine" => edition(machine::show),
        "mapping" => mapping::show(page, show),
        "matrix" => edition(matrix::show),
        "names" => names::show(page),
        "protocol" => edition(protocol::show),
        "region" => edition(region::show),
        "rules" => rule_index::show(page),
        // The model refuses every other word.
        other => vec![el("p").text(format!("nothing is known of `{other}`"))],
    }
}

/// The edition that the directive is about; all of them where it and its chapter name none.
fn editions<'a>(book: &'a Book, show: &'a Show) -> impl Iterator<Item = &'a Edition> {
    let meant = |edition: &&Edition| {
        show.edition
            .as_ref()
            .is_none_or(|name| *name == edition.name.value)
    };
    book.editions.iter().filter(meant)
}

/// The chapter that shows something of an edition.
fn chapter_showing(page: &Page<'_>, what: &str, edition: &Edition) -> Option<usize> {
    let of_edition = |show: &&Show| {
        let mut of = editions(page.book, show);
        show.what.value == what && of.any(|it| it.name.value == edition.name.value)
    };
    let show = page.book.shows.iter().find(of_edition)?;
    Some(show.chapter)
}

/// A table that scrolls in its own box. The caption is for everybody.
pub(crate) fn table(
    class: &str,
    caption: &str,
    head: Element,
    rows: impl IntoIterator<Item = Element>,
) -> Element {
    let body = rows
        .into_iter()
        .fold(el("tbody"), |body, row| body.child(row));
    let table = el("table")
        .class(class)
        .child(el("caption").text(caption))
        .child(el("thead").child(head))
        .child(body);
    el("div").class("table-wrapper spec").child(table)
}

/// A row of column heads.
pub(crate) fn head<'a>(names: impl IntoIterator<Item = &'a str>) -> Element {
    el("tr").children(
        names
            .into_iter()
            .map(|name| el("th").attr("scope", "col").text(name)),
    )
}

/// The head of a column of a grid: a state. The style sheet turns it.
fn state_column(page: &Page<'_>, edition: &Edition, name: &str) -> Element {
    let head = el("th").attr("scope", "col");
    head.child(state(page, edition, name))
}

/// The head of a row of a grid.
fn state_row(page: &Page<'_>, edition: &Edition, name: &str) -> Element {
    row_head().child(state(page, edition, name))
}

/// A state, with a link to where it stands.
fn state(page: &Page<'_>, edition: &Edition, name: &str) -> Element {
    match page.to_state(edition, name) {
        Some(href) => link(href, name),
        None => code(name),
    }
}

/// A cell.
fn cell(text: impl AsRef<str>) -> Element {
    el("td").text(text)
}

/// A cell with a number.
fn number(value: usize) -> Element {
    el("td").class("number").text(value.to_string())
}

/// The head of a row.
pub(crate) fn row_head() -> Element {
    el("th").attr("scope", "row")
}

/// A part that opens on demand.
fn details(summary: &str, content: impl IntoIterator<Item = Element>) -> Element {
    el("details")
        .class("spec-more")
        .child(el("summary").text(summary))
        .children(content)
}
