//! A clean build of the driver's crate, against a crate that depends on syn, quote and pulldown-cmark.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::files;
use crate::measure::{Comparison, print, time};

fn package(folder: &Path, dependencies: &str) {
    fs::create_dir_all(folder.join("src")).expect("target/ is writable");
    fs::write(folder.join("src/lib.rs"), "").expect("target/ is writable");
    let manifest = format!(
        "[package]\nname = \"probe\"\nedition = \"2024\"\n[workspace]\n[profile.dev]\ndebug = \"line-tables-only\"\n\
         [profile.dev.package.\"*\"]\ndebug = false\n[dependencies]\n{dependencies}"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("target/ is writable");
    fs::copy(files::root().join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("Cargo.lock can be copied");
}

fn build(folder: &Path) {
    let _ = fs::remove_dir_all(folder.join("target"));
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .stdin(Stdio::null())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the probe in {} builds", folder.display());
}

/// Three clean builds of each.
pub(crate) fn run() {
    let root = files::root();
    let out = root.join("target/bench-compile");
    let (ours, peer) = (out.join("ours"), out.join("peer"));
    package(
        &ours,
        &format!(
            "vfio-migration = {{ path = {:?} }}\n",
            root.display().to_string()
        ),
    );
    package(
        &peer,
        "syn = \"3\"\nquote = \"1\"\npulldown-cmark = { version = \"0.13\", default-features = false }\n",
    );
    let pairs: Vec<_> = (0..3)
        .map(|_| (time(&mut || build(&ours)), time(&mut || build(&peer))))
        .collect();
    let c = Comparison {
        what: "clean build of the driver's crate",
        peer: "syn + quote + pulldown-cmark",
        aim: "at most 1.5",
        rounds: 3,
    };
    print(&c, &pairs);
}
