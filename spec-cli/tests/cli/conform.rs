//! `conform` starts another program with the same arguments.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Run, TempBook};

/// The command in a folder of its own, perhaps with something beside it that passes for `vfio-conform`.
///
/// Links and no copies: what was just written cannot be run while another test starts a process.
fn installed(name: &str, sibling: Option<&str>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let own = folder.join("vfio-spec");
    fs::hard_link(env!("CARGO_BIN_EXE_vfio-spec"), &own).expect("a link");
    if let Some(program) = sibling {
        symlink(program, folder.join("vfio-conform")).expect("a link");
    }
    own
}

fn conform(program: &Path, arguments: &[&str]) -> Run {
    // No checkout.
    let book = TempBook::door();
    let mut command = Command::new(program);
    command
        .arg("conform")
        .args(arguments)
        .current_dir(book.path());
    command.output().expect("the command starts").into()
}

/// A shell can be told to show its arguments, and how to end.
#[test]
fn the_program_beside_this_one_gets_the_arguments() {
    let own = installed("with-sibling", Some("/bin/sh"));
    let run = conform(
        &own,
        &[
            "-c",
            "echo \"$@\"; exit 4",
            "sh",
            "--driver",
            "quiet",
            "--help",
            "v2.*",
        ],
    );
    assert_eq!(run.stdout, "--driver quiet --help v2.*\n");
    assert_eq!(run.code, Some(4));
}

#[test]
fn without_one_it_says_what_is_missing() {
    let run = conform(&installed("alone", None), &["--list"]);
    insta::assert_snapshot!(run.seen());
}
