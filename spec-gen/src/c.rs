//! The uAPI as one C header: C89, self-contained, for user space and for kernels.
//!
//! Every name carries the edition (`VFIO_V2_…`, `vfio_v2_…`), so that the header goes with `<linux/vfio.h>` in
//! either order. To add another generated group: a file in `c/`, and a line in the list in [`text`].

mod arcs;
mod capabilities;
mod comment;
mod constants;
mod linux;
mod names;
mod next;
mod number;
mod predicates;
mod states;
mod structs;
mod writes;

use spec_model::model::{Book, Edition};

use comment::{Comment, plain_comment};
use names::{EditionNames, Names};

/// The header.
pub fn text(book: &Book) -> String {
    let names = Names::new(book);
    let mut out = head(book);
    for group in &book.constants {
        out += &constants::group(book, group, &names.common);
    }
    for (edition, names_of_it) in book.editions.iter().zip(&names.editions) {
        let cx = Cx {
            book,
            edition,
            names: names_of_it,
            common: &names.common,
        };
        out += &section(&cx);
    }
    out += &linux::generate(book, &names);
    out + "\n#endif\n"
}

/// What the files of this module look at.
#[derive(Clone, Copy)]
struct Cx<'a> {
    book: &'a Book,
    edition: &'a Edition,
    names: &'a EditionNames,
    /// Constants of no edition: the error numbers are among them.
    common: &'a names::Lexicon,
}

impl Cx<'_> {
    /// The number of an error of the book.
    fn errno(&self, fault: &str) -> String {
        let mut faults = self.edition.faults.iter();
        let fault = faults.find(|it| it.name.value == fault);
        let name = fault.map_or("", |fault| &fault.errno.value);
        self.common.get(name).to_owned()
    }
}

fn head(book: &Book) -> String {
    let editions = book.editions.iter();
    let editions: Vec<String> = editions
        .map(|it| format!("{} ({})", it.name.value, it.title))
        .collect();
    let editions = format!("The editions of the book: {}.", editions.join(", "));
    let about = [
        "Generated from the book, do not edit.",
        &editions,
        include_str!("c/about.txt"),
    ];
    let guard = "#ifndef VFIO_SPEC_H\n#define VFIO_SPEC_H\n";
    let prelude = include_str!("c/prelude.h");
    format!("{}\n{guard}\n{prelude}", plain_comment(&about))
}

/// Everything of one edition.
fn section(cx: &Cx<'_>) -> String {
    let edition = cx.edition;
    let title = format!("{}: {}", edition.name.value, edition.title);
    let mut out = format!("\n{}", plain_comment(&[&title]));
    for group in &edition.constants {
        out += &constants::group(cx.book, group, &cx.names.constants);
    }
    out += &constants::ioctls(cx);
    out += &structs::generate(cx);
    out += &capabilities::generate(cx);
    out += &states::generate(cx);
    out += &predicates::generate(cx);
    out += &arcs::generate(cx);
    out += &writes::generate(cx);
    out + &next::generate(cx)
}

/// A comment and what it is about.
fn item(comment: Comment, code: &str) -> String {
    format!("\n{}{code}", comment.render())
}
