//! The book of this repository, books from folders, and rustc.
#![allow(dead_code, reason = "every test binary uses a part")]

pub(crate) mod cc;

use std::path::{Path, PathBuf};
use std::process::Command;

use spec_model::model::Book;

/// The book of this repository.
pub(crate) fn book() -> Book {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md"))
}

/// The book of a `SUMMARY.md`; its mistakes fail the test.
pub(crate) fn read(summary: &Path) -> Book {
    accept(spec_model::load(summary))
}

/// A fresh folder for what a test writes.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
        _ => {}
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs rustc on a file. Warnings are errors; both fail the test with what rustc says.
pub(crate) fn rustc(file: &Path, arguments: &[&str]) {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = file.parent().unwrap();
    let output = Command::new(rustc)
        .args(["-Dwarnings", "--out-dir"])
        .arg(folder)
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}: {arguments:?}\n{}",
        file.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The book that consists of one of `books/`, and of numbers that it may use.
pub(crate) fn case(name: &str) -> Book {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/books/{name}.md"));
    let files = [
        (
            "SUMMARY.md",
            "# Summary\n\n- [Errno](errno.md)\n- [Case](case.md)\n".to_owned(),
        ),
        ("errno.md", ERRNO.to_owned()),
        ("case.md", std::fs::read_to_string(path).unwrap()),
    ];
    accept(spec_model::read(
        files.map(|(path, text)| (path.to_owned(), text)).into(),
    ))
}

const ERRNO: &str = "# Errno\n\n<!-- spec: constants errno type=u32 -->\n
| Name | Value | Meaning |\n|---|---:|---|\n| `EIO` | 5 | it cannot |\n| `EINVAL` | 22 | it is wrong |\n";

fn accept(book: Result<Book, Box<spec_model::Rejected>>) -> Book {
    book.unwrap_or_else(|rejected| {
        let all = rejected
            .diagnostics
            .iter()
            .map(|d| d.render(&rejected.sources));
        panic!("{}", all.collect::<Vec<_>>().join("\n"))
    })
}
