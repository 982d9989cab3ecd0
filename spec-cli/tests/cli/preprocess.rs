//! mdBook with the plug-in makes the same site as `build`.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::common::{TempBook, command, files};
use mdbook_driver::MDBook;

#[test]
fn mdbook_with_the_plug_in_builds_the_same_site() {
    let book = TempBook::door();
    book.edit(
        "book.toml",
        "vfio-spec preprocess",
        &format!("{} preprocess", env!("CARGO_BIN_EXE_vfio-spec")),
    );
    assert_eq!(book.run(&["build", "--dest", "ours"]).code, Some(0));
    let stock = MDBook::load(book.path()).expect("mdBook reads the book");
    stock.build().expect("mdBook builds the book");

    let (ours, theirs) = (book.path().join("ours"), book.path().join("out"));
    assert_eq!(files(&ours), files(&theirs));
    for file in files(&ours) {
        let same = fs::read(ours.join(&file)).ok() == fs::read(theirs.join(&file)).ok();
        assert!(same, "{} differs", file.display());
    }
    assert!(
        book.read("out/door.html").contains("r-door.whole"),
        "the plug-in has run"
    );
}

#[test]
fn only_html_is_supported() {
    let book = TempBook::door();
    assert_eq!(book.run(&["preprocess", "supports", "html"]).code, Some(0));
    assert_eq!(book.run(&["preprocess", "supports", "epub"]).code, Some(1));
}

#[test]
fn strange_input_is_one_line() {
    let book = TempBook::door();
    for input in ["", "{}", "[1, 2]", "hello"] {
        let mut child = command(book.path(), &["preprocess"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin
            .write_all(input.as_bytes())
            .expect("the pipe takes it");
        drop(stdin);
        let refused: crate::common::Run = child.wait_with_output().expect("it ends").into();
        assert_eq!(refused.code, Some(2), "{input}: {}", refused.stderr);
        assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    }
}
