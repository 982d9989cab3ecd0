//! `diff` and `changelog` in repositories of their own, with the real book.

use std::path::Path;
use std::process::Command;

use crate::common::{Run, TempBook, repository, run};

/// The real book, committed on `main`.
struct Repository {
    book: TempBook,
}

impl Repository {
    fn new() -> Self {
        let book = TempBook::real();
        let repository = Self { book };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit("the book");
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.book.path(), arguments)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.book.run(arguments)
    }

    /// Other words for a constant, and one sentence in a rule.
    fn change_a_number(&self) {
        let (old, new) = (
            "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 9 |",
            "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 10 |",
        );
        self.book.edit("book/v2/uapi.md", old, new);
    }

    fn change_a_sentence(&self) {
        let old = "It need not know the way.";
        self.book.edit(
            "book/v2/requests.md",
            old,
            "It need not know the way there.",
        );
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn trouble(run: &Run, words: &str) {
    assert_eq!(run.code, Some(2), "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains(words),
        "expected `{words}` in:\n{}",
        run.stderr
    );
    assert_eq!(run.stdout, "", "a report in spite of trouble");
}

#[test]
fn the_working_tree_is_compared_with_main() {
    let repository = Repository::new();
    let nothing = repository.run(&["diff"]);
    assert_eq!(nothing.code, Some(0), "{}", nothing.stderr);
    assert!(
        nothing
            .stdout
            .contains("where this branch left main → the working tree"),
        "{}",
        nothing.stdout
    );
    assert!(
        nothing.stdout.contains("\nno changes\n"),
        "{}",
        nothing.stdout
    );

    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.change_a_number();
    repository.commit("a number");
    repository.change_a_sentence();
    let state = || {
        (
            repository.git(&["status", "--porcelain"]),
            repository.git(&["stash", "list"]),
            repository.git(&["rev-parse", "HEAD"]),
        )
    };
    let before = state();
    let found = repository.run(&["diff"]);
    assert_eq!(state(), before);
    assert_eq!(found.code, Some(1));
    let told = [
        "breaking, ABI: v2 constants",
        "editorial: v2 chapter",
        "the version goes from 1.0.0 to 2.0.0",
    ];
    for told in told {
        assert!(
            found.stdout.contains(told),
            "no `{told}` in:\n{}",
            found.stdout
        );
    }
    assert!(
        !found.stdout.contains('\u{1b}'),
        "colours without a terminal"
    );
    assert!(
        repository
            .run(&["diff", "--color", "always"])
            .stdout
            .contains('\u{1b}')
    );
    // What is committed, and what is not.
    let committed = repository.run(&["diff", "main", "HEAD"]);
    assert!(
        !committed.stdout.contains("editorial: v2"),
        "{}",
        committed.stdout
    );
    let rest = repository.run(&["diff", "HEAD", "--fail-on", "compatible"]);
    assert_eq!(rest.code, Some(0), "{}", rest.stdout);
    assert_eq!(
        repository
            .run(&["diff", "HEAD", "--fail-on", "editorial"])
            .code,
        Some(1)
    );
    assert_eq!(repository.run(&["diff", "--fail-on", "none"]).code, Some(0));
    // From a folder below, with paths as they can be typed there.
    let below = run(&repository.book.path().join("book"), &["diff", "main"]);
    assert!(
        below.stdout.contains("../book/v2/uapi.md:"),
        "{}",
        below.stdout
    );
}

#[test]
fn every_format_holds_the_change() {
    let repository = Repository::new();
    repository.change_a_number();
    let format = |format: &str| repository.run(&["diff", "HEAD", "--format", format]).stdout;
    let json: serde_json::Value = serde_json::from_str(&format("json")).expect("JSON");
    let change = &json["changes"][0];
    assert_eq!(
        change["id"],
        "v2/constants/feature/VFIO_DEVICE_FEATURE_MIG_DATA_SIZE/Value"
    );
    assert_eq!(
        (&change["class"], &change["kind"]),
        (&"breaking".into(), &"ABI".into())
    );
    assert_eq!(
        (&change["before"]["text"], &change["after"]["text"]),
        (&"9".into(), &"10".into())
    );
    assert_eq!(change["after"]["place"]["file"], "book/v2/uapi.md");
    assert_eq!(json["version"]["demanded"], "2.0.0");
    let github = format("github");
    assert!(
        github.starts_with("::warning file=book/v2/uapi.md,line="),
        "{github}"
    );
    assert!(format("markdown").starts_with("## 🔴 The contract: breaking: 1 breaking change"));
}

#[test]
fn trouble_is_never_no_changes() {
    let repository = Repository::new();
    trouble(
        &repository.run(&["diff", "no-such-thing"]),
        "`no-such-thing` is no revision of this repository, and no folder",
    );
    trouble(
        &repository.run(&["diff", "--", "--output=x"]),
        "is no revision",
    );
    repository.book.edit(
        "book/v2/uapi.md",
        "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 9 |",
        "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | nine |",
    );
    let broken = repository.run(&["diff"]);
    trouble(
        &broken,
        "cannot compare: in the working tree, the book has 1 error",
    );
    assert!(
        broken.stderr.contains("book/v2/uapi.md:"),
        "{}",
        broken.stderr
    );
    repository.commit("broken");
    repository.git(&["checkout", "--quiet", "HEAD^", "--", "book"]);
    trouble(
        &repository.run(&["diff", "main"]),
        "cannot compare: in main (",
    );

    repository.git(&["checkout", "--quiet", "--orphan", "empty"]);
    repository.git(&["rm", "-r", "--quiet", "--cached", "."]);
    repository.git(&["commit", "--quiet", "--allow-empty", "--message", "no book"]);
    trouble(
        &repository.run(&["diff", "empty"]),
        "there is no book in empty (",
    );
    trouble(&repository.run(&["diff"]), "have no commit in common");
    repository.git(&["branch", "--quiet", "-D", "main"]);
    trouble(&repository.run(&["diff"]), "there is no main branch");
}

#[test]
fn without_a_repository_two_folders_are_compared() {
    let (old, new) = (TempBook::real(), TempBook::real());
    let path = |book: &TempBook| book.path().to_string_lossy().into_owned();
    trouble(&new.run(&["diff"]), "is in no git repository");
    new.edit(
        "book/v2/uapi.md",
        "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 9 |",
        "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 10 |",
    );
    let compared = new.run(&["diff", &path(&old), "."]);
    assert_eq!(compared.code, Some(1), "{}", compared.stderr);
    // The folders of the chapters will do.
    let chapters = format!("{}/book", path(&old));
    assert_eq!(new.run(&["diff", &chapters, "book"]).code, Some(1));
    trouble(&new.run(&["diff", "tests"]), "is in no git repository");
}

#[test]
fn a_name_for_two_things_is_refused() {
    let repository = Repository::new();
    repository.git(&["branch", "book"]);
    trouble(
        &repository.run(&["diff", "book"]),
        "`book` is a folder and a revision",
    );
    assert_eq!(repository.run(&["diff", "./book"]).code, Some(0));
    assert_eq!(repository.run(&["diff", "refs/heads/book"]).code, Some(0));
}

#[test]
fn a_shallow_clone_says_so() {
    let repository = Repository::new();
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.change_a_sentence();
    repository.commit("a sentence");
    let clone = tempfile::TempDir::new().expect("a temporary folder");
    let url = format!("file://{}", repository.book.path().display());
    let target = clone.path().join("clone");
    git(
        clone.path(),
        &[
            "clone",
            "--quiet",
            "--depth=1",
            "--no-single-branch",
            &url,
            &target.to_string_lossy(),
        ],
    );
    git(&target, &["branch", "--quiet", "main", "origin/main"]);
    trouble(&run(&target, &["diff"]), "this is a shallow clone");
    trouble(&run(&target, &["diff", "HEAD^"]), "shallow clone");
    assert_eq!(run(&target, &["diff", "main"]).code, Some(0));
}

#[test]
fn the_change_log_gets_one_entry() {
    let repository = Repository::new();
    let log = || repository.book.read("book/changes.md");
    let untouched = log();
    let nothing = repository.run(&["changelog"]);
    assert_eq!(
        (nothing.code, log()),
        (Some(0), untouched.clone()),
        "{}",
        nothing.stderr
    );

    repository.change_a_sentence();
    let write = |date: &str| {
        let run = repository.run(&["changelog", "--date", date]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run
    };
    write("2027-01-01");
    let editorial = log();
    assert!(
        editorial.contains("| 1.0.1 | 2027-01-01 | editorial |"),
        "{editorial}"
    );
    assert!(
        editorial.contains("\n## 1.0.1\n\n1 editorial change.\n"),
        "{editorial}"
    );
    // Once more changes nothing, whatever the day.
    let again = write("2027-01-02");
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    assert_eq!(log(), editorial);
    assert!(
        repository
            .run(&["diff"])
            .stdout
            .contains("goes from 1.0.0 to 1.0.1, as the change log says")
    );

    // More changes make it another version; people's words stay.
    let words = "| editorial | a sentence in better words |";
    let line = editorial
        .lines()
        .find(|line| line.starts_with("| 1.0.1 "))
        .expect("the row");
    let better = format!("| 1.0.1 | 2027-01-01 {words}");
    repository.book.edit("book/changes.md", line, &better);
    repository.change_a_number();
    write("2027-01-03");
    let breaking = log();
    assert!(
        breaking.contains("| 2.0.0 | 2027-01-01 | breaking | a sentence in better words |"),
        "{breaking}"
    );
    assert!(!breaking.contains("1.0.1"), "{breaking}");
    assert!(breaking.contains("\n- breaking, ABI: v2 constants feature VFIO\\_DEVICE\\_FEATURE\\_MIG\\_DATA\\_SIZE, Value changed: *9* to *10*\n"), "{breaking}");
    write("2027-01-03");
    assert_eq!(log(), breaking);
    assert_eq!(repository.run(&["check"]).code, Some(0));

    // Accepted, it stays; the next entry stands above it.
    repository.commit("accepted");
    repository
        .book
        .edit("book/v2/requests.md", "the way there.", "the way.");
    write("2027-02-01");
    let next = log();
    assert!(
        next.contains("| 2.0.1 | 2027-02-01 | editorial |"),
        "{next}"
    );
    let (first, second) = (next.find("## 2.0.1"), next.find("## 2.0.0"));
    assert!(first.is_some() && first < second, "{next}");
    assert_eq!(repository.run(&["check"]).code, Some(0));
}

#[test]
fn a_change_log_is_not_half_written() {
    let repository = Repository::new();
    repository.book.edit(
        "book/v2/uapi.md",
        "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | 9 |",
        "`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE` | nine |",
    );
    let before = repository.book.read("book/changes.md");
    trouble(&repository.run(&["changelog"]), "cannot compare");
    assert_eq!(repository.book.read("book/changes.md"), before);
}

/// This repository itself, as whoever works on it would ask.
#[test]
fn this_repository_can_be_compared_with_its_last_commit() {
    let inside = Command::new("git")
        .arg("-C")
        .arg(repository())
        .args(["rev-parse", "HEAD"])
        .output();
    if !inside.is_ok_and(|output| output.status.success()) {
        // A source archive has no history.
        return;
    }
    let compared = run(&repository(), &["diff", "HEAD", "--fail-on", "none"]);
    assert_eq!(compared.code, Some(0), "{}", compared.stderr);
}
