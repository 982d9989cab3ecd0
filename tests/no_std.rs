//! The driver's crate is light: no standard library, no allocator, no dependency at run time.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn cargo(arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {}:\n{errors}",
        arguments.join(" ")
    );
    output
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The target folder that this test was built in, so that what is compiled there is used again.
fn target() -> PathBuf {
    let this = std::env::current_exe().expect("a test has a path");
    this.ancestors()
        .nth(3)
        .expect("target/debug/deps/test")
        .to_owned()
}

#[test]
fn links_without_the_standard_library() {
    let folder = root().join("tests/no_std");
    // The same versions as everywhere else, all of them downloaded by now.
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("the lock file is copied");
    let target = target();
    let target = target.to_str().expect("a path in UTF-8");
    cargo(
        &["build", "--quiet", "--offline", "--target-dir", target],
        &folder,
    );
    let library = Path::new(target).join("debug/libno_std_proof.a");
    assert!(library.is_file(), "{} was not built", library.display());
}

#[test]
fn nothing_is_needed_at_run_time() {
    let tree = [
        "tree",
        "--offline",
        "--package",
        "vfio-migration",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let at_run_time = [&tree[..], &["--edges", "normal,no-proc-macro"]].concat();
    let lines = String::from_utf8(cargo(&at_run_time, root()).stdout).expect("package names");
    assert_eq!(
        lines.lines().count(),
        1,
        "vfio-migration depends on more than itself:\n{lines}"
    );
    let direct = [&tree[..], &["--edges", "normal", "--depth", "1"]].concat();
    let lines = String::from_utf8(cargo(&direct, root()).stdout).expect("package names");
    let names: Vec<_> = lines
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names, ["vfio-migration", "spec-macros"]);
    assert!(lines.contains("(proc-macro)"), "{lines}");
}
