//! What mdBook calls.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::errors::{Error, Result};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use spec_model::{Rejected, model};

use crate::page::Site;
use crate::tests_of::Tests;

/// The preprocessor `spec`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spec;

impl Preprocessor for Spec {
    fn name(&self) -> &str {
        "spec"
    }

    fn run(&self, ctx: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let summary = ctx.root.join(&ctx.config.book.src).join("SUMMARY.md");
        let repository: Option<String> = ctx.config.get("output.html.git-repository-url")?;
        let load = || spec_model::load(&shortened(&summary));
        let (model, tests) = Tests::read_during(&ctx.root, repository.as_deref(), load);
        let (model, tests) = (model.map_err(|rejected| complaint(&rejected))?, tests?);
        same_chapters(&model, &book)?;
        let site = Site::new(&model, &tests);
        put(
            &model,
            each(&model, |chapter| site.render(chapter)),
            &mut book,
        );
        Ok(book)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(renderer == "html")
    }
}

/// Gives mdBook our texts of its chapters.
pub(crate) fn put(model: &model::Book, mut contents: HashMap<&str, String>, book: &mut Book) {
    // By path: mdBook visits nested chapters before the one that they belong to.
    book.for_each_chapter_mut(|chapter| {
        let path = chapter
            .source_path
            .as_deref()
            .map(spec_model::source::display);
        // Both editions have a chapter “Saving”: titles, bookmarks and search have to tell them apart.
        if let Some(edition) = path.as_deref().and_then(|path| edition_of(model, path)) {
            chapter.name = format!("{} ({edition})", chapter.name);
        }
        if let Some(content) = path.and_then(|path| contents.remove(path.as_str())) {
            chapter.content = content;
        }
    });
}

fn edition_of<'m>(model: &'m model::Book, path: &str) -> Option<&'m str> {
    let chapter = model.chapters.iter().find(|chapter| chapter.path == path)?;
    chapter.edition.as_deref()
}

/// What `of` makes of every chapter, by its path; on two threads: the rest of mdBook's work has only one. Each
/// takes the next chapter from the end, where the pages stand that take longest.
pub(crate) fn each<T: Send>(
    model: &model::Book,
    of: impl Fn(usize) -> T + Sync,
) -> HashMap<&str, T> {
    let taken = AtomicUsize::new(1);
    let some = || {
        let next = || {
            let taken = taken.fetch_add(1, Ordering::Relaxed);
            let number = model.chapters.len().checked_sub(taken)?;
            let path = model.chapters[number].path.as_str();
            Some((path, of(number)))
        };
        std::iter::from_fn(next).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let others = scope.spawn(some);
        let own = some();
        own.into_iter().chain(joined(others.join())).collect()
    })
}

/// The result of a thread; its panic goes on here.
pub(crate) fn joined<T>(result: std::thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// As seen from the current folder, where that is shorter: diagnostics begin with this path.
fn shortened(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    let path = below.unwrap_or_else(|| path.to_owned());
    // Without the `.` of `src = "."`.
    path.components().collect()
}

fn complaint(rejected: &Rejected) -> Error {
    let drawn: Vec<String> = rejected
        .diagnostics
        .iter()
        .map(|d| d.render(&rejected.sources))
        .collect();
    Error::msg(drawn.join("\n\n"))
}

/// The model's reading of SUMMARY.md and of each chapter must be mdBook's.
pub(crate) fn same_chapters(model: &model::Book, book: &Book) -> Result<()> {
    let given: Vec<&Chapter> = book
        .chapters()
        .filter(|c| c.source_path.is_some())
        .collect();
    let paths = |chapters: &[&Chapter]| -> Vec<String> {
        let path = |c: &&Chapter| c.source_path.as_deref().map(spec_model::source::display);
        chapters.iter().filter_map(path).collect()
    };
    let (theirs, ours) = (
        paths(&given),
        model
            .chapters
            .iter()
            .map(|c| c.path.clone())
            .collect::<Vec<_>>(),
    );
    if theirs != ours {
        let (theirs, ours) = (theirs.join(", "), ours.join(", "));
        return Err(Error::msg(format!(
            "SUMMARY.md: mdBook lists the chapters [{theirs}], the specification lists [{ours}]"
        )));
    }
    for (given, chapter) in given.iter().zip(&model.chapters) {
        let text = &model.sources.file(chapter.file).text;
        if given.content != text.strip_prefix('\u{feff}').unwrap_or(text) {
            return Err(Error::msg(format!(
                "{}: another preprocessor changed this chapter before `spec` saw it; \
                 in book.toml, set `before = [\"links\"]` under [preprocessor.spec], and list `spec` \
                 in the `after` of every other preprocessor",
                chapter.path
            )));
        }
    }
    Ok(())
}
