//! Reading and checking the book, against the Markdown parser alone on the same files.

use std::hint::black_box;

use pulldown_cmark::{Options, Parser};

use crate::files;
use crate::measure::{Comparison, compare, print, time};

fn parse_only(book: &[(String, String)]) -> usize {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    book.iter()
        .map(|(_, text)| Parser::new_ext(text, options).into_offset_iter().count())
        .sum()
}

fn read_and_check(book: &[(String, String)]) {
    black_box(spec_model::read(book.to_vec()).is_ok());
}

/// The whole book, optimised.
pub(crate) fn run() {
    let book = files::book();
    let c = Comparison {
        what: "read and check the book",
        peer: "pulldown-cmark, same files",
        aim: "at most 2.0",
        rounds: 101,
    };
    compare(
        &c,
        || read_and_check(&book),
        || _ = black_box(parse_only(&book)),
    );
}

/// A book a hundred times as long must take a hundred times as long.
pub(crate) fn scale() {
    let book = files::book();
    let long = files::repeated(&book, 100);
    let bytes = |b: &[(String, String)]| b.iter().map(|(_, t)| t.len()).sum::<usize>();
    if let Err(rejected) = spec_model::read(long.clone()) {
        let first = &rejected.diagnostics[0];
        panic!(
            "the repeated book is not valid: {}",
            first.render(&rejected.sources)
        );
    }
    let factor = bytes(&long) as f64 / bytes(&book) as f64;
    let long_time = |f: &mut dyn FnMut()| time(&mut || f()).div_f64(factor);
    let pairs: Vec<_> = (0..7)
        .map(|_| {
            let long = long_time(&mut || read_and_check(&long));
            let short = (0..20)
                .map(|_| time(&mut || read_and_check(&book)))
                .min()
                .expect("20 runs");
            (long, short)
        })
        .collect();
    let what = format!("read a book {factor:.0} times as long, per length");
    print(
        &Comparison {
            what: &what,
            peer: "the book itself",
            aim: "about 1 (linear)",
            rounds: 7,
        },
        &pairs,
    );
}

/// What the proc macro does, in the profile that this program was built with.
pub(crate) fn expand() {
    let files = files::book();
    let what = if cfg!(debug_assertions) {
        "expand the book, unoptimised"
    } else {
        "expand the book, optimised"
    };
    let c = Comparison {
        what,
        peer: "pulldown-cmark, same files",
        aim: "see the time",
        rounds: 21,
    };
    compare(
        &c,
        || {
            let Ok(book) = spec_model::read(files.clone()) else {
                panic!("the book has errors")
            };
            black_box(spec_gen::rust::tokens(&book));
        },
        || _ = black_box(parse_only(&files)),
    );
}
