//! Building the site, against mdBook on the same chapters without us: as commands, the way people run them, and within
//! one process, where both have the same allocator.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use spec_book::{Parts, Tests, Text};

use crate::files;
use crate::measure::{Comparison, compare};

const VERSION: &str = "0.5.4";
const ROUNDS: usize = 21;

/// All with search and print page, as shipped.
pub(crate) fn run() {
    let root = files::root();
    let out = root.join("target/bench-site");
    let config = Config::from_disk(root.join("book.toml")).expect("book.toml is readable");
    commands(&root, &out, &config);
    let c = Comparison {
        what: "build the site, in one process",
        peer: "mdBook alone",
        aim: "none: it compares no commands",
        rounds: ROUNDS,
    };
    compare(
        &c,
        || ours(&root, &config, &out.join("ours")),
        || mdbook(&root, without_us(&config), &out.join("alone"), None),
    );
}

/// `vfio-spec build` and `mdbook build`.
fn commands(root: &Path, out: &Path, config: &Config) {
    let spec = vfio_spec();
    let Some(stock) = stock(root) else {
        println!(
            "{:<46} skipped: mdbook {VERSION} cannot be installed",
            "vfio-spec build, against mdbook build"
        );
        return;
    };
    let plain = plain(root, out, config);
    let to = |name: &str| out.join(name).display().to_string();
    let c = Comparison {
        what: "vfio-spec build",
        peer: "mdbook build, as released",
        aim: "at most 1.15",
        rounds: ROUNDS,
    };
    compare(
        &c,
        || execute(&spec, root, &["build", "--dest", &to("site")]),
        || execute(&stock, &plain, &["build", "--dest-dir", &to("plain-site")]),
    );
}

fn execute(program: &Path, folder: &Path, args: &[&str]) {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder);
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", program.display());
}

/// The command line, built like this program.
fn vfio_spec() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "-p", "spec-cli"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let status = cargo.current_dir(files::root()).status();
    assert!(status.is_ok_and(|it| it.success()), "vfio-spec builds");
    let here = std::env::current_exe().expect("this program");
    here.with_file_name("vfio-spec")
}

/// mdBook's own program, from crates.io. `None` where that cannot be reached.
fn stock(root: &Path) -> Option<PathBuf> {
    let folder = root.join("target/bench-mdbook");
    let program = folder.join("bin/mdbook");
    if !program.is_file() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "install",
            "mdbook",
            "--quiet",
            "--locked",
            "--version",
            VERSION,
        ]);
        cargo.args(["--no-default-features", "--features", "search", "--root"]);
        cargo.arg(&folder).stdin(Stdio::null());
        cargo.status().ok()?;
    }
    program.is_file().then_some(program)
}

/// A folder with the same chapters, for an mdBook that knows nothing of us.
fn plain(root: &Path, out: &Path, config: &Config) -> PathBuf {
    let folder = out.join("plain");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("target/ is writable");
    for name in ["book", "theme"] {
        std::os::unix::fs::symlink(root.join(name), folder.join(name)).expect("a link");
    }
    let config = toml::to_string(&without_us(config)).expect("it was read from there");
    fs::write(folder.join("book.toml"), config).expect("target/ is writable");
    folder
}

fn without_us(config: &Config) -> Config {
    let mut config = config.clone();
    let none = BTreeMap::<String, String>::new();
    let set = config.set("preprocessor", none);
    set.expect("a table can be replaced");
    config
}

/// What `vfio-spec build` does.
fn ours(root: &Path, config: &Config, out: &Path) {
    let load = || spec_model::load(&root.join("book/SUMMARY.md"));
    let (book, tests) = Tests::read_during(root, None, load);
    let Ok(book) = book else {
        panic!("the book has errors")
    };
    let parts = Parts::begin(book, tests.expect("the tests are there"));
    mdbook(root, config.clone(), out, Some(parts.text()));
    parts.fill(out).expect("the pages are there");
}

fn mdbook(root: &Path, mut config: Config, out: &Path, text: Option<Text>) {
    config.build.build_dir = out.to_path_buf();
    let mut book = MDBook::load_with_config(root, config).expect("the book loads");
    if let Some(text) = text {
        // Instead of that of book.toml, which would be another process.
        book.with_preprocessor(text);
    }
    book.build().expect("the site builds");
}
