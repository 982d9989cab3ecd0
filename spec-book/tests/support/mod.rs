//! What several test files need.
#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod tags;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mdbook_driver::MDBook;
use mdbook_preprocessor::Preprocessor;

/// The folder of `book.toml`.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace")
}

/// The small book of the tests.
pub(crate) fn door() -> spec_model::model::Book {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/door/book/SUMMARY.md");
    spec_model::load(&summary).unwrap_or_else(|rejected| {
        let drawn = rejected
            .diagnostics
            .iter()
            .map(|d| d.render(&rejected.sources));
        panic!("{}", drawn.collect::<Vec<_>>().join("\n\n"))
    })
}

/// A site, built into a temporary folder.
pub(crate) struct Built {
    /// Gone with this value.
    pub(crate) folder: tempfile::TempDir,
    /// What mdBook warned of.
    pub(crate) warnings: Vec<String>,
}

impl Built {
    /// Every page: path relative to the site, text.
    pub(crate) fn pages(&self) -> Vec<(String, String)> {
        let mut pages = Vec::new();
        collect(self.folder.path(), self.folder.path(), &mut pages);
        pages.sort();
        pages
    }
}

fn collect(root: &Path, folder: &Path, pages: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the site") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, pages);
        } else if path.extension().is_some_and(|e| e == "html") {
            let name = path
                .strip_prefix(root)
                .expect("below")
                .display()
                .to_string()
                .replace('\\', "/");
            pages.push((name, std::fs::read_to_string(&path).expect("a page")));
        }
    }
}

/// Builds the book in `root` as the command line does: mdBook the text, what we draw beside it.
pub(crate) fn build(root: &Path) -> Result<Built, String> {
    let summary = root.join("book/SUMMARY.md");
    let model = spec_model::load(&summary).map_err(|rejected| {
        let mut drawn = rejected.diagnostics.iter();
        drawn
            .next()
            .map_or_else(String::new, |d| d.render(&rejected.sources))
    })?;
    let tests = spec_book::Tests::read(root, None).map_err(|error| error.to_string())?;
    let parts = spec_book::Parts::begin(model, tests);
    let built = build_with(root, parts.text())?;
    parts
        .fill(built.folder.path())
        .map_err(|error| error.to_string())?;
    Ok(built)
}

/// Builds the book in `root` as stock mdBook does, with the preprocessor inside.
pub(crate) fn build_stock(root: &Path) -> Result<Built, String> {
    build_with(root, spec_book::Spec)
}

fn build_with(root: &Path, spec: impl Preprocessor + 'static) -> Result<Built, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let warnings = Arc::<Mutex<Vec<String>>>::default();
    let written = Arc::clone(&warnings);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_ansi(false)
        .with_writer(move || Lines(Arc::clone(&written)))
        .finish();
    let result = tracing::subscriber::with_default(subscriber, || {
        let mut book = MDBook::load(root)?;
        book.config.build.build_dir = folder.path().to_owned();
        book.with_preprocessor(spec);
        book.build()
    });
    result.map_err(|error| format!("{error:#}"))?;
    let warnings = warnings.lock().expect("not poisoned").clone();
    Ok(Built { folder, warnings })
}

struct Lines(Arc<Mutex<Vec<String>>>);

impl std::io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .expect("not poisoned")
            .push(String::from_utf8_lossy(line).into_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
