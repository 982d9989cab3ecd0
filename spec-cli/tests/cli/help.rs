//! The help texts are read by people: every change of them is looked at.

use crate::common::{TempBook, run};

#[test]
fn help_teaches() {
    let book = TempBook::door();
    for command in [
        "",
        "check",
        "build",
        "serve",
        "path",
        "verify",
        "gen",
        "preprocess",
        "links",
        "trace",
        "trace check",
    ] {
        let args: Vec<&str> = command
            .split(' ')
            .chain(["--help"])
            .filter(|arg| !arg.is_empty())
            .collect();
        let shown = run(book.path(), &args);
        assert_eq!(shown.code, Some(0));
        let name = if command.is_empty() { "help" } else { command };
        insta::assert_snapshot!(name.replace(' ', "_"), shown.stdout);
    }
}

#[test]
fn wrong_usage_exits_2() {
    let book = TempBook::door();
    for args in [
        &[][..],
        &["sing"],
        &["path"],
        &["path", "door", "0"],
        &["check", "--format", "xml"],
    ] {
        let refused = run(book.path(), args);
        assert_eq!(refused.code, Some(2), "{args:?}: {}", refused.stderr);
    }
}
