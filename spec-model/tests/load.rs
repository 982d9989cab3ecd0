//! Books on disk.

use std::fs;
use std::path::{Path, PathBuf};

mod common;

/// An empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("load")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("deep")).unwrap();
    folder
}

/// The first line of every diagnostic, from the name of the file on.
fn refused(summary: &Path) -> Vec<String> {
    let rejected = spec_model::load(summary).expect_err("a mistake");
    let root = format!("{}/", summary.parent().unwrap().display());
    let first_line = |text: String| text.lines().next().unwrap_or_default().replace(&root, "");
    rejected
        .diagnostics
        .iter()
        .map(|d| first_line(d.render(&rejected.sources)))
        .collect()
}

#[test]
fn reads_chapters_at_any_depth() {
    let folder = folder("good");
    fs::write(
        folder.join("SUMMARY.md"),
        "# Summary\n\n[Front](front.md)\n\n# Part\n\n- [A `b`](./deep/a.md)\n  - [Spaces](deep/with%20space.md)\n\n---\n\n[Back](deep/../back.md)\n",
    )
    .unwrap();
    for (path, text) in [
        ("front.md", ""),
        ("deep/a.md", "# A"),
        ("deep/with space.md", "B\n"),
        ("back.md", "C\r\n"),
    ] {
        fs::write(folder.join(path), text).unwrap();
    }
    let book = spec_model::load(&folder.join("SUMMARY.md")).unwrap();
    let chapters: Vec<(&str, &str)> = book
        .chapters
        .iter()
        .map(|c| (c.path.as_str(), c.title.as_str()))
        .collect();
    assert_eq!(
        chapters,
        [
            ("front.md", "Front"),
            ("deep/a.md", "A b"),
            ("deep/with space.md", "Spaces"),
            ("back.md", "Back")
        ]
    );
    let shown = &book.sources.file(book.chapters[1].file).path;
    assert_eq!(
        shown,
        &folder.join("deep/a.md"),
        "paths begin as that of SUMMARY.md does"
    );
}

#[test]
fn a_missing_book_is_one_clear_line() {
    let folder = folder("missing");
    let lines = refused(&folder.join("SUMMARY.md"));
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("SUMMARY.md:1:1: cannot read the list of chapters: "),
        "{lines:?}"
    );
}

#[test]
fn every_chapter_that_cannot_be_read_is_reported_at_its_entry() {
    let folder = folder("unreadable");
    fs::write(
        folder.join("SUMMARY.md"),
        "# Summary\n\n- [Gone](gone.md)\n- [Folder](deep)\n- [Latin](latin.md)\n",
    )
    .unwrap();
    fs::write(folder.join("latin.md"), b"# Gr\xf6\xdfe\n").unwrap();
    let lines = refused(&folder.join("SUMMARY.md"));
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].starts_with("SUMMARY.md:3:3: cannot read chapter `gone.md`: "),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("SUMMARY.md:4:3: cannot read chapter `deep`: "),
        "{lines:?}"
    );
    assert_eq!(
        lines[2],
        "SUMMARY.md:5:3: cannot read chapter `latin.md`: the file is not UTF-8 at byte 4 [unreadable-chapter]"
    );
}
