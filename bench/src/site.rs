//! Building the site, against mdBook without our preprocessor on the same chapters; and how much of the difference is
//! mdBook's own work on what we add to the text.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use spec_book::{Parts, Tests, Text};

use crate::files;
use crate::measure::{Comparison, compare};

/// Chapters by path.
type Contents = HashMap<PathBuf, String>;

/// Takes down what chapters have become.
struct TakeDown(Text, Arc<Mutex<Contents>>);

impl Preprocessor for TakeDown {
    fn name(&self) -> &'static str {
        "spec"
    }

    fn run(&self, ctx: &PreprocessorContext, book: Book) -> Result<Book> {
        let mut book = self.0.run(ctx, book)?;
        let mut contents = self.1.lock().expect("nobody panics with it");
        book.for_each_chapter_mut(|chapter| {
            if let Some(path) = &chapter.source_path {
                contents.insert(path.clone(), chapter.content.clone());
            }
        });
        Ok(book)
    }
}

/// Hands over chapters that are known before.
struct Handed(Arc<Mutex<Contents>>);

impl Preprocessor for Handed {
    fn name(&self) -> &'static str {
        "spec"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let contents = self.0.lock().expect("nobody panics with it");
        book.for_each_chapter_mut(|chapter| {
            let content = chapter.source_path.as_ref().and_then(|it| contents.get(it));
            if let Some(content) = content {
                chapter.content.clone_from(content);
            }
        });
        Ok(book)
    }
}

fn build(
    root: &Path,
    config: &Config,
    out: &Path,
    preprocessor: Option<impl Preprocessor + 'static>,
) {
    let mut config = config.clone();
    config.build.build_dir = out.to_path_buf();
    config.build.use_default_preprocessors = true;
    if preprocessor.is_none() {
        let none = BTreeMap::<String, String>::new();
        config
            .set("preprocessor", none)
            .expect("a table can be replaced");
    }
    let mut book = MDBook::load_with_config(root, config).expect("the book loads");
    if let Some(preprocessor) = preprocessor {
        // Instead of that of book.toml, which would be another process.
        book.with_preprocessor(preprocessor);
    }
    book.build().expect("the site builds");
}

/// As `vfio-spec build` does: the chapters read, then mdBook and the drawings at the same time.
fn build_ours(root: &Path, config: &Config, out: &Path) {
    let parts = begin(root);
    build(root, config, out, Some(parts.text()));
    parts.fill(out).expect("the pages are there");
}

fn begin(root: &Path) -> Parts {
    let (book, tests) = std::thread::scope(|scope| {
        let tests = scope.spawn(|| Tests::read(root, None));
        let book = spec_model::load(&root.join("book/SUMMARY.md"));
        (book, tests.join().expect("no panic"))
    });
    let Ok(book) = book else {
        panic!("the book has errors")
    };
    Parts::begin(book, tests.expect("the tests are there"))
}

/// All with search and print page, as shipped. The last line is the floor of the first: what mdBook itself takes for
/// our text, which has more links than the chapters.
pub(crate) fn run() {
    let root = files::root();
    let config = Config::from_disk(root.join("book.toml")).expect("book.toml is readable");
    let out = root.join("target/bench-site");
    let contents = Arc::new(Mutex::new(Contents::new()));
    let taken = TakeDown(begin(&root).text(), contents.clone());
    build(&root, &config, &out.join("taken"), Some(taken));
    let ours = || build_ours(&root, &config, &out.join("ours"));
    let plain = || build(&root, &config, &out.join("plain"), None::<Text>);
    let handed = || {
        let handed = Handed(contents.clone());
        build(&root, &config, &out.join("handed"), Some(handed));
    };
    let line = |what, peer, aim| Comparison {
        what,
        peer,
        aim,
        rounds: 15,
    };
    let alone = "mdBook alone";
    let same = "mdBook, handed the same text";
    compare(&line("build the site", alone, "at most 1.15"), ours, plain);
    compare(&line("build the site", same, "near 1"), ours, handed);
    compare(&line(same, alone, "the floor of the first"), handed, plain);
}
