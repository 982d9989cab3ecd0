//! Runs the built binary on books in temporary folders and on the real one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Everything a user sees, for snapshots.
    pub(crate) fn seen(&self) -> String {
        let code = self
            .code
            .map_or("killed".to_owned(), |code| code.to_string());
        format!(
            "exit: {code}\n--- stdout\n{}--- stderr\n{}",
            self.stdout, self.stderr
        )
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let run = Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        for panic in ["panicked at", "RUST_BACKTRACE"] {
            assert!(
                !run.stderr.contains(panic),
                "the command panicked:\n{}",
                run.stderr
            );
        }
        run
    }
}

/// The command, ready to run in a folder.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vfio-spec"));
    command
        .args(args)
        .current_dir(dir)
        .stdin(Stdio::null())
        .env_remove("NO_COLOR");
    // A setting of mdBook in the environment would change the site.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MDBOOK_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the command in a folder to its end.
pub(crate) fn run(dir: &Path, args: &[&str]) -> Run {
    command(dir, args)
        .output()
        .expect("the binary starts")
        .into()
}

/// The repository, with the real book.
pub(crate) fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the crate is in the workspace").to_owned()
}

/// A book in a temporary folder.
pub(crate) struct TempBook {
    pub(crate) dir: TempDir,
}

impl TempBook {
    /// The door: a small edition that has nothing to do with migration.
    pub(crate) fn door() -> Self {
        let book = Self {
            dir: TempDir::new().expect("a temporary folder"),
        };
        let door = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/door");
        copy(&door, book.path());
        book
    }

    /// The real book, without the code and the tests beside it.
    pub(crate) fn real() -> Self {
        let book = Self {
            dir: TempDir::new().expect("a temporary folder"),
        };
        copy(&repository().join("book"), &book.path().join("book"));
        let config = fs::read_to_string(repository().join("book.toml")).expect("book.toml");
        book.write("book.toml", &config);
        book
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run(self.path(), args)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        let path = self.path().join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    }

    /// Replaces what must be there.
    pub(crate) fn edit(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} has no `{old}`");
        self.write(file, &text.replacen(old, new, 1));
    }
}

/// Every file below a folder, relative to it, sorted.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(dir.join(&folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            if entry.file_type().expect("a type").is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder is made");
        fs::copy(from.join(&file), target).expect("a file is copied");
    }
}
