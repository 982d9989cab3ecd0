//! `build`: pages whose links hold, sources that survive, a site that stays when a build fails.

use std::fs;

use crate::common::{TempBook, files, repository, run};

#[test]
fn the_real_book_becomes_a_site_without_broken_links() {
    let book = TempBook::door();
    let site = book.path().join("real").to_string_lossy().into_owned();
    let built = run(&repository(), &["build", "--dest", &site]);
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    let links = run(&repository(), &["links", &site]);
    assert_eq!(links.code, Some(0), "{}", links.stderr);
}

#[test]
fn says_where_the_site_is() {
    let book = TempBook::door();
    insta::assert_snapshot!(book.run(&["build"]).seen());
    assert!(book.read("out/door.html").contains("turns the key"));
    assert!(!book.read("out/door.html").contains("__livereload"));
    let left: Vec<_> = fs::read_dir(book.path())
        .expect("a folder")
        .flatten()
        .collect();
    assert_eq!(left.len(), 3, "only book, book.toml and out: {left:?}");
}

#[test]
fn a_failed_build_keeps_the_last_good_site() {
    let book = TempBook::door();
    assert_eq!(book.run(&["build"]).code, Some(0));
    let good = book.read("out/door.html");
    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    let failed = book.run(&["build"]);
    insta::assert_snapshot!(failed.seen());
    assert_eq!(book.read("out/door.html"), good);
    book.edit("book/door.md", "| `LOKCED` | `lock`", "| `LOCKED` | `bolt`");
    assert_eq!(book.run(&["build"]).code, Some(0));
    assert!(book.read("out/door.html").contains("bolt"));
}

#[test]
fn an_output_over_the_sources_is_refused() {
    for dest in [
        "book",
        "book/site",
        ".",
        "..",
        "theme",
        "book/../book",
        "linked/site",
    ] {
        let book = TempBook::door();
        book.write("theme/head.hbs", "");
        #[cfg(unix)]
        std::os::unix::fs::symlink("book", book.path().join("linked")).expect("a link");
        let before = files(book.path());
        let refused = book.run(&["build", "--dest", dest]);
        assert_eq!(refused.code, Some(2), "{dest}: {}", refused.stderr);
        assert!(
            refused.stderr.contains("overlaps the sources"),
            "{dest}: {}",
            refused.stderr
        );
        assert_eq!(
            refused
                .stderr
                .lines()
                .filter(|l| l.starts_with("error"))
                .count(),
            1
        );
        assert_eq!(files(book.path()), before, "{dest}");
    }
}

#[test]
fn the_default_of_mdbook_is_refused_too() {
    let book = TempBook::door();
    book.edit("book.toml", "build-dir = \"out\"\n", "");
    let refused = book.run(&["build"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(book.read("book/door.md").contains("# The door"));
}

#[test]
fn a_folder_that_is_no_site_is_left_alone() {
    let book = TempBook::door();
    book.write("letters/home.txt", "Dear all");
    insta::assert_snapshot!(book.run(&["build", "--dest", "letters"]).seen());
    assert_eq!(book.read("letters/home.txt"), "Dear all");
}

#[test]
fn html_that_mdbook_cannot_digest_is_an_error_with_its_chapter() {
    let book = TempBook::door();
    book.edit(
        "book/errno.md",
        "# Error numbers\n",
        "# Error numbers\n\ntext </p> more\n",
    );
    insta::assert_snapshot!("stray_closing_tag", book.run(&["build"]).seen());
}

#[test]
fn what_mdbook_warns_of_fails_the_build() {
    let book = TempBook::door();
    book.edit(
        "book/errno.md",
        "# Error numbers\n",
        "# Error numbers\n\n<div>\n\nopen\n",
    );
    insta::assert_snapshot!("open_div", book.run(&["build"]).seen());
}
