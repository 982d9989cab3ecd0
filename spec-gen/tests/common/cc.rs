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
            let ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!ci, "`{}` does not start: {error}", compiler.0);
            eprintln!(
                "skipped: there is no C compiler here (`{}`: {error})",
                compiler.0
            );
            None
        }
    }
}

impl Compiler {
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
