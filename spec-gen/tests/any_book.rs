//! Whatever passes the model's checks becomes Rust that compiles without a warning: one idea a file in `books/`.

mod common;

use std::path::Path;

use spec_gen::pretty;

#[test]
fn every_book_compiles() {
    let folder = common::folder("any_book");
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books");
    let mut books: Vec<_> = std::fs::read_dir(books)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    books.sort();
    assert!(!books.is_empty());
    for path in books {
        let case = path.file_stem().unwrap().to_str().unwrap();
        let book = common::case(case);
        std::fs::write(folder.join(format!("{case}_spec.rs")), pretty::rust(&book)).unwrap();
        let file = folder.join(format!("{case}.rs"));
        std::fs::write(&file, format!("#![no_std]\npub mod {case}_spec;\n")).unwrap();
        common::rustc(
            &file,
            &[
                "--crate-type",
                "lib",
                "--emit",
                "metadata",
                "--edition",
                "2024",
            ],
        );
    }
}
