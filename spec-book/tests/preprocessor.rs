//! What mdBook is told when the book cannot be shown.

use std::path::Path;

use mdbook_driver::MDBook;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use spec_book::Spec;

/// Runs the preprocessor over the small book as mdBook loads it, changed by `change`.
fn run(change: impl FnOnce(&mut Book)) -> Result<Book, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/door");
    let mut book = MDBook::load(&root).expect("mdBook loads it");
    change(&mut book.book);
    let context = PreprocessorContext::new(root, book.config, "html".to_owned());
    Spec.run(&context, book.book)
        .map_err(|error| format!("{error:#}"))
}

#[test]
fn every_chapter_is_rendered() {
    let book = run(|_| {}).expect("nothing is wrong");
    let contents: Vec<&str> = book
        .chapters()
        .map(|chapter| chapter.content.as_str())
        .collect();
    assert_eq!(contents.len(), 7);
    assert!(
        contents
            .iter()
            .all(|content| !content.contains("<!-- spec"))
    );
}

#[test]
fn a_chapter_that_another_preprocessor_changed_is_refused() {
    let error = run(|book| {
        book.for_each_chapter_mut(|chapter| {
            if chapter.name == "The panel" {
                chapter.content.push_str("\nchanged");
            }
        });
    });
    insta::assert_snapshot!(error.expect_err("refused"));
}

#[test]
fn a_chapter_that_summary_does_not_list_is_refused() {
    let error = run(|book| {
        let chapter = Chapter::new("More", String::new(), "more.md", Vec::new());
        book.push_item(BookItem::Chapter(chapter));
    });
    insta::assert_snapshot!(error.expect_err("refused"));
}

#[test]
fn mistakes_in_the_book_are_shown_as_everywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("book.toml", "[book]\nsrc = \".\"\n");
    write("SUMMARY.md", "- [A](a.md)\n");
    write("a.md", "# A\n\nr[Answer]\nA device MUST answer.\n");
    let book = MDBook::load(folder.path()).expect("mdBook loads it");
    let context =
        PreprocessorContext::new(folder.path().to_owned(), book.config, "html".to_owned());
    let error = Spec
        .run(&context, book.book)
        .expect_err("refused")
        .to_string();
    let error = error.replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(error);
}

#[test]
fn only_html_is_for_us() {
    assert!(Spec.supports_renderer("html").expect("known"));
    assert!(!Spec.supports_renderer("markdown").expect("known"));
}
