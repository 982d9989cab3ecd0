//! Comparing two versions of the book, against checking one.

use std::hint::black_box;

use spec_model::coverage::{Report, files as rust_files, scan};
use spec_model::model::Book;

use crate::files;
use crate::measure::{Comparison, compare};

type Files = [(String, String)];

fn read(files: &Files) -> Book {
    let Ok(book) = spec_model::read(files.to_vec()) else {
        panic!("the book has errors")
    };
    book
}

fn tests(book: &Book) -> Report {
    let found = rust_files(&files::root()).expect("the tests can be read");
    let mentions = found
        .iter()
        .flat_map(|(path, text)| scan(path, text).unwrap_or_default());
    Report::new(book, mentions)
}

fn check(book: &Files) {
    let book = read(book);
    black_box(tests(&book).uncovered(&book).count());
}

fn diff(old: &Files, new: &Files) {
    let (old, new) = std::thread::scope(|scope| {
        let old = scope.spawn(|| read(old));
        let new = read(new);
        (old.join().expect("the book has no errors"), new)
    });
    let tests = tests(&new);
    black_box(spec_diff::compare(&old, &new, Some(&tests)));
}

/// One number of the second edition is changed: everything of it is run.
pub(crate) fn run() {
    let book = files::book();
    let mut other = book.clone();
    let changed = other.iter_mut().any(|(_, text)| {
        let (old, new) = (
            "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 9 |",
            "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 10 |",
        );
        let found = text.contains(old);
        *text = text.replacen(old, new, 1);
        found
    });
    assert!(changed, "the number is no more in the book");
    let c = |what| Comparison {
        what,
        peer: "check the book and its tests",
        aim: "at most 3.0",
        rounds: 21,
    };
    let of = |new: &Files| diff(&book, new);
    compare(&c("compare two equal books"), || of(&book), || check(&book));
    compare(
        &c("compare the book with a changed number"),
        || of(&other),
        || check(&book),
    );
}
