//! The C compiler of this machine.

use std::path::Path;
use std::process::Command;

/// `cc`, or what `CC` names.
pub(crate) struct Compiler(String);

/// The compiler. A machine without one skips what needs it, and says so; in CI that is a failure.
pub(crate) fn found() -> Option<Compiler> {
    let compiler = Compiler(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()));
    match Command::new(&compiler.0).arg("--version").output() {
        Ok(_) => Some(compiler),
        Err(error) => {
            skip(&format!("`{}` does not start: {error}", compiler.0));
            None
        }
    }
}

/// Says what is left out; in CI, nothing may be.
fn skip(why: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{why}");
    eprintln!("skipped: {why}");
}

impl Compiler {
    /// Whether the machine has `<linux/vfio.h>`. One without it skips what needs it, as without a compiler.
    pub(crate) fn has_linux(&self) -> bool {
        let mut probe = Command::new(&self.0);
        probe.args(["-E", "-x", "c", "-include", "linux/vfio.h", "/dev/null"]);
        let found = probe.output().is_ok_and(|output| output.status.success());
        if !found {
            skip("there is no <linux/vfio.h> here");
        }
        found
    }

    /// Compiles a file to an object beside it; what the compiler says fails the test.
    pub(crate) fn object(&self, file: &Path, arguments: &[&str]) {
        self.compile(file, arguments, &["-c"], "o");
    }

    /// Compiles a file, runs it, and gives what it prints.
    pub(crate) fn run(&self, file: &Path, arguments: &[&str]) -> String {
        self.compile(file, arguments, &[], "bin");
        let output = Command::new(file.with_extension("bin")).output().unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn compile(&self, file: &Path, arguments: &[&str], more: &[&str], extension: &str) {
        let output = Command::new(&self.0)
            .args(arguments)
            .args(more)
            .arg("-o")
            .arg(file.with_extension(extension))
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
}
