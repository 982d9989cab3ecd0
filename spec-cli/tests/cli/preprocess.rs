//! mdBook with the plug-in makes the same site as `build`.

use std::fs;
use std::io::Write;
use std::path::Path;
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
    // Stock mdBook's search looks into drawings too; the names of its files are made of their content.
    let named = |site: &Path| {
        let mut files = files(site);
        files.retain(|file| !file.display().to_string().starts_with("search"));
        files
    };
    assert_eq!(named(&ours), named(&theirs));
    for file in named(&ours) {
        let (ours, theirs) = (fs::read(ours.join(&file)), fs::read(theirs.join(&file)));
        let (ours, theirs) = (ours.expect("a file"), theirs.expect("a file"));
        if file.extension().is_some_and(|it| it == "html") {
            assert_eq!(words(&ours), words(&theirs), "{} differs", file.display());
        } else {
            assert!(ours == theirs, "{} differs", file.display());
        }
    }
    assert!(
        book.read("out/door.html").contains("r-door.whole"),
        "the plug-in has run"
    );
}

/// What a page says. Each of the two writes tags in its own way.
fn words(page: &[u8]) -> String {
    let page = String::from_utf8_lossy(page);
    let main = page.split("<main>").last().unwrap_or_default();
    let main = main.split("</main>").next().unwrap_or_default();
    let parts = main
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text = parts
        .collect::<String>()
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
