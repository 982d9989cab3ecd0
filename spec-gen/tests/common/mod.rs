//! The book of this repository, books from folders, and rustc.
#![allow(dead_code, reason = "every test binary uses a part")]

use std::path::{Path, PathBuf};
use std::process::Command;

use spec_model::model::Book;

/// The book of this repository.
pub(crate) fn book() -> Book {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md"))
}

/// The book of a `SUMMARY.md`; its mistakes fail the test.
pub(crate) fn read(summary: &Path) -> Book {
    spec_model::load(summary).unwrap_or_else(|rejected| {
        let all = rejected
            .diagnostics
            .iter()
            .map(|d| d.render(&rejected.sources));
        panic!("{}", all.collect::<Vec<_>>().join("\n"))
    })
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
