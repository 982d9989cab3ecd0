//! The `moves` table of a chapter, with its eight columns in four: it is read on screens.

use spec_model::model::{Edition, Move, Scope};
use spec_model::source::{Span, Spanned};

use crate::drawings::Drawing;
use crate::html::{Element, code, el, link};
use crate::page::Page;
use crate::rows::row_id;
use crate::show::{head, row_head, table};
use crate::tables::words;

/// That of this chapter, if it has one.
pub(crate) fn drawings<'a>(page: &Page<'a>) -> impl Iterator<Item = Drawing<'a>> + use<'a> {
    let tables = page.own(&page.book.tables, |table| table.chapter);
    let (book, edition) = (page.book, page.edition());
    let own = tables.iter().filter(|table| table.kind == KIND);
    own.filter_map(move |table| {
        let edition = edition?;
        Some(Drawing {
            place: table.span.start..table.span.end,
            words: words(book, table),
            draw: Box::new(move |page| vec![draw(page, edition, table.span)]),
        })
    })
}

/// What `tables` leaves to us.
pub(crate) const KIND: &str = "moves";

/// The table at this place.
fn draw(page: &Page<'_>, edition: &Edition, span: Span) -> Element {
    let own = |row: &&Move| row.name.span.file == span.file;
    let rows = edition.system.moves.iter().filter(own);
    table(
        "moves",
        "Each move: who makes it, and of what it is one",
        head(["Move", "Possible while", "Changes", "What happens"]),
        rows.map(|row| self::row(page, edition, row)),
    )
}

fn row(page: &Page<'_>, edition: &Edition, row: &Move) -> Element {
    let of = match row.scope {
        Scope::Machine => "",
        Scope::Device | Scope::Pair => "each ",
    };
    let who = format!("{}: {of}{}", row.by.name(), row.scope.name());
    let name = row_head()
        .child(code(&row.name.value))
        .child(el("small").text(who));
    let when = match page.source(row.when.span).as_str() {
        "" | "–" => el("td"),
        when => el("td").child(code(when)),
    };
    el("tr")
        .attr("id", row_id(Some(edition), "move", &row.name.value))
        .child(name)
        .child(when)
        .child(changes(page, edition, row))
        .child(page.prose(el("td"), &row.meaning.value))
}

/// What is another way afterwards.
fn changes(page: &Page<'_>, edition: &Edition, row: &Move) -> Element {
    let mut cell = el("td");
    let mut stop = "";
    for (word, names) in [("sets ", &row.sets), ("clears ", &row.clears)] {
        if !names.is_empty() {
            cell = listed(page, edition, cell.text(stop).text(word), names);
            stop = "; ";
        }
    }
    let Some(after) = &row.after else {
        return cell;
    };
    let state = page.source(after.span);
    let cell = cell.text(stop).text("the device is then ");
    match page.to_state(edition, &state) {
        Some(href) => cell.child(link(href, state)),
        None => cell.text(state),
    }
}

/// Observables, each with a link to its row; of those of the other device, to the same row.
fn listed(page: &Page<'_>, edition: &Edition, into: Element, names: &[Spanned<String>]) -> Element {
    names.iter().enumerate().fold(into, |into, (n, name)| {
        let into = if n > 0 { into.text(", ") } else { into };
        let name = &name.value;
        let own = name.strip_prefix("peer_").unwrap_or(name);
        match page.to_row(edition, "observable", own) {
            Some(href) => into.child(link(href, name)),
            None => into.child(code(name)),
        }
    })
}
